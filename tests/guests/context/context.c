/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context: every system register that this guest can write belongs to the vCPU that wrote it. All
 * encodings are tried; those that hold a value are filled with noise by each vCPU, which then gives
 * the CPU away and reads them again. A register that the hypervisor neither traps nor switches
 * shows itself, and so does one that leaks between domains. Run it with more vCPUs than physical
 * CPUs. Options: count= rounds (default 300), seed=, list=1 names the registers.
 */
#include "sysenc.h"

const char guest_name[] = "context";

#define MAX_REGS 256

#define XEN_DOMCTL_SETVCPUAFFINITY 9
#define XEN_DOMCTL_VERSION	   0x17ull

struct reg {
	uint32_t enc;
	uint64_t base, mask; /* value found, bits that hold what is written */
	volatile uint32_t changed;
};

static struct sysenc_stub code[MAX_REGS] __attribute__((aligned(4096)));
static struct reg reg[MAX_REGS];
static uint64_t have[MAX_CPUS][MAX_REGS];
static unsigned int nr_regs;
static volatile uint32_t finished;

/* These change by themselves, or steer the interrupts that end a WFI. */
static const struct {
	uint32_t enc, mask;
} restless[] = {
	{ SYSENC(3, 3, 4, 2, 0), 0xfffe },	   /* NZCV, DAIF */
	{ SYSENC(3, 0, 4, 3, 0), 0xfff8 },	   /* ALLINT, PM */
	{ SYSENC(3, 0, 4, 6, 0), 0xffff },	   /* ICC_PMR_EL1 */
	{ SYSENC(3, 0, 12, 8, 0), 0xff80 | 0x40 }, /* ICC_* */
	{ SYSENC(3, 3, 14, 0, 0), 0xff80 },	   /* timers and event counters of EL0 */
	{ SYSENC(3, 3, 9, 0, 0), 0xff80 },	   /* PMU */
	{ SYSENC(3, 0, 9, 14, 0), 0xfff8 },
	{ SYSENC(3, 3, 2, 4, 0), 0xfff8 }, /* random numbers */
};

static bool is_left_alone(uint32_t enc)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(restless); i++) {
		if ((enc & restless[i].mask) == restless[i].enc) {
			return true;
		}
	}
	return sysenc_why_not_write(enc) != NULL;
}

/* Keeps the stub when bits of the register follow what is written. */
static void try_register(uint32_t enc)
{
	struct sysenc_stub *s = &code[nr_regs];
	uint64_t base = 0, ones, again, v;

	sysenc_generate(s, enc);
	sysenc_sync(s, sizeof(*s));
	if (!sysenc_run(s->read, &base)) {
		return;
	}
	v = ~base;
	if (!sysenc_run(s->write, &v)) {
		return;
	}
	sysenc_run(s->read, &ones);
	v = base;
	sysenc_run(s->write, &v);
	sysenc_run(s->read, &again);
	if (ones != again && again == base && nr_regs < MAX_REGS - 1) {
		reg[nr_regs] = (struct reg){ .enc = enc, .base = base, .mask = ones ^ again };
		nr_regs++;
	}
}

static void name_register(const struct reg *r, const char *what)
{
	printf("# S%u_%u_C%u_C%u_%u mask 0x%lx %s\n", r->enc >> 14, r->enc >> 11 & 7,
	       r->enc >> 7 & 15, r->enc >> 3 & 15, r->enc & 7, r->mask, what);
}

static void discover(void)
{
	for (uint32_t enc = SYSENC(2, 0, 0, 0, 0); enc <= SYSENC(3, 7, 15, 15, 7); enc++) {
		if (!is_left_alone(enc)) {
			try_register(enc);
		}
	}
	for (unsigned int i = 0; i < nr_regs && opt_u64("list", 0) != 0; i++) {
		name_register(&reg[i], "");
	}
}

static void give_way(uint64_t how)
{
	if ((how & 1) != 0 && plat.xen) {
		xen_call(XEN_SCHED_OP, SCHEDOP_yield, 0, 0, 0);
		return;
	}
	sysreg_write(cntv_tval_el0, us_to_ticks(100));
	sysreg_write(cntv_ctl_el0, 1);
	wfi();
	sysreg_write(cntv_ctl_el0, 0);
}

