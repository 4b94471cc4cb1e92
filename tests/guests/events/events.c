/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events: 2-level event channels. Every bind operation, send, mask and unmask, close, status, wrong
 * arguments, the loopback within the domain, and delivery by the upcall interrupt to the first and
 * to a second vCPU.
 */
#include "lib.h"

const char guest_name[] = "events";

#define OP_bind_interdomain 0
#define OP_bind_virq	    1
#define OP_close	    3
#define OP_send		    4
#define OP_status	    5
#define OP_alloc_unbound    6
#define OP_bind_ipi	    7
#define OP_bind_vcpu	    8
#define OP_unmask	    9
#define EINVAL		    22
#define ESRCH		    3
#define EEXIST		    17
#define ENOENT		    2

static volatile uint32_t upcalls[MAX_CPUS], got[4096];
static struct xen_vcpu_info second_info __attribute__((aligned(64)));
static volatile uint32_t up, done;
static volatile long registered;

static long evtchn(unsigned int op, void *arg)
{
	return xen_call(XEN_EVENT_CHANNEL_OP, op, (uint64_t)arg, 0, 0);
}

static struct xen_vcpu_info *info(void)
{
	return cpu_id() == 0 ? &shared_info->vcpu[0] : &second_info;
}

static void scan(unsigned int word)
{
	uint64_t bits = shared_info->pending[word] & ~shared_info->mask[word];

	for (unsigned int bit = 0; bit < 64; bit++) {
		if ((bits >> bit & 1) != 0) {
			__atomic_and_fetch(&shared_info->pending[word], ~(1ull << bit),
					   __ATOMIC_SEQ_CST);
			got[word * 64 + bit]++;
		}
	}
}

static void on_upcall(unsigned int intid)
{
	struct xen_vcpu_info *v = info();
	uint64_t sel;

	(void)intid;
	upcalls[cpu_id()]++;
	v->pending = 0;
	dsb();
	sel = __atomic_exchange_n(&v->pending_sel, 0, __ATOMIC_SEQ_CST);
	for (unsigned int word = 0; word < 64; word++) {
		if ((sel >> word & 1) != 0) {
			scan(word);
		}
	}
}

static bool arrives(uint32_t port, uint32_t n)
{
	return WAIT_FOR(got[port] == n, 3000000);
}

static bool pending(uint32_t port)
{
	return (shared_info->pending[port / 64] >> port % 64 & 1) != 0;
}

static void set_mask(uint32_t port, bool on)
{
	if (on) {
		__atomic_or_fetch(&shared_info->mask[port / 64], 1ull << port % 64,
				  __ATOMIC_SEQ_CST);
	} else {
		__atomic_and_fetch(&shared_info->mask[port / 64], ~(1ull << port % 64),
				   __ATOMIC_SEQ_CST);
	}
}

static long bind_ipi(uint32_t vcpu, uint32_t *port)
{
	struct {
		uint32_t vcpu, port;
	} op = { vcpu, 0 };
	long rc = evtchn(OP_bind_ipi, &op);

	*port = op.port;
	if (rc == 0) {
		set_mask(op.port, false);
	}
	return rc;
}

static long bind_virq(uint32_t virq, uint32_t vcpu, uint32_t *port)
{
	struct {
		uint32_t virq, vcpu, port;
	} op = { virq, vcpu, 0 };
	long rc = evtchn(OP_bind_virq, &op);

	*port = op.port;
	return rc;
}

static long port_op(unsigned int op, uint32_t port)
{
	return evtchn(op, &port);
}

static uint32_t status_of(uint32_t port)
{
	struct {
		uint16_t dom;
		uint32_t port, status, vcpu, u[2];
	} op = { .dom = DOMID_SELF, .port = port };

	return evtchn(OP_status, &op) == 0 ? op.status : ~0u;
}

static void ipi(void)
{
	uint32_t port, n;

	check_eq(bind_ipi(0, &port), 0, "bind_ipi");
	check_eq(status_of(port), 5, "status: IPI");
	for (n = 1; n <= 100; n++) {
		port_op(OP_send, port);
		if (!arrives(port, n)) {
			break;
		}
	}
	check_eq(n, 101, "100 sends arrive as 100 upcalls, and one");
	set_mask(port, true);
	port_op(OP_send, port);
	port_op(OP_send, port);
	delay_us(500);
	check(pending(port) && got[port] == 100, "masked: pending, no upcall");
	check_eq(port_op(OP_unmask, port), 0, "unmask");
	check(arrives(port, 101), "unmask delivers what was pending, once");
	check_eq(port_op(OP_close, port), 0, "close");
	check_eq(status_of(port), 0, "status: closed");
	check_eq(port_op(OP_send, port), -EINVAL, "send on a closed port");
	check_eq(port_op(OP_close, port), -EINVAL, "close again");
}

static void loopback(void)
{
	struct {
		uint16_t dom, remote;
		uint32_t port;
	} alloc = { DOMID_SELF, DOMID_SELF, 0 };
	struct {
		uint16_t remote;
		uint32_t remote_port, local_port;
	} bind = { .remote = DOMID_SELF };

	check_eq(evtchn(OP_alloc_unbound, &alloc), 0, "alloc_unbound for itself");
	check_eq(status_of(alloc.port), 1, "status: unbound");
	bind.remote_port = alloc.port;
	check_eq(evtchn(OP_bind_interdomain, &bind), 0, "bind_interdomain to itself");
	check_eq(status_of(bind.local_port), 2, "status: interdomain");
	check_eq(evtchn(OP_bind_interdomain, &bind), -EINVAL, "a bound port cannot be bound again");
	set_mask(alloc.port, false);
	set_mask(bind.local_port, false);
	got[alloc.port] = got[bind.local_port] = 0;
	port_op(OP_send, bind.local_port);
	check(arrives(alloc.port, 1), "send reaches the other end");
	port_op(OP_send, alloc.port);
	check(WAIT_FOR(got[bind.local_port] >= 1, 3000000), "and back");
	check_eq(port_op(OP_close, alloc.port), 0, "close one end");
	check_eq(status_of(bind.local_port), 1, "the other end is unbound again");
	check_eq(port_op(OP_close, bind.local_port), 0, "close the other end");
}

