/* SPDX-License-Identifier: Apache-2.0 */
/* See sysenc.h. The encoding is the instruction's bits 20:5 (Arm ARM C5.1.2). */
#include "sysenc.h"

#define MSR_X0 0xd5000000u
#define READ   (1u << 21)
#define RET    0xd65f03c0u

/* Writes that legitimately change this guest's own world. Reads are never skipped. */
static const struct {
	uint32_t enc, mask;
	const char *why;
} skip[] = {
	{ SYSENC(3, 0, 1, 0, 0), 0xffff, "SCTLR_EL1: MMU and caches" },
	{ SYSENC(3, 0, 1, 0, 2), 0xffff, "CPACR_EL1: FP/SIMD of the library" },
	{ SYSENC(3, 0, 2, 0, 0), 0xfffc, "TTBR0/1_EL1, TCR_EL1: address space" },
	{ SYSENC(3, 0, 10, 2, 0), 0xfff8, "MAIR_EL1, PIR: memory types and permissions" },
	{ SYSENC(3, 0, 12, 0, 0), 0xffff, "VBAR_EL1: vectors" },
	{ SYSENC(3, 0, 4, 2, 0), 0xfff8, "SPSel, CurrentEL, PAN, UAO: the stack in use" },
	{ SYSENC(3, 0, 13, 0, 4), 0xffff, "TPIDR_EL1: the library's vCPU index" },
	{ SYSENC(2, 0, 0, 2, 2), 0xffff, "MDSCR_EL1: would arm single step" },
	{ SYSENC(2, 0, 0, 0, 4), 0xff84, "DBGBVR/DBGBCR/DBGWVR/DBGWCR: would arm breakpoints" },
	{ SYSENC(2, 0, 1, 3, 4), 0xffff, "OSDLR_EL1: double lock" },
	{ SYSENC(3, 0, 12, 8, 3), 0xffdf,
	  "ICC_BPR0/1_EL1: reserved bits end QEMU 10.0 in an assertion" },
	{ SYSENC(3, 0, 1, 0, 3), 0xffff, "SCTLR2_EL1" },
	{ SYSENC(3, 0, 2, 5, 0), 0xfff8, "GCSCR_EL1: would check returns against a guarded stack" },
};

void sysenc_generate(struct sysenc_stub *stub, uint32_t enc)
{
	stub->read[0] = MSR_X0 | READ | enc << 5;
	stub->write[0] = MSR_X0 | enc << 5;
	stub->read[1] = stub->write[1] = RET;
}

void sysenc_sync(const void *code, uint64_t len)
{
	for (uint64_t a = (uint64_t)code & ~15ull; a < (uint64_t)code + len; a += 16) {
		__asm__ volatile("dc cvau, %0" : : "r"(a) : "memory");
	}
	__asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" : : : "memory");
}

bool sysenc_run(const uint32_t *stub, uint64_t *value)
{
	register uint64_t x0 __asm__("x0") = *value;
	struct trap_log *t = &trap_log[cpu_id()];
	uint64_t before = t->count;

	__asm__ volatile("blr %1\n\tmsr daifset, #0xf\n\tmsr spsel, #1\n\tisb"
			 : "+r"(x0)
			 : "r"(stub)
			 : "x30", "memory", "cc");
	*value = x0;
	return t->count == before;
}

const char *sysenc_why_not_write(uint32_t enc)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(skip); i++) {
		if ((enc & skip[i].mask) == skip[i].enc) {
			return skip[i].why;
		}
	}
	return NULL;
}

unsigned int sysenc_reasons(unsigned int i, const char **why)
{
	*why = i < ARRAY_SIZE(skip) ? skip[i].why : NULL;
	return ARRAY_SIZE(skip);
}
