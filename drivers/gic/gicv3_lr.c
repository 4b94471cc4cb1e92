/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual interface of a GICv3 (IHI 0069, 12.4): list registers, active priorities, ICH_HCR,
 * ICH_VMCR of the CPU this runs on. Nothing is kept here but the size of the interface, fixed at
 * boot.
 */
#include <hv/compiler.h>

#include "gicv3.h"

static unsigned int nr_aprs __sealed; /* registers per group: 1, 2 or 4 */

/*
 * List registers are system registers: their number is part of the instruction. So there is a row
 * of instructions for each, 2^shift bytes long, and the number says where to jump.
 */
#define LR_NAMES                                                                                   \
	"S3_4_C12_C12_0, S3_4_C12_C12_1, S3_4_C12_C12_2, S3_4_C12_C12_3,"                          \
	"S3_4_C12_C12_4, S3_4_C12_C12_5, S3_4_C12_C12_6, S3_4_C12_C12_7,"                          \
	"S3_4_C12_C13_0, S3_4_C12_C13_1, S3_4_C12_C13_2, S3_4_C12_C13_3,"                          \
	"S3_4_C12_C13_4, S3_4_C12_C13_5, S3_4_C12_C13_6, S3_4_C12_C13_7"
/* ICH_AP0R<n>_EL2 and ICH_AP1R<n>_EL2, which follow the list registers in the rows. */
#define AP_NAMES                                                                                   \
	"S3_4_C12_C8_0, S3_4_C12_C8_1, S3_4_C12_C8_2, S3_4_C12_C8_3,"                              \
	"S3_4_C12_C9_0, S3_4_C12_C9_1, S3_4_C12_C9_2, S3_4_C12_C9_3"
#define AP0R 16U
#define AP1R 20U
#define LR_ROWS(names, shift, row)                                                                 \
	"adr %[to], 1f\n"                                                                          \
	"add %[to], %[to], %[n], lsl #" #shift "\n"                                                \
	"br %[to]\n"                                                                               \
	".balign 1 << " #shift "\n"                                                                \
	"1: .irp reg, " names "\n"                                                                 \
	".balign 1 << " #shift "\n" row "b 2f\n"                                                   \
	".endr\n"                                                                                  \
	"2:"

__noinline u64 gicv3_lr_read(u64 n)
{
	u64 value, to;

	__asm__ volatile(LR_ROWS(LR_NAMES "," AP_NAMES, 3, "mrs %[value], \\reg\n")
			 : [to] "=&r"(to), [value] "=r"(value)
			 : [n] "r"(n));
	return value;
}

__noinline void gicv3_lr_write(u64 n, u64 value)
{
	u64 to;

	__asm__ volatile(LR_ROWS(LR_NAMES "," AP_NAMES, 3, "msr \\reg, %[value]\n")
			 : [to] "=&r"(to)
			 : [n] "r"(n), [value] "r"(value));
}

u64 gicv3_lr_repend(u64 n)
{
	u64 value, to;

	_Static_assert(GIC_LR_PENDING == BIT(62) && GIC_LR_ACTIVE == BIT(63), "the two on top");
	__asm__ volatile(LR_ROWS(LR_NAMES, 5,
				 "mrs %[value], \\reg\n"
				 "lsr %[to], %[value], #62\n"
				 "cbnz %[to], 2f\n"
				 "orr %[to], %[value], #(1 << 62)\n"
				 "msr \\reg, %[to]\n")
			 : [to] "=&r"(to), [value] "=r"(value)
			 : [n] "r"(n));
	return value;
}

u32 gicv3_elrsr_read(void)
{
	return (u32)read_sysreg(ICH_ELRSR_EL2);
}

u32 gicv3_hcr_read(void)
{
	return (u32)read_sysreg(ICH_HCR_EL2);
}

void gicv3_hcr_write(u32 value)
{
	write_sysreg(value, ICH_HCR_EL2);
}

u32 gicv3_vmcr_read(void)
{
	return (u32)read_sysreg(ICH_VMCR_EL2);
}

void gicv3_vmcr_write(u32 value)
{
	write_sysreg(value, ICH_VMCR_EL2);
}

/* Most CPUs have one register for each group: what the others take is kept off their way. */
static __noinline void read_more(u32 apr[2][4])
{
	for (u32 i = 1; i < nr_aprs; i++) {
		apr[0][i] = (u32)gicv3_lr_read(AP0R + i);
		apr[1][i] = (u32)gicv3_lr_read(AP1R + i);
	}
}

static __noinline void write_more(const u32 apr[2][4])
{
	for (u32 i = 1; i < nr_aprs; i++) {
		gicv3_lr_write(AP0R + i, apr[0][i]);
		gicv3_lr_write(AP1R + i, apr[1][i]);
	}
}

void gicv3_apr_read(u32 apr[2][4])
{
	apr[0][0] = (u32)read_sysreg(S3_4_C12_C8_0);
	apr[1][0] = (u32)read_sysreg(S3_4_C12_C9_0);
	if (unlikely(nr_aprs > 1)) {
		read_more(apr);
	}
}

void gicv3_apr_write(const u32 apr[2][4])
{
	write_sysreg(apr[0][0], S3_4_C12_C8_0);
	write_sysreg(apr[1][0], S3_4_C12_C9_0);
	if (unlikely(nr_aprs > 1)) {
		write_more(apr);
	}
}

__init unsigned int gicv3_lr_init(void)
{
	u64 vtr = read_sysreg(ICH_VTR_EL2);
	unsigned int pre_bits = ((vtr >> 26) & 7) + 1;

	nr_aprs = pre_bits >= 7 ? 4 : (pre_bits == 6 ? 2 : 1);
	return MIN((unsigned int)(vtr & 0x1f) + 1, 16U);
}
