/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise: a bad neighbour that never stops. Each vCPU keeps one path of the hypervisor as busy as it
 * can, or takes turns. Options: what=cpu|hypercall|mmio|sgi|timer|wfi|abort|event|console|all
 * (default all), seconds= (default 0 = for ever). event: two events per round, one to itself by a
 * loopback and one to whoever reads its console; console: lines in what is kept of its console (not
 * in turns), of line= characters (default 5).
 */
#include "lib.h"

const char guest_name[] = "noise";

static uint64_t rounds;

static void do_cpu(void)
{
	delay_us(100);
}
static void do_hypercall(void)
{
	xen_call(XEN_VERSION, 0, 0, 0, 0);
}
static void do_mmio(void)
{
	rd32(plat.gicd + GICD_TYPER);
}
static void do_sgi(void)
{
	gic_sgi(7, cpu_id());
}

static void do_timer(void)
{
	sysreg_write(cntv_tval_el0, us_to_ticks(5));
	sysreg_write(cntv_ctl_el0, 1);
}

/* Masked from arming to WFI: a deadline in between must still wake it. */
static void do_wfi(void)
{
	irq_off();
	do_timer();
	wfi();
	irq_on();
}

static void do_abort(void)
{
	trap_arm();
	rd32(NOWHERE);
	trap_disarm();
}

static void do_console(void)
{
	for (uint64_t i = opt_u64("line", 5); i > 5; i--) {
		printf(".");
	}
	printf("noise\n");
}

static struct event_ports {
	uint32_t local, remote, console;
} ports;

static long evtchn(unsigned int op, void *arg)
{
	return xen_call(XEN_EVENT_CHANNEL_OP, op, (uint64_t)arg, 0, 0);
}

/* A pair of ports of this domain, each the other's end, and the port of its console. */
static void event_setup(void)
{
	struct {
		uint16_t dom, remote_dom;
		uint32_t port;
	} alloc = { DOMID_SELF, DOMID_SELF, 0 };
	struct {
		uint16_t remote_dom, pad;
		uint32_t remote_port, local_port;
	} bind = { DOMID_SELF, 0, 0, 0 };
	struct xen_hvm_param param = { DOMID_SELF, 0, HVM_PARAM_CONSOLE_EVTCHN, 0 };

	if (!plat.xen || evtchn_init() != 0 || evtchn(EVTCHNOP_alloc_unbound, &alloc) != 0) {
		return;
	}
	bind.remote_port = alloc.port;
	if (evtchn(EVTCHNOP_bind_interdomain, &bind) == 0) {
		ports.local = bind.local_port;
		ports.remote = alloc.port;
	}
	if (xen_call(XEN_HVM_OP, HVMOP_get_param, (uint64_t)&param, 0, 0) == 0) {
		ports.console = (uint32_t)param.value;
	}
}

/* Taken as the guest of a network card would: clear what is pending, let the next one come. */
static void on_event(unsigned int intid)
{
	(void)intid;
	shared_info->vcpu[0].pending = 0;
	dsb();
	shared_info->vcpu[0].pending_sel = 0;
	shared_info->pending[ports.remote / 64] = 0;
}

static void do_event(void)
{
	evtchn(EVTCHNOP_send, &ports.local);
	if (ports.console != 0) {
		evtchn(EVTCHNOP_send, &ports.console);
	}
}

static const struct {
	const char *name;
	void (*fn)(void);
} kinds[] = {
	{ "cpu", do_cpu },     { "hypercall", do_hypercall }, { "mmio", do_mmio },
	{ "sgi", do_sgi },     { "timer", do_timer },	      { "wfi", do_wfi },
	{ "abort", do_abort }, { "event", do_event },	      { "console", do_console },
};

static void on_timer(unsigned int intid)
{
	(void)intid;
	sysreg_write(cntv_ctl_el0, 0);
}

static void run(unsigned int cpu)
{
	uint64_t seconds = opt_u64("seconds", 0),
		 end = seconds == 0 ? UINT64_MAX : ticks() + seconds * tick_hz();
	unsigned int kind = ARRAY_SIZE(kinds);

	if (cpu != 0) {
		gic_init_cpu();
	}
	gic_enable(7);
	gic_enable(27);
	irq_on();
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		kind = opt_is("what", kinds[i].name) ? i : kind;
	}
	for (uint64_t n = 0; ticks() < end; n++) {
		kinds[kind < ARRAY_SIZE(kinds) ? kind : (n / 1000 + cpu) % (ARRAY_SIZE(kinds) - 1)]
			.fn();
		rounds += cpu == 0;
	}
	irq_off();
}

void guest_main(void)
{
	check(gic_init(), "GIC found");
	irq_handle(27, on_timer);
	event_setup();
	if (ports.local != 0) {
		irq_handle(plat.evtchn_irq, on_event);
		gic_enable(plat.evtchn_irq);
	}
	printf("noise: starts on %u vCPU\n", plat.nr_cpus);
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		cpu_start(cpu, run);
	}
	run(0);
	check(rounds > 0, "%lu rounds", rounds);
}