static void wrong(void)
{
	struct {
		uint16_t dom, remote;
		uint32_t port;
	} alloc = { DOMID_SELF, 0x7000, 0 };
	struct {
		uint32_t port, vcpu;
	} move = { 0, 0 };
	uint32_t port, second;
	long rc;

	check_eq(port_op(OP_send, 4095), -EINVAL, "send on a free port");
	check_eq(port_op(OP_send, 0x7fffffff), -EINVAL, "send on a port that cannot exist");
	check_eq(port_op(OP_close, ~0u), -EINVAL, "close of a port that cannot exist");
	check_eq(port_op(OP_unmask, ~0u), -EINVAL, "unmask of a port that cannot exist");
	check_eq(bind_virq(99, 0, &port), -EINVAL, "bind_virq of an unknown VIRQ");
	check_eq(bind_virq(0, 77, &port), -ENOENT, "bind_virq for a vCPU that does not exist");
	check_eq(bind_ipi(77, &port), -ENOENT, "bind_ipi for a vCPU that does not exist");
	check_eq(bind_virq(0, 0, &port), 0, "bind_virq VIRQ_TIMER");
	check_eq(bind_virq(0, 0, &second), -EEXIST, "and again");
	move.port = port;
	rc = evtchn(OP_bind_vcpu, &move);
	check(rc == -EINVAL, "a per-vCPU VIRQ cannot move (%ld)", rc);
	check_eq(port_op(OP_close, port), 0, "close");
	rc = evtchn(OP_alloc_unbound, &alloc);
	check(rc == 0 || rc == -ESRCH, "alloc_unbound for a domain that does not exist (%ld)", rc);
	if (rc == 0) {
		port_op(OP_close, alloc.port);
	}
	rc = evtchn(77, &move);
	check_eq(rc, -38, "an unknown sub-operation is -ENOSYS");
	check_eq(xen_call(XEN_EVENT_CHANNEL_OP, OP_send, ~0ull - 4095, 0, 0), -14,
		 "a bad pointer is -EFAULT");
}

/* As many ports as there are, all closed again; twice, so that a leak shows. */
static void all_ports(void)
{
	static uint32_t port[4096];
	unsigned int n[2];
	bool is_found = false;

	for (unsigned int round = 0; round < 2; round++) {
		for (n[round] = 0; n[round] < 4096 && bind_ipi(0, &port[n[round]]) == 0;
		     n[round]++) {}
		/* The lowest and the highest: the hypervisor may not look through all in between.
		 */
		port_op(OP_close, port[0]);
		port_op(OP_close, port[n[round] - 1]);
		is_found = bind_ipi(0, &port[0]) == 0 && bind_ipi(0, &port[n[round] - 1]) == 0;
		for (unsigned int i = 0; i < n[round]; i++) {
			port_op(OP_close, port[i]);
		}
	}
	check(is_found, "two ports closed at both ends are found again");
	check(n[0] > 32 && n[0] == n[1], "%u ports can be bound, %u the second time", n[0], n[1]);
}

/* Registration marks everything pending, so the first scan is the vCPU's own business. */
static void secondary(unsigned int cpu)
{
	struct {
		uint64_t mfn;
		uint32_t offset, pad;
	} reg = { (uint64_t)&second_info >> 12, (uint32_t)((uint64_t)&second_info & 0xfff), 0 };

	registered = xen_call(XEN_VCPU_OP, VCPUOP_register_vcpu_info, cpu, (uint64_t)&reg, 0);
	gic_init_cpu();
	on_upcall(0);
	upcalls[cpu] = 0;
	gic_enable(plat.evtchn_irq);
	irq_on();
	up = 1;
	while (done == 0) {
		wfi();
	}
	done = 2;
}

static void second_vcpu(void)
{
	uint32_t port, n;

	cpu_start(1, secondary);
	check(WAIT_FOR(up == 1, 2000000), "vCPU 1 is up");
	check_eq(registered, 0, "register_vcpu_info of vCPU 1");
	check_eq(bind_ipi(1, &port), 0, "bind_ipi to vCPU 1");
	got[port] = 0;
	for (n = 1; n <= 100; n++) {
		port_op(OP_send, port);
		if (!arrives(port, n)) {
			break;
		}
	}
	check_eq(n, 101, "100 sends to a sleeping vCPU arrive, and one");
	check(upcalls[1] >= 100, "by its own upcall (%u)", upcalls[1]);
	done = 1;
	port_op(OP_send, port);
	check(WAIT_FOR(done == 2, 3000000), "vCPU 1 left its loop");
}

void guest_main(void)
{
	check(plat.xen && plat.evtchn_irq != 0, "hypervisor node with upcall interrupt %u",
	      plat.evtchn_irq);
	check(gic_init(), "GIC found");
	check_eq(evtchn_init(), 0, "shared info page mapped");
	if (shared_info == NULL) {
		return;
	}
	irq_handle(plat.evtchn_irq, on_upcall);
	/* The console's channel may have fired before; gic_init() has dropped that interrupt. */
	on_upcall(0);
	gic_enable(plat.evtchn_irq);
	irq_on();
	ipi();
	loopback();
	wrong();
	all_ports();
	if (plat.nr_cpus > 1) {
		second_vcpu();
	}
}
