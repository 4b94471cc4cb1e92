/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysregs: executes MRS and MSR of every encoding with op0 = 2 and 3, and SYS/SYSL with op0 = 1:
 * 98,304 instructions. Each must give a value, be ignored or raise UNDEF here; none may hang the
 * vCPU or hurt anybody else. A register that reads is first written back unchanged, then (option
 * values=random) with noise, then restored. Options: values=same|random, seed=, op0=1|2|3 for one
 * class only.
 */
#include "sysenc.h"

const char guest_name[] = "sysregs";

#define NR_PER_CRN 128u /* 16 CRm x 8 op2 */

static struct sysenc_stub code[NR_PER_CRN] __attribute__((aligned(4096)));
static uint8_t buffer[4096] __attribute__((aligned(4096)));
static uint64_t nr_value, nr_undef, nr_written, nr_skipped, nr_other;

static void generate(uint32_t op0, uint32_t op1, uint32_t crn)
{
	for (uint32_t i = 0; i < NR_PER_CRN; i++) {
		sysenc_generate(&code[i], SYSENC(op0, op1, crn, i >> 3, i & 7));
	}
	sysenc_sync(code, sizeof(code));
}

static void write_register(uint32_t i, bool readable, uint64_t value, bool noise)
{
	uint64_t v = readable ? value : 0;

	nr_written += sysenc_run(code[i].write, &v);
	if (noise) {
		v = rnd();
		sysenc_run(code[i].write, &v);
		v = readable ? value : 0;
		sysenc_run(code[i].write, &v);
	}
}

static void sweep_crn(uint32_t op0, uint32_t op1, uint32_t crn, bool noise)
{
	generate(op0, op1, crn);
	for (uint32_t i = 0; i < NR_PER_CRN; i++) {
		uint64_t value = (uint64_t)buffer, undef = trap_log[0].undef,
			 all = trap_log[0].count;
		bool ok = sysenc_run(code[i].read, &value);

		nr_value += ok;
		nr_undef += trap_log[0].undef != undef;
		nr_other += trap_log[0].count - all != trap_log[0].undef - undef;
		if (op0 == 1) {
			value = (uint64_t)buffer;
			nr_written += sysenc_run(code[i].write, &value);
		} else if (sysenc_why_not_write(SYSENC(op0, op1, crn, i >> 3, i & 7)) == NULL) {
			write_register(i, ok, value, noise);
		} else {
			nr_skipped++;
		}
	}
}

static void sweep(uint32_t op0, bool noise)
{
	for (uint32_t op1 = 0; op1 < 8; op1++) {
		for (uint32_t crn = 0; crn < 16; crn++) {
			sweep_crn(op0, op1, crn, noise);
		}
		printf("# op0 %u op1 %u: values %lu, undefined %lu, writes taken %lu\n", op0, op1,
		       nr_value, nr_undef, nr_written);
	}
}

/*
 * Each general-purpose register as the operand of a trapped access: written to a register that
 * holds it, then read from there; both ways of access (system register and, by addr, memory).
 * Pairs of registers, so that what one access leaves in the other shows as well.
 */
#define OPERAND(n, other)                                                                          \
	do {                                                                                       \
		uint64_t a_, b_, c_;                                                               \
		__asm__ volatile("mov x" #n ", %3\n\t"                                             \
				 "mov x" #other ", %4\n\t"                                         \
				 "msr cntp_cval_el0, x" #n "\n\t"                                  \
				 "str w" #other ", [%5]\n\t"                                       \
				 "mov x" #n ", xzr\n\t"                                            \
				 "mrs x" #n ", cntp_cval_el0\n\t"                                  \
				 "mov %0, x" #n "\n\t"                                             \
				 "ldr w" #n ", [%5]\n\t"                                           \
				 "mov %1, x" #n "\n\t"                                             \
				 "mov %2, x" #other                                                \
				 : "=&r"(a_), "=&r"(b_), "=&r"(c_)                                 \
				 : "r"(0x0123456789abcdefull + (n)), "r"(0x3000ull + (n)),         \
				   "r"(addr)                                                       \
				 : "x" #n, "x" #other, "memory");                                  \
		bad += a_ != 0x0123456789abcdefull + (n) || b_ != 0x3000ull + (n) || b_ != c_;     \
	} while (0)

static uint64_t operands_low(uint64_t addr)
{
	uint64_t bad = 0;

	OPERAND(0, 19);
	OPERAND(1, 18);
	OPERAND(2, 17);
	OPERAND(3, 16);
	OPERAND(4, 15);
	OPERAND(5, 14);
	OPERAND(6, 13);
	OPERAND(7, 12);
	OPERAND(8, 11);
	OPERAND(9, 10);
	OPERAND(10, 9);
	OPERAND(11, 8);
	OPERAND(12, 7);
	OPERAND(13, 6);
	OPERAND(14, 5);
	return bad;
}

static uint64_t operands_high(uint64_t addr)
{
	uint64_t bad = 0;

	OPERAND(15, 20);
	OPERAND(16, 21);
	OPERAND(17, 22);
	OPERAND(18, 23);
	OPERAND(19, 24);
	OPERAND(20, 25);
	OPERAND(21, 26);
	OPERAND(22, 27);
	OPERAND(23, 28);
	OPERAND(24, 0);
	OPERAND(25, 1);
	OPERAND(26, 2);
	OPERAND(27, 3);
	OPERAND(28, 4);
	OPERAND(30, 5);
	return bad;
}

/* The routing register of an SPI holds 14 bits of what is written here. */
static void operands(void)
{
	uint64_t addr = plat.gicd + GICD_IROUTER + 40 * 8ull;
	uint64_t cval = sysreg_read(cntp_cval_el0), route = rd64(addr);

	check_eq(operands_low(addr) + operands_high(addr), 0,
		 "trapped accesses with each of the registers: wrong values");
	sysreg_write(cntp_cval_el0, cval);
	wr64(addr, route);
}

void guest_main(void)
{
	uint64_t only = opt_u64("op0", 0), midr = sysreg_read(midr_el1);
	const char *why;

	for (unsigned int i = 0; i < sysenc_reasons(i, &why); i++) {
		printf("# writes skipped: %s\n", why);
	}
	/* A GICv2 has no register of 64 bits. */
	if (gic_init() && plat.gicc == 0) {
		operands();
	}
	icc_enable(false);
	trap_arm();
	for (uint32_t op0 = 1; op0 <= 3; op0++) {
		if (only == 0 || only == op0) {
			sweep(op0, opt_is("values", "random"));
		}
	}
	trap_disarm();
	printf("# %lu gave a value, %lu UNDEF, %lu other exceptions, "
	       "%lu writes taken, %lu writes skipped\n",
	       nr_value, nr_undef, nr_other, nr_written, nr_skipped);
	check(nr_value > 0 && nr_undef > 0, "both outcomes were seen");
	check_eq(sysreg_read(midr_el1), midr, "MIDR_EL1 is what it was");
	check((int64_t)(ticks() - ticks()) < 0, "the counter still runs");
	sysreg_write(cntv_ctl_el0, 0);
	check(smccc_call(PSCI_VERSION, 0, 0, 0) >= 0x10000, "PSCI still answers");
}
