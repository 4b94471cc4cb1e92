/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual interface of a GICv3 (IHI 0069, 12.4): list registers, active priorities, ICH_HCR,
 * ICH_VMCR of the CPU this runs on. Nothing is kept here but the size of the interface, fixed at
 * boot.
 */
#include "gicv3.h"

static unsigned int nr_lrs __sealed;
static unsigned int nr_aprs __sealed; /* registers per group: 1, 2 or 4 */

/* List registers are system registers: their number is part of the instruction. */
/* clang-format off */
#define LR_ROWS(row)                                                                               \
	row(0, S3_4_C12_C12_0) row(1, S3_4_C12_C12_1)                                              \
	row(2, S3_4_C12_C12_2) row(3, S3_4_C12_C12_3)                                              \
	row(4, S3_4_C12_C12_4) row(5, S3_4_C12_C12_5)                                              \
	row(6, S3_4_C12_C12_6) row(7, S3_4_C12_C12_7)                                              \
	row(8, S3_4_C12_C13_0) row(9, S3_4_C12_C13_1)                                              \
	row(10, S3_4_C12_C13_2) row(11, S3_4_C12_C13_3)                                            \
	row(12, S3_4_C12_C13_4) row(13, S3_4_C12_C13_5)                                            \
	row(14, S3_4_C12_C13_6) row(15, S3_4_C12_C13_7)
/* clang-format on */

#define READ_ROW(n, reg)                                                                           \
	case n:                                                                                    \
		value = read_sysreg(reg);                                                          \
		break;
#define REPEND_ROW(n, reg)                                                                         \
	case n:                                                                                    \
		value = read_sysreg(reg);                                                          \
		if ((value & (GIC_LR_PENDING | GIC_LR_ACTIVE)) == 0) {                             \
			write_sysreg(value | GIC_LR_PENDING, reg);                                 \
		}                                                                                  \
		break;
#define WRITE_ROW(n, reg)                                                                          \
	case n:                                                                                    \
		write_sysreg(value, reg);                                                          \
		break;

u64 gicv3_lr_read(unsigned int n)
{
	u64 value = 0;

	switch (n) {
		LR_ROWS(READ_ROW)
	default:
		break;
	}
	return value;
}

void gicv3_lr_write(unsigned int n, u64 value)
{
	switch (n) {
		LR_ROWS(WRITE_ROW)
	default:
		break;
	}
}

u64 gicv3_lr_repend(unsigned int n)
{
	u64 value = 0;

	/* The first is used most: spare it the jump table. */
	if (likely(n == 0)) {
		value = read_sysreg(S3_4_C12_C12_0);
		if (likely((value & (GIC_LR_PENDING | GIC_LR_ACTIVE)) == 0)) {
			write_sysreg(value | GIC_LR_PENDING, S3_4_C12_C12_0);
		}
		return value;
	}

	switch (n) {
		LR_ROWS(REPEND_ROW)
	default:
		break;
	}
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

/* ICH_AP0R<n>_EL2 are C12_C8, ICH_AP1R<n>_EL2 C12_C9. */
void gicv3_apr_read(u32 apr[2][4])
{
	apr[0][0] = (u32)read_sysreg(S3_4_C12_C8_0);
	apr[1][0] = (u32)read_sysreg(S3_4_C12_C9_0);
	if (nr_aprs > 1) {
		apr[0][1] = (u32)read_sysreg(S3_4_C12_C8_1);
		apr[1][1] = (u32)read_sysreg(S3_4_C12_C9_1);
	}
	if (nr_aprs > 2) {
		apr[0][2] = (u32)read_sysreg(S3_4_C12_C8_2);
		apr[1][2] = (u32)read_sysreg(S3_4_C12_C9_2);
		apr[0][3] = (u32)read_sysreg(S3_4_C12_C8_3);
		apr[1][3] = (u32)read_sysreg(S3_4_C12_C9_3);
	}
}

void gicv3_apr_write(const u32 apr[2][4])
{
	write_sysreg(apr[0][0], S3_4_C12_C8_0);
	write_sysreg(apr[1][0], S3_4_C12_C9_0);
	if (nr_aprs > 1) {
		write_sysreg(apr[0][1], S3_4_C12_C8_1);
		write_sysreg(apr[1][1], S3_4_C12_C9_1);
	}
	if (nr_aprs > 2) {
		write_sysreg(apr[0][2], S3_4_C12_C8_2);
		write_sysreg(apr[1][2], S3_4_C12_C9_2);
		write_sysreg(apr[0][3], S3_4_C12_C8_3);
		write_sysreg(apr[1][3], S3_4_C12_C9_3);
	}
}

unsigned int gicv3_lr_init(void)
{
	u64 vtr = read_sysreg(ICH_VTR_EL2);
	unsigned int pre_bits = ((vtr >> 26) & 7) + 1;

	nr_lrs = (vtr & 0x1f) + 1;
	if (nr_lrs > 16) {
		nr_lrs = 16;
	}
	nr_aprs = pre_bits >= 7 ? 4 : (pre_bits == 6 ? 2 : 1);
	return nr_lrs;
}

void gicv3_lr_cpu_init(void)
{
	static const u32 none[2][4];

	write_sysreg(0, ICH_HCR_EL2);
	write_sysreg(0, ICH_VMCR_EL2);
	gicv3_apr_write(none);
	for (unsigned int n = 0; n < nr_lrs; n++) {
		gicv3_lr_write(n, 0);
	}
}
