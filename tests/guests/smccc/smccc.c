/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smccc: the SMC Calling Convention (DEN0028) by HVC #0. What is answered is a short list;
 * everything else returns -1 and preserves x4-x17 (SMCCC 1.1). SMC and odd HVC immediates give -1
 * or UNDEF, never more. Options: count= random function identifiers (default 100,000), seed=,
 * strict=0.
 */
#include "lib.h"

const char guest_name[] = "smccc";

#define SMCCC_VERSION	    0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define ARCH_WORKAROUND_1   0x80008000u
#define ARCH_WORKAROUND_2   0x80007fffu
#define ARCH_WORKAROUND_3   0x80003fffu

static uint64_t saved[14];

/* The call with x4-x17 filled with markers; returns how many of them were lost. */
static unsigned int call_preserving(uint32_t fn, int64_t *result)
{
	register uint64_t x0 __asm__("x0") = fn;
	register uint64_t x1 __asm__("x1") = (uint64_t)saved;
	unsigned int lost = 0;

	__asm__ volatile(
		"stp	x1, x29, [sp, #-16]!\n"
		"mov	x1, #0\n\tmov	x2, #0\n\tmov	x3, #0\n"
		"mov	x4, #4\n\tmov	x5, #5\n\tmov	x6, #6\n"
		"mov	x7, #7\n\tmov	x8, #8\n\tmov	x9, #9\n"
		"mov	x10, #10\n\tmov	x11, #11\n\tmov	x12, #12\n\tmov	x13, #13\n\tmov	x14, #14\n"
		"mov	x15, #15\n\tmov	x16, #16\n\tmov	x17, #17\n"
		"hvc	#0\n"
		"ldp	x1, x29, [sp], #16\n"
		"stp	x4, x5, [x1]\n\tstp	x6, x7, [x1, #16]\n\tstp	x8, x9, [x1, #32]\n"
		"stp	x10, x11, [x1, #48]\n\tstp	x12, x13, [x1, #64]\n"
		"stp	x14, x15, [x1, #80]\n"
		"stp	x16, x17, [x1, #96]\n"
		: "+r"(x0), "+r"(x1)
		:
		: "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
		  "x15", "x16", "x17", "memory");
	for (unsigned int i = 0; i < 14; i++) {
		lost += saved[i] != i + 4;
	}
	*result = (int64_t)x0;
	return lost;
}

static bool is_not_supported(int64_t r)
{
	return (int32_t)r == -1;
}

static void known(void)
{
	int32_t version = (int32_t)smccc_call(SMCCC_VERSION, 0, 0, 0);
	static const uint32_t workaround[] = { ARCH_WORKAROUND_1, ARCH_WORKAROUND_2,
					       ARCH_WORKAROUND_3 };

	check(version >= 0x10001, "SMCCC_VERSION is 1.%d", version & 0xffff);
	if (strict()) {
		check((int32_t)smccc_call(SMCCC_ARCH_FEATURES, SMCCC_VERSION, 0, 0) >= 0,
		      "ARCH_FEATURES knows SMCCC_VERSION");
	}
	check(is_not_supported(smccc_call(SMCCC_ARCH_FEATURES, 0x80001234, 0, 0)),
	      "ARCH_FEATURES of an unknown function");
	for (unsigned int i = 0; i < ARRAY_SIZE(workaround); i++) {
		int32_t r = (int32_t)smccc_call(SMCCC_ARCH_FEATURES, workaround[i], 0, 0);

		check(r >= -2 && r <= 1, "ARCH_FEATURES of workaround 0x%x answers %d",
		      workaround[i], r);
		if (r == 0) {
			call_preserving(workaround[i], &(int64_t){ 0 });
			check(true, "and the workaround itself can be called");
		}
	}
	/* A call that the CPU does not need costs an HVC per kernel entry and exit. */
	if (strict()) {
		check((int32_t)smccc_call(SMCCC_ARCH_FEATURES, ARCH_WORKAROUND_2, 0, 0) != 0,
		      "ARCH_WORKAROUND_2 is not asked for");
	}
}

