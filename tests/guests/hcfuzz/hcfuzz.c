/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hcfuzz: seeded random hypercalls, numbers and arguments, pointers to good, odd and missing
 * memory. Whatever comes back, this guest must still run afterwards and its memory outside the
 * offered buffer must be untouched. Options: count= (default 1,000,000), seed=, nr= to fuzz one
 * hypercall only, trace= prints every call from that one on. Run it as the privileged domain, too.
 */
#include "hcfuzz.h"

const char guest_name[] = "hcfuzz";

/* Into the first RAM bank: far from image, stack and device tree. */
#define BUFFER_OFFSET (32ull << 20)
#define NR_BUCKETS    64

/* What would end or stop this guest by its own wish; nothing else is left out. */
static const struct {
	uint64_t nr, sub;
	bool only_dom0;
	const char *why;
} excluded[] = {
	{ XEN_SCHED_OP, SCHEDOP_shutdown, false, "its own shutdown" },
	{ XEN_SCHED_OP, 4, false, "remote_shutdown, which may name itself" },
	{ XEN_SCHED_OP, 5, false, "shutdown_code, then any crash counts as poweroff" },
	{ XEN_SCHED_OP, 6, false, "watchdog: would fire later" },
	{ XEN_SCHED_OP, SCHEDOP_poll, false, "poll: may sleep for ever by its contract" },
	{ XEN_VCPU_OP, 2, false, "VCPUOP_down of itself" },
	{ XEN_CONSOLE_IO, 0, true, "console write: floods the log" },
	{ XEN_CONSOLE_IO, 1, true, "console read: eats the operator's keys" },
	{ XEN_SYSCTL, 7, true, "debug_keys: 'R' resets the machine" },
};
uint64_t *buffers[MAX_CPUS];
static volatile uint32_t finished;
static uint64_t nr_calls[NR_BUCKETS], nr_ok[NR_BUCKETS], domctl_ok[128];
static uint64_t canary[512];
static volatile uint64_t nr_ticks;

uint64_t interesting(void)
{
	uint64_t r = rnd();

	switch (r >> 8 & 7) {
	case 0:
	case 1:
		return r >> 16 & 0x7f;
	case 2:
		return (uint64_t)buffer + (r >> 16 & 0xff8);
	case 3:
		return DOMID_SELF;
	case 4:
		return (uint64_t)0 - (r >> 16 & 0xf);
	case 5:
		r = 1ull << (r >> 16 & 63);
		/* As an address or a frame: the image itself. */
		return r == plat.ram_base || r == plat.ram_base >> 12 ? 0 : r;
	case 6:
		return r >> 32;
	default:
		return rnd();
	}
}

uint64_t pointer(void)
{
	uint64_t r = rnd();

	switch (r & 15) {
	case 0:
		return 0;
	case 1:
		return (uint64_t)buffer + (r >> 16 & 0xfff);
	case 2:
		return (uint64_t)buffer + 4096 - (r >> 16 & 0x3f);
	case 3:
		return r & 0xfffffffffff8ull;
	case 4:
		return ~0ull - (r >> 16 & 0xff);
	case 5:
		return plat.gicd + (r >> 16 & 0xfff8);
	default:
		return (uint64_t)buffer + (r >> 16 & 0x3f8);
	}
}

static bool is_excluded(const struct call *c)
{
	uint64_t sub = c->nr == XEN_SYSCTL || c->nr == XEN_DOMCTL ? buffer[0] & 0xffffffff
								  : c->arg[0] & 0xffffffff;

	for (unsigned int i = 0; i < ARRAY_SIZE(excluded); i++) {
		if (c->nr == excluded[i].nr && sub == excluded[i].sub &&
		    (!excluded[i].only_dom0 || plat.uart == 0)) {
			return true;
		}
	}
	return false;
}

/* Half of all calls go to hypercalls that exist, and most of those look almost right. */
static const uint8_t known[] = {
	7,
	XEN_MEMORY_OP,
	XEN_MULTICALL,
	XEN_VERSION,
	XEN_CONSOLE_IO,
	XEN_GRANT_TABLE_OP,
	XEN_VCPU_OP,
	XEN_XSM_OP,
	XEN_SCHED_OP,
	XEN_PHYSDEV_OP,
	XEN_HVM_OP,
	XEN_SYSCTL,
	XEN_DOMCTL,
	XEN_EVENT_CHANNEL_OP,
	42,
	XEN_BULKHEAD_OP,
};

static uint64_t pick_number(uint64_t r)
{
	if ((r & 31) == 0) {
		return rnd();
	}
	return (r & 32) != 0 ? (r >> 8) % NR_BUCKETS : known[(r >> 8) % ARRAY_SIZE(known)];
}

static void pick(struct call *c, uint64_t only)
{
	do {
		uint64_t r = rnd();

		c->nr = only != ~0ull ? only : pick_number(r);
		for (unsigned int i = 0; i < 8; i++) {
			buffer[i] = interesting();
		}
		c->arg[0] = (r & 3 << 16) != 0 ? r >> 20 & 0x3f : interesting();
		for (unsigned int i = 1; i < 4; i++) {
			c->arg[i] = (rnd() & 3) == 0 ? interesting() : pointer();
		}
		if (rnd() % 8 != 0) {
			aim(c);
		}
	} while (is_excluded(c));
}

