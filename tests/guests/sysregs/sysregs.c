/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysregs: executes MRS and MSR of every encoding with op0 = 2 and 3, and SYS/SYSL with op0 = 1:
 * 98,304 instructions. Each must give a value, be ignored or raise UNDEF here; none may hang the
 * vCPU or hurt anybody else. A register that reads is first written back unchanged, then (option
 * values=random) with noise, then restored. Options: values=same|random, seed=, op0=1|2|3 for one
 * class only.
 */
#include "lib.h"

const char guest_name[] = "sysregs";

#define ENC(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define NR_PER_CRN		     128u /* 16 CRm x 8 op2 */

/* Writes that legitimately change this guest's own world. Reads are never skipped. */
static const struct {
	uint32_t enc, mask;
	const char *why;
} skip[] = {
	{ ENC(3, 0, 1, 0, 0), 0xffff, "SCTLR_EL1: MMU and caches" },
	{ ENC(3, 0, 1, 0, 2), 0xffff, "CPACR_EL1: FP/SIMD of the library" },
	{ ENC(3, 0, 2, 0, 0), 0xfffc, "TTBR0/1_EL1, TCR_EL1: address space" },
	{ ENC(3, 0, 10, 2, 0), 0xfff8, "MAIR_EL1, PIR: memory types and permissions" },
	{ ENC(3, 0, 12, 0, 0), 0xffff, "VBAR_EL1: vectors" },
	{ ENC(3, 0, 4, 2, 0), 0xfff8, "SPSel, CurrentEL, PAN, UAO: the stack in use" },
	{ ENC(3, 0, 13, 0, 4), 0xffff, "TPIDR_EL1: the library's vCPU index" },
	{ ENC(2, 0, 0, 2, 2), 0xffff, "MDSCR_EL1: would arm single step" },
	{ ENC(2, 0, 0, 0, 4), 0xff84, "DBGBVR/DBGBCR/DBGWVR/DBGWCR: would arm breakpoints" },
	{ ENC(2, 0, 1, 3, 4), 0xffff, "OSDLR_EL1: double lock" },
	{ ENC(3, 0, 12, 8, 3), 0xffdf,
	  "ICC_BPR0/1_EL1: reserved bits end QEMU 10.0 in an assertion" },
	{ ENC(3, 0, 1, 0, 3), 0xffff, "SCTLR2_EL1" },
	{ ENC(3, 0, 2, 5, 0), 0xfff8, "GCSCR_EL1: would check returns against a guarded stack" },
};
static uint32_t code[NR_PER_CRN * 4] __attribute__((aligned(4096)));
static uint8_t buffer[4096] __attribute__((aligned(4096)));
static uint64_t nr_value, nr_undef, nr_written, nr_skipped, nr_other;

/* Four words per register: mrs x0 ; ret ; msr x0 ; ret. */
static void generate(uint32_t op0, uint32_t op1, uint32_t crn)
{
	for (uint32_t i = 0; i < NR_PER_CRN; i++) {
		uint32_t op = 0xd5000000u | op0 << 19 | op1 << 16 | crn << 12 | (i >> 3) << 8 |
			      (i & 7) << 5;

		code[i * 4] = op | 1u << 21;
		code[i * 4 + 1] = code[i * 4 + 3] = 0xd65f03c0u;
		code[i * 4 + 2] = op;
	}
	for (uint64_t a = (uint64_t)code; a < (uint64_t)code + sizeof(code); a += 16) {
		__asm__ volatile("dc cvau, %0" : : "r"(a) : "memory");
	}
	__asm__ volatile("dsb ish\n\tic iallu\n\tdsb ish\n\tisb" : : : "memory");
}

/* The generated code may change anything in PSTATE: interrupts are masked again after each call. */
static bool execute(uint32_t slot, uint64_t *value)
{
	register uint64_t x0 __asm__("x0") = *value;
	uint64_t before = trap_log[0].count;

	__asm__ volatile("blr %1\n\tmsr daifset, #0xf\n\tmsr spsel, #1\n\tisb"
			 : "+r"(x0)
			 : "r"(&code[slot])
			 : "x30", "memory", "cc");
	*value = x0;
	return trap_log[0].count == before;
}

static const char *reason_to_skip(uint32_t enc)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(skip); i++) {
		if ((enc & skip[i].mask) == skip[i].enc) {
			return skip[i].why;
		}
	}
	return NULL;
}

static void write_register(uint32_t i, bool readable, uint64_t value, bool noise)
{
	uint64_t v = readable ? value : 0;

	nr_written += execute(i * 4 + 2, &v);
	if (noise) {
		v = rnd();
		execute(i * 4 + 2, &v);
		v = readable ? value : 0;
		execute(i * 4 + 2, &v);
	}
}

static void sweep_crn(uint32_t op0, uint32_t op1, uint32_t crn, bool noise)
{
	generate(op0, op1, crn);
	for (uint32_t i = 0; i < NR_PER_CRN; i++) {
		uint64_t value = (uint64_t)buffer, undef = trap_log[0].undef,
			 all = trap_log[0].count;
		bool ok = execute(i * 4, &value);

		nr_value += ok;
		nr_undef += trap_log[0].undef != undef;
		nr_other += trap_log[0].count - all != trap_log[0].undef - undef;
		if (op0 == 1) {
			value = (uint64_t)buffer;
			nr_written += execute(i * 4 + 2, &value);
		} else if (reason_to_skip(ENC(op0, op1, crn, i >> 3, i & 7)) == NULL) {
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

void guest_main(void)
{
	uint64_t only = opt_u64("op0", 0), midr = sysreg_read(midr_el1);

	for (uint32_t i = 0; i < ARRAY_SIZE(skip); i++) {
		printf("# writes skipped: %s\n", skip[i].why);
	}
	gic_init();
	sysreg_write(ICC_IGRPEN1, 0);
	trap_arm();
	for (uint32_t op0 = 1; op0 <= 3; op0++) {
		if (only == 0 || only == op0) {
			sweep(op0, opt_is("values", "random"));
		}
	}
	trap_disarm();
	printf("# %lu gave a value, %lu UNDEF, %lu other exceptions, %lu writes taken, %lu writes skipped\n",
	       nr_value, nr_undef, nr_other, nr_written, nr_skipped);
	check(nr_value > 0 && nr_undef > 0, "both outcomes were seen");
	check_eq(sysreg_read(midr_el1), midr, "MIDR_EL1 is what it was");
	check((int64_t)(ticks() - ticks()) < 0, "the counter still runs");
	sysreg_write(cntv_ctl_el0, 0);
	check(smccc_call(PSCI_VERSION, 0, 0, 0) >= 0x10000, "PSCI still answers");
}