static void fill_registers(unsigned int cpu)
{
	uint64_t v;

	for (unsigned int i = 0; i < nr_regs; i++) {
		v = reg[i].base ^ (rnd() & reg[i].mask);
		sysenc_run(code[i].write, &v);
	}
	for (unsigned int i = 0; i < nr_regs; i++) {
		sysenc_run(code[i].read, &have[cpu][i]);
	}
}

static void run(unsigned int cpu)
{
	uint64_t v;

	for (uint64_t n = opt_u64("count", 300); n != 0; n--) {
		fill_registers(cpu);
		give_way(n);
		for (unsigned int i = 0; i < nr_regs; i++) {
			sysenc_run(code[i].read, &v);
			reg[i].changed += v != have[cpu][i];
		}
	}
	for (unsigned int i = 0; i < nr_regs; i++) {
		v = reg[i].base;
		sysenc_run(code[i].write, &v);
	}
	__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
}

/* XEN_DOMCTL_setvcpuaffinity of the caller's own vCPU; the guest may do so in Dom0's place only. */
static long pin(uint32_t vcpu, uint64_t cpus)
{
	uint64_t op[2 + 16] = {
		XEN_DOMCTL_SETVCPUAFFINITY | XEN_DOMCTL_VERSION << 32,
		DOMID_SELF,
		vcpu | 1ull << 32, /* hard */
		(uint64_t)&cpus,
		64,
	};

	return (long)xen_call(XEN_DOMCTL, (uint64_t)op, 0, 0, 0);
}

/*
 * Alone on two CPUs in turns, so that each still has what this vCPU left there when it comes back:
 * it must not find its registers of then.
 */
static unsigned int wander(void)
{
	unsigned int changed = 0;
	uint64_t v;

	for (uint64_t n = 0; n < 20; n++) {
		fill_registers(0);
		if (pin(0, 1 + (n & 1)) != 0) {
			printf("# not privileged, or one CPU: stays where it is\n");
			return 0;
		}
		give_way(0);
		for (unsigned int i = 0; i < nr_regs; i++) {
			sysenc_run(code[i].read, &v);
			changed += v != have[0][i];
		}
	}
	pin(0, ~0ull);
	return changed;
}

#define SGI_WAKE 3
#define NR_WAKES 20u

static volatile uint32_t told, woken;

/* Interrupts are masked, so that one that comes before the WFI ends it. */
static void sleep_and_wake(void)
{
	gic_enable(SGI_WAKE);
	for (uint32_t n = 1; n <= NR_WAKES; n++) {
		while (told < n) {
			wfi();
			icc_write(EOIR1, icc_read(IAR1));
		}
		woken = n;
	}
	gic_disable(SGI_WAKE);
}

/* vCPU 1 sleeps on one CPU, is pinned to another and woken: it must come, with what it had. */
static void wake_elsewhere(void)
{
	uint32_t n;

	for (n = 1; n <= NR_WAKES; n++) {
		delay_us(500);
		pin(1, 1 + (n & 1));
		if ((n & 2) != 0) {
			delay_us(500);
		}
		told = n;
		gic_sgi(SGI_WAKE, 1);
		if (!WAIT_FOR(woken == n, 2000000)) {
			break;
		}
	}
	check_eq(n - 1, NR_WAKES, "wake-ups of a vCPU that was pinned elsewhere while it slept");
	pin(1, ~0ull);
	told = NR_WAKES;
}

static void secondary(unsigned int cpu)
{
	gic_init_cpu();
	gic_enable(27);
	if (cpu == 1) {
		sleep_and_wake();
	}
	run(cpu);
}

void guest_main(void)
{
	unsigned int changed = 0;

	check(gic_init(), "GIC found");
	gic_enable(27); /* stays masked in PSTATE: it only ends WFI */
	trap_arm();
	discover();
	trap_disarm();
	check(nr_regs > 10 && nr_regs < MAX_REGS - 1, "%u registers hold what is written", nr_regs);
	check_eq(wander(), 0, "registers that changed between two CPUs");
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		check_eq((int32_t)cpu_start(cpu, secondary), 0, "vCPU started");
	}
	if (plat.nr_cpus > 1) {
		wake_elsewhere();
	}
	run(0);
	check(WAIT_FOR(finished == plat.nr_cpus, 60000000), "all vCPUs have finished");
	for (unsigned int i = 0; i < nr_regs; i++) {
		changed += reg[i].changed != 0;
		if (reg[i].changed != 0) {
			name_register(&reg[i], "did not keep its value");
		}
	}
	check_eq(changed, 0, "registers that changed while another vCPU ran");
}
