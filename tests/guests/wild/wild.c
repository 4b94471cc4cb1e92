/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wild: loads, stores and cache maintenance of every size and form all over the IPA space. Each
 * either works or aborts here, with FAR naming the address; nothing hangs and nobody else notices.
 * Its own image, stack and device tree are left alone, and so is the UART, whose log would be
 * garbled. Options: count= random addresses, seed=, writes=0 for reads only (the default where the
 * domain owns real devices).
 */
#include "lib.h"

const char guest_name[] = "wild";

extern char _start[], _end[];
static uint64_t nr_access, nr_abort, bad_far, bad_class;
static bool writes;

#define OP(name, insn)                                                                             \
	static void name(volatile void *p)                                                         \
	{                                                                                          \
		__asm__ volatile(insn : : "r"(p) : "x9", "x10", "x11", "memory");                  \
	}
OP(ldrb, "ldrb w9, [%0]")
OP(ldrh, "ldrh w9, [%0]")
OP(ldrw, "ldr w9, [%0]")
OP(ldrx, "ldr x9, [%0]")
OP(ldrsw, "ldrsw x9, [%0]")
OP(ldr_post, "mov x11, %0\n\tldr x9, [x11], #8")
OP(ldp, "ldp x9, x10, [%0]")
OP(ldrq, "ldr q0, [%0]")
OP(ldxr, "ldxr x9, [%0]\n\tclrex")
OP(ldar, "ldar w9, [%0]")
OP(prfm, "prfm pldl1keep, [%0]")
OP(dc_cvac, "dc cvac, %0")
OP(dc_civac, "dc civac, %0")
OP(dc_cvau, "dc cvau, %0")
OP(at_s1, "at s1e1r, %0")
OP(strb, "strb wzr, [%0]")
OP(strh, "strh wzr, [%0]")
OP(strw, "str wzr, [%0]")
OP(strx, "str xzr, [%0]")
OP(stp, "stp xzr, xzr, [%0]")
OP(str_pre, "mov x11, %0\n\tstr xzr, [x11, #8]!")
OP(strq, "str q0, [%0]")
OP(stxr, "ldxr x9, [%0]\n\tstxr w10, x9, [%0]")
OP(stlr, "stlr wzr, [%0]")
OP(dc_ivac, "dc ivac, %0")
OP(dc_zva, "dc zva, %0")

static void (*const read_op[])(volatile void *p) = {
	ldrb, ldrh, ldrw, ldrx,	   ldrsw,    ldr_post, ldp,   ldrq,
	ldxr, ldar, prfm, dc_cvac, dc_civac, dc_cvau,  at_s1,
};
static void (*const write_op[])(volatile void *p) = {
	strb, strh, strw, strx, stp, str_pre, strq, stxr, stlr, dc_ivac, dc_zva,
};

/* Only one trap may come per instruction, and it must be a data abort with the right FAR. */
static void access(void (*op)(volatile void *p), uint64_t va)
{
	struct trap_log *t = &trap_log[0];
	uint64_t count = t->count, dabt = t->dabt;

	op((volatile void *)va);
	nr_access++;
	if (t->count == count) {
		return;
	}
	nr_abort++;
	bad_class += t->dabt - dabt != t->count - count;
	bad_far += (t->esr & 1 << 10) == 0 && (t->far & ~63ull) != (va & ~63ull) &&
		   t->far - va > 16;
}

static bool leave_alone(uint64_t pa, uint64_t len)
{
	uint64_t uart = plat.uart & ~0xfffull, ram_end = plat.ram_base + plat.ram_size;

	if (pa + len > (uint64_t)_start && pa < (uint64_t)_end) {
		return true;
	}
	if (plat.ram_size != 0 && pa >= ram_end - (4ull << 20) && pa < ram_end) {
		return true; /* device tree */
	}
	return plat.uart != 0 && pa + len > uart && pa < uart + 0x1000;
}

static void all_at(uint64_t pa, bool normal)
{
	uint64_t va;

	if (leave_alone(pa & ~127ull, 256)) {
		return;
	}
	va = (uint64_t)mmu_window(pa, normal);
	for (unsigned int i = 0; i < ARRAY_SIZE(read_op); i++) {
		access(read_op[i], va);
	}
	for (unsigned int i = 0; writes && i < ARRAY_SIZE(write_op); i++) {
		access(write_op[i], va);
	}
}

static void strides(unsigned int pa_bits)
{
	for (uint64_t pa = 0; pa < 1ull << 30; pa += 1ull << 20) {
		all_at(pa + (rnd() & 0xff8), false);
	}
	for (uint64_t pa = 0; pa < 16ull << 30; pa += 32ull << 20) {
		all_at(pa, true);
	}
	for (uint64_t pa = 0; pa < 1ull << 40 && pa >> pa_bits == 0; pa += 4ull << 30) {
		all_at(pa + (rnd() & 0x3ffffff8), true);
	}
	for (unsigned int bit = 12; bit < pa_bits; bit++) {
		all_at(1ull << bit, false);
		all_at((1ull << bit) - 128, true);
	}
	printf("# strides: %lu accesses, %lu aborts\n", nr_access, nr_abort);
}

static void must_abort(uint64_t pa, const char *what)
{
	volatile void *p = mmu_window(pa, true);
	uint64_t before = trap_log[0].dabt;

	ldrx(p);
	check(trap_log[0].dabt == before + 1 && trap_log[0].far == (uint64_t)p,
	      "%s aborts with FAR", what);
	printf("# esr 0x%lx\n", trap_log[0].esr);
}

static void jump(uint64_t pa)
{
	mmu_map_normal(pa);
	__asm__ volatile("blr %0" : : "r"(pa) : "x30", "memory");
}

void guest_main(void)
{
	static const unsigned int bits[] = { 32, 36, 40, 42, 44, 48, 48, 48 };
	unsigned int pa_bits = bits[sysreg_read(id_aa64mmfr0_el1) & 7];
	uint64_t count = opt_u64("count", 2000), before;

	writes = opt_u64("writes", plat.uart != 0) != 0;
	printf("# %u bits of physical address, %s\n", pa_bits,
	       writes ? "reads and writes" : "reads only");
	trap_arm();
	must_abort(1ull << (pa_bits - 1), "the middle of the address space");
	if (plat.xen && plat.uart != 0) {
		must_abort((1ull << 39) + 0x1000, "512 GiB");
	}
	strides(pa_bits);
	for (uint64_t i = 0; i < count; i++) {
		all_at(rnd() & ((1ull << (12 + rnd() % (pa_bits - 12))) - 1), (i & 1) != 0);
		if (i % 500 == 499) {
			printf("# random: %lu accesses, %lu aborts\n", nr_access, nr_abort);
		}
	}
	before = trap_log[0].iabt;
	jump(300ull << 30);
	check_eq(trap_log[0].iabt, before + 1, "a jump into nothing is an instruction abort");
	trap_disarm();
	check(nr_abort > 0, "%lu accesses, %lu aborts", nr_access, nr_abort);
	check_eq(bad_class, 0, "exceptions that are not data aborts");
	check_eq(bad_far, 0, "aborts with a wrong FAR");
}
