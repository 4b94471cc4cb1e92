/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench: what the paths a guest can feel cost. One line per row: `bench NAME min mean max` in
 * counter ticks, after subtraction of an empty measurement. Under `-icount shift=0` with cntfrq=1
 * GHz a tick is one instruction, so the figures are exact and repeat; on other machines they are
 * nanoseconds' cousins only. Options: count= rounds per row (default 1000), wfi=0 leaves out the
 * rows that sleep, other=1 adds an SGI to vCPU 1, asleep on a CPU of its own, ports=N adds events
 * sent with a pair of ports bound, and with N, trace=1 switches event traces on first (2 latencies,
 * 3 both), which only Dom0 may.
 */
#include "lib.h"

const char guest_name[] = "bench";

#define SGI_BENCH 5
#define DEADLINE  1000000 /* ticks ahead; a period of 1 ms has the same cost */

uint64_t bench_empty(uint64_t arg), bench_mmio(uint64_t arg), bench_idreg(uint64_t arg),
	bench_ptimer(uint64_t arg);
uint64_t bench_actlr(uint64_t arg), bench_xencall(uint64_t nr, uint64_t x0),
	bench_smccc(uint64_t nr, uint64_t x0), bench_sgi(uint64_t sgi1r);
uint64_t bench_sgi_other(uint64_t sgi1r, volatile uint64_t *when);
void bench_sleeper(volatile uint64_t *when);
uint64_t bench_send(uint64_t op);
uint64_t bench_timer(uint64_t deadline, uint64_t wait);
extern char bench_vectors[], vectors[];

static uint64_t overhead, rounds;

static uint64_t timer_spin(uint64_t arg)
{
	return bench_timer(ticks() + DEADLINE, 0) + 0 * arg;
}

static uint64_t timer_wfi(uint64_t arg)
{
	return bench_timer(ticks() + DEADLINE, 1) + 0 * arg;
}

static uint64_t null_hypercall(uint64_t nr)
{
	return bench_xencall(nr, 0);
}

static uint64_t psci_version(uint64_t fn)
{
	return bench_smccc(0, fn);
}

static volatile uint64_t sleeper_woke;

static void sleeper(unsigned int cpu)
{
	(void)cpu;
	gic_init_cpu();
	gic_enable(SGI_BENCH);
	sysreg_write(vbar_el1, (uint64_t)bench_vectors);
	irq_on();
	bench_sleeper(&sleeper_woke);
}

/* The other vCPU gets time to fall asleep: turns, where CPUs are run in turns. */
static uint64_t sgi_other(uint64_t sgi1r)
{
	uint64_t end = ticks() + us_to_ticks(100);

	while (ticks() < end) {
		__asm__ volatile("yield");
	}
	return bench_sgi_other(sgi1r, &sleeper_woke);
}

static void row(const char *name, uint64_t (*op)(uint64_t), uint64_t arg, uint64_t less)
{
	uint64_t min = UINT64_MAX, max = 0, sum = 0, t, end;

	for (uint64_t i = 0; i < 8; i++) {
		op(arg);
	}
	for (uint64_t i = 0; i < rounds; i++) {
		t = op(arg);
		t -= t < less ? t : less;
		sum += t;
		min = t < min ? t : min;
		max = t > max ? t : max;
	}
	printf("bench %s %lu %lu %lu\n", name, min, sum / rounds, max);
	/* What the hypervisor defers of the line, and its timer for that, is not the next row's. */
	end = ticks() + us_to_ticks(3000);
	while (ticks() < end) {
		bench_xencall(63, 0);
	}
}

/* Of the private hypercall (include/public/bulkhead.h): trace_control. */
static void trace_on(uint32_t what)
{
	struct {
		uint32_t version, cmd;
		uint16_t domid, pad;
		uint32_t flags, on, off, state, more[25];
	} op = { .version = 1, .cmd = 13, .domid = DOMID_SELF, .on = what };

	check_eq(xen_call(XEN_BULKHEAD_OP, (uint64_t)&op, 0, 0, 0), 0, "traces can be switched on");
	check_eq(op.state, what, "they are on");
}