static void unknown_ranges(void)
{
	static const struct {
		uint32_t fn;
		const char *name;
	} row[] = {
		{ 0x8000ff7f, "architecture" },
		{ 0x81000000, "CPU service" },
		{ 0x82000000, "SiP service" },
		{ 0xc2000001, "SiP service, 64-bit" },
		{ 0x83000000, "OEM service" },
		{ 0x84000050, "TRNG_VERSION" },
		{ 0x8400ff01, "standard secure UID" },
		{ 0xb0000000, "trusted application" },
		{ 0xb2000000, "trusted OS" },
		{ 0x00000000, "yielding, number 0" },
		{ 0x02000000, "yielding, old trusted OS" },
		{ 0x8400ffff, "last of PSCI" },
	};
	int64_t r;

	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		unsigned int lost = call_preserving(row[i].fn, &r);

		check(is_not_supported(r) || (row[i].fn & 0xffff) == 0xff01,
		      "%s (0x%x) is not offered: %ld", row[i].name, row[i].fn, (long)r);
		check_eq(lost, 0, "registers x4-x17 lost");
	}
}

/* PSCI acts on this guest, the vendor range has a UID and a revision: those are not random food. */
static bool is_excluded(uint32_t fn)
{
	uint32_t service = fn >> 24 & 0xbf;

	return service == 0x84 || service == 0x86;
}

static void random_ids(void)
{
	uint64_t count = opt_u64("count", 100000), answered = 0, lost = 0;
	int64_t r;

	for (uint64_t i = 0; i < count; i++) {
		uint32_t fn = (uint32_t)rnd();

		if ((i & 1) != 0) {
			fn = (fn & 0xc0000fff) | 0x80000000 | ((uint32_t)rnd() & 0x3f) << 24;
		}
		if (is_excluded(fn)) {
			continue;
		}
		lost += call_preserving(fn, &r);
		if (!is_not_supported(r) && answered++ < 5) {
			printf("# 0x%x answers 0x%lx\n", fn, (uint64_t)r);
		}
	}
	check(answered <= count / 1000, "%lu random identifiers, %lu answered", count, answered);
	check_eq(lost, 0, "registers x4-x17 lost");
}

#define HVC(imm)                                                                                   \
	static void hvc_##imm(void)                                                                \
	{                                                                                          \
		__asm__ volatile("mov x0, #0\n\tmov x16, #0\n\thvc #" #imm "\n\tnop\n\tnop"        \
				 :                                                                 \
				 :                                                                 \
				 : "x0", "x1", "x2", "x3", "x4", "x16", "memory");                 \
	}
HVC(1)
HVC(0x1234)
HVC(0xffff)

static void smc_0(void)
{
	__asm__ volatile("movz x0, #0x8400, lsl #16\n\tsmc #0\n\tnop\n\tnop"
			 :
			 :
			 : "x0", "x1", "x2", "x3", "memory");
}

static void smc_77(void)
{
	__asm__ volatile("movz x0, #0x8400, lsl #16\n\tsmc #77\n\tnop\n\tnop"
			 :
			 :
			 : "x0", "x1", "x2", "x3", "memory");
}

static void other_conduits(void)
{
	static void (*const odd[])(void) = { hvc_1, hvc_0x1234, hvc_0xffff, smc_0, smc_77 };

	trap_arm();
	for (unsigned int i = 0; i < ARRAY_SIZE(odd); i++) {
		odd[i]();
	}
	trap_disarm();
	check_eq(trap_log[0].count, trap_log[0].undef, "odd HVC and SMC: traps that are not UNDEF");
	printf("# %lu of %u odd HVC and SMC are UNDEF\n", trap_log[0].undef,
	       (unsigned int)ARRAY_SIZE(odd));
}

void guest_main(void)
{
	known();
	unknown_ranges();
	random_ids();
	other_conduits();
}