/* The entries of a multicall obey the same table; a multicall inside one gets no memory to read
 * from. */
static void pick_multicall(struct call *c)
{
	struct call e;

	for (unsigned int i = 0; i < 4; i++) {
		do {
			pick(&e, ~0ull);
		} while (e.nr == XEN_MULTICALL || e.nr == XEN_DOMCTL || e.nr == XEN_SYSCTL);
		multi[i * 8] = e.nr;
		for (unsigned int a = 0; a < 4; a++) {
			multi[i * 8 + 2 + a] = e.arg[a];
		}
	}
	c->nr = XEN_MULTICALL;
	c->arg[0] = (rnd() & 7) == 0 ? ~0ull - 4096 : (uint64_t)multi;
	c->arg[1] = rnd() % 5;
}

static void on_tick(unsigned int intid)
{
	(void)intid;
	nr_ticks++;
	sysreg_write(cntv_tval_el0, us_to_ticks(1000));
	sysreg_write(cntv_ctl_el0, 1); /* Xen sets IMASK when it injects */
}

static void one(uint64_t only, bool trace)
{
	struct call c;
	uint64_t bucket, start, cmd;
	long rc;

	pick(&c, only);
	if (c.nr == XEN_MULTICALL) {
		pick_multicall(&c);
	}
	if (trace) {
		printf("# call 0x%lx (0x%lx, 0x%lx, 0x%lx, 0x%lx)\n", c.nr, c.arg[0], c.arg[1],
		       c.arg[2], c.arg[3]);
		printf("#   words 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx\n", buffer[0], buffer[1], buffer[2],
		       buffer[3], buffer[4]);
	}
	cmd = buffer[0] & 127;
	start = ticks();
	rc = xen_call(c.nr, c.arg[0], c.arg[1], c.arg[2], c.arg[3]);
	if (ticks() - start > us_to_ticks(500000)) {
		printf("# slow: 0x%lx (0x%lx, 0x%lx, 0x%lx, 0x%lx) = %ld took %lu ticks\n", c.nr,
		       c.arg[0], c.arg[1], c.arg[2], c.arg[3], rc, ticks() - start);
	}
	bucket = c.nr < NR_BUCKETS ? c.nr : 0;
	nr_calls[bucket]++;
	nr_ok[bucket] += rc >= 0;
	domctl_ok[cmd] += c.nr == XEN_DOMCTL && rc >= 0;
}

static void report(void)
{
	for (unsigned int i = 0; i < NR_BUCKETS; i++) {
		if (nr_ok[i] != 0) {
			printf("# hypercall %u: %lu calls, %lu accepted\n", i, nr_calls[i],
			       nr_ok[i]);
		}
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(domctl_ok); i++) {
		if (domctl_ok[i] != 0) {
			printf("# domctl %u: %lu accepted\n", i, domctl_ok[i]);
		}
	}
}

/* Every vCPU has its own pages to offer and its own random sequence; they all call at once. */
static void fuzz(unsigned int cpu)
{
	uint64_t count = opt_u64("count", 1000000) / plat.nr_cpus, only = opt_u64("nr", ~0ull),
		 trace = opt_u64("trace", ~0ull);

	if (cpu != 0) {
		gic_init_cpu();
	}
	buffer = (uint64_t *)(plat.ram_base + BUFFER_OFFSET + cpu * 0x10000ull);
	aim_setup();
	gic_enable(27);
	sysreg_write(cntv_tval_el0, 0);
	sysreg_write(cntv_ctl_el0, 1);
	irq_on();
	for (uint64_t i = 0; i < count; i++) {
		one(only, i >= trace);
		if ((i + 1) % 100000 == 0) {
			printf("# vCPU %u: %lu calls\n", cpu, i + 1);
		}
	}
	__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
}

void guest_main(void)
{
	uint64_t bad = 0;

	console_leave_ring(); /* its event channel will be closed some time */
	check(gic_init(), "GIC found");
	for (unsigned int i = 0; i < ARRAY_SIZE(canary); i++) {
		canary[i] = i * 0x0101010101010101ull;
	}
	irq_handle(27, on_tick);
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		check_eq((int32_t)cpu_start(cpu, fuzz), 0, "vCPU started");
	}
	fuzz(0);
	check(WAIT_FOR(finished == plat.nr_cpus, 120000000), "all vCPUs have finished");
	report();
	for (unsigned int i = 0; i < ARRAY_SIZE(canary); i++) {
		bad += canary[i] != i * 0x0101010101010101ull;
	}
	check_eq(bad, 0, "words outside the buffer that changed");
	check((xen_call(XEN_VERSION, 0, 0, 0, 0) >> 16) == 4, "XENVER_version still answers");
	check_eq(xen_call(1ull << 40, 0, 0, 0, 0), -38, "an unknown hypercall is -ENOSYS");
	bad = nr_ticks;
	check(WAIT_FOR(nr_ticks > bad, 3000000), "the timer still ticks");
}