static void irq_rows(void)
{
	uint64_t self = 1ull << (sysreg_read(mpidr_el1) & 0xf);

	gic_enable(SGI_BENCH);
	gic_enable(27);
	sysreg_write(vbar_el1, (uint64_t)bench_vectors);
	irq_on();
	row("sgi_to_self", bench_sgi, (uint64_t)SGI_BENCH << 24 | self, overhead);
	row("vtimer_running", timer_spin, 0, 0);
	if (opt_u64("wfi", 1) != 0) {
		row("vtimer_wfi", timer_wfi, 0, 0);
	}
	irq_off();
	sysreg_write(vbar_el1, (uint64_t)vectors);
	if (opt_u64("other", 0) != 0 && cpu_start(1, sleeper) == 0) {
		row("sgi_other", sgi_other,
		    (uint64_t)SGI_BENCH << 24 | 1ull << (plat.mpidr[1] & 0xf), 0);
	}
}

static long evtchn(unsigned int op, void *arg)
{
	return xen_call(XEN_EVENT_CHANNEL_OP, op, (uint64_t)arg, 0, 0);
}

/* A port for events from this vCPU to itself, or 0: where there are no pairs. */
static uint32_t bind_ipi(void)
{
	struct {
		uint32_t vcpu, port;
	} ipi = { 0, 0 };

	return evtchn(EVTCHNOP_bind_ipi, &ipi) == 0 ? ipi.port : 0;
}

/* Two ports of this domain, each the other's end; the number of one, 0 = there are no more. */
static uint32_t bind_pair(void)
{
	struct {
		uint16_t dom, remote;
		uint32_t port;
	} alloc = { DOMID_SELF, DOMID_SELF, 0 };
	struct {
		uint16_t remote;
		uint32_t remote_port, local_port;
	} bind = { .remote = DOMID_SELF };

	if (evtchn(EVTCHNOP_alloc_unbound, &alloc) != 0) {
		return bind_ipi();
	}
	bind.remote_port = alloc.port;
	if (evtchn(EVTCHNOP_bind_interdomain, &bind) != 0) {
		return 0;
	}
	shared_info->mask[alloc.port / 64] &= ~(1ull << alloc.port % 64);
	return bind.local_port;
}

/* Each send finds nothing pending and has to raise the upcall. */
static uint64_t send_event(uint64_t port)
{
	struct {
		uint32_t port;
	} op = { (uint32_t)port };

	for (unsigned int word = 0; word < ARRAY_SIZE(shared_info->pending); word++) {
		shared_info->pending[word] = 0;
	}
	shared_info->vcpu[0].pending_sel = 0;
	shared_info->vcpu[0].pending = 0;
	gic_set(GIC_ICPENDR, plat.evtchn_irq);
	return bench_send((uint64_t)&op);
}

static void send_rows(uint64_t ports)
{
	uint64_t bound = 2, port;

	check_eq(evtchn_init(), 0, "the shared page is mapped");
	row("send_2", send_event, bind_pair(), overhead);
	for (port = 1; port != 0 && bound + 4 <= ports; bound += 2) {
		port = bind_pair();
	}
	port = bind_pair();
	check(port != 0 && bound + 2 == ports, "%lu ports are bound", bound + 2);
	row("send_many", send_event, port, overhead);
}

void guest_main(void)
{
	rounds = opt_u64("count", 1000);
	overhead = UINT64_MAX;
	for (int i = 0; i < 100; i++) {
		uint64_t t = bench_empty(0);

		overhead = t < overhead ? t : overhead;
	}
	if (opt_u64("trace", 0) != 0) {
		trace_on((uint32_t)opt_u64("trace", 0));
	}
	printf("bench: %lu Hz, empty measurement %lu ticks, %lu rounds\n", tick_hz(), overhead,
	       rounds);
	if (plat.xen) {
		row("null_hypercall", null_hypercall, XEN_VERSION, overhead);
	}
	row("unknown_hypercall", null_hypercall, 63, overhead);
	row("psci_version", psci_version, PSCI_VERSION, overhead);
	if (gic_init()) {
		row("gicd_typer", bench_mmio, plat.gicd + GICD_TYPER, overhead);
		row("gicr_typer", bench_mmio, plat.gicr + GICR_TYPER, overhead);
	}
	if (plat.uart != 0) {
		row("uart_status", bench_mmio, plat.uart + 0x18, overhead);
	}
	row("id_register", bench_idreg, 0, overhead);
	row("actlr", bench_actlr, 0, overhead);
	row("ptimer_read", bench_ptimer, 0, overhead);
	irq_rows();
	if (opt_u64("ports", 0) != 0) {
		send_rows(opt_u64("ports", 0));
	}
	check(true, "every row measured");
}
