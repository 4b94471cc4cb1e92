/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pv: what the calls cost that PV back ends live on. In the place of Dom0's kernel, on Bulkhead or
 * on Xen, it creates a domain by hypercalls and measures, from the instruction before the call to
 * the one behind it: event_round (an event to the domain, which sleeps, and the one that it sends
 * back; both sides take their interrupt, acknowledge and end it), grant_map, grant_unmap,
 * grant_copy (4 KiB of a granted page to an own one), foreign_map, foreign_unmap. Lines as of
 * `bench`; a tick is an instruction under -icount. Option: count= rounds per row (default 200).
 */
#include "lib.h"

#include "pv.h"

const char guest_name[] = "pv";

uint8_t pv_window[NR_WINDOWS][4096] __attribute__((aligned(4096)));
uint8_t pv_own[4096] __attribute__((aligned(4096)));

static uint64_t overhead, nr_refused;

struct row {
	uint64_t min, max, sum, nr;
};

long pv_make(const struct pv_call *call)
{
	return xen_call(call->nr, call->arg[0], call->arg[1], call->arg[2], 0);
}

/*
 * The domain: waits, as a kernel does, for its event interrupt; takes it, answers, ends it. Runs at
 * another address than this guest and without its MMU: no data, no calls.
 */
__attribute__((section(".text.pv_echo"), noinline)) void pv_echo(const volatile uint64_t *param)
{
	const uint64_t gicd = 0x03001000, gicr = 0x03020000, sgi = gicr + 0x10000;
	volatile struct xen_shared_info *shared = (volatile struct xen_shared_info *)param[1];

	wr32(gicd + GICD_CTLR, 1u << 4 | 1u << 1);
	wr32(gicr + GICR_WAKER, 0);
	wr32(sgi + GIC_IGROUPR, 0xffffffff);
	wr32(sgi + GIC_IPRIORITYR + 28, 0xa0a0a0a0);
	wr32(sgi + GIC_ISENABLER, 1u << 31);
	sysreg_write(S3_0_C12_C12_5, 1);
	sysreg_write(S3_0_C4_C6_0, 0xff);
	sysreg_write(S3_0_C12_C12_7, 1);
	for (;;) {
		uint64_t intid;

		wfi();
		intid = sysreg_read(S3_0_C12_C12_0);
		shared->vcpu[0].pending = 0;
		shared->vcpu[0].pending_sel = 0;
		shared->pending[0] = 0;
		xen_call(XEN_EVENT_CHANNEL_OP, EVTCHNOP_send, (uint64_t)param, 0, 0);
		sysreg_write(S3_0_C12_C12_1, intid);
	}
}

static uint64_t now(void)
{
	return sysreg_read(cntvct_el0);
}

static uint64_t timed(struct pv_call call)
{
	uint64_t begin = now();
	long result = pv_make(&call);
	uint64_t end = now();

	nr_refused += result != 0 || pv_status() != 0;
	return end - begin - overhead;
}

static uint64_t timed_round(struct pv_call call)
{
	uint64_t begin = now(), intid;
	long result = pv_make(&call);

	wfi();
	intid = icc_read(IAR1);
	shared_info->vcpu[0].pending = 0;
	shared_info->vcpu[0].pending_sel = 0;
	shared_info->pending[0] = 0;
	icc_write(EOIR1, intid);
	nr_refused += result != 0 || intid != plat.evtchn_irq;
	return now() - begin - overhead;
}

static void add(struct row *row, uint64_t t)
{
	if (row->nr++ < 8) {
		row->min = UINT64_MAX; /* not counted: tables that are made once */
		return;
	}
	row->min = t < row->min ? t : row->min;
	row->max = t > row->max ? t : row->max;
	row->sum += t;
}

static void print(const char *name, const struct row *row)
{
	printf("bench %s %lu %lu %lu\n", name, row->min, row->sum / (row->nr - 8), row->max);
}

static void call_rows(uint64_t rounds)
{
	struct row rows[5] = { { 0 } };

	for (uint64_t i = 0; i < rounds + 8; i++) {
		add(&rows[0], timed(pv_map()));
		*(volatile uint64_t *)pv_window[MAPPED] = i; /* the page is there */
		add(&rows[1], timed(pv_unmap()));
		add(&rows[2], timed(pv_copy()));
		add(&rows[3], timed(pv_foreign()));
		*(volatile uint64_t *)pv_window[HOLE] = i;
		add(&rows[4], timed(pv_remove()));
	}
	print("grant_map", &rows[0]);
	print("grant_unmap", &rows[1]);
	print("grant_copy", &rows[2]);
	print("foreign_map", &rows[3]);
	print("foreign_unmap", &rows[4]);
	check_eq(nr_refused, 0, "every grant and mapping is made");
}

static void event_rows(uint64_t rounds)
{
	struct row row = { 0 };
	uint32_t port = pv_start();

	check(port != 0, "the domain runs");
	if (port == 0) {
		return;
	}
	delay_us(10);
	for (uint64_t i = 0; i < rounds + 8; i++) {
		add(&row, timed_round(pv_send(port)));
	}
	print("event_round", &row);
	check_eq(nr_refused, 0, "every event comes back");
}

static bool make(struct pv_call call)
{
	return pv_make(&call) == 0 && pv_status() == 0;
}

/* The domain goes while a page of it is mapped by a grant, others as foreign ones. */
static void die_mapped(uint64_t free_before)
{
	volatile uint64_t *granted = (volatile uint64_t *)pv_window[MAPPED];
	volatile uint64_t *foreign = (volatile uint64_t *)pv_window[HOLE];
	struct pv_call unmap;

	check(make(pv_map()) && make(pv_foreign()), "two pages are mapped");
	unmap = pv_unmap();
	*granted = 0x1234;
	*foreign = 0x5678;
	check(pv_destroy(), "the domain is destroyed");
	check(pv_free_pages() < free_before, "what is mapped is not free");
	check(*granted == 0x1234 && *foreign == 0x5678, "both pages are still there");
	check(!make(pv_map()), "nothing more of it can be granted");
	pv_map(); /* that outcome is not the next call's */
	check(pv_close_windows(), "foreign pages are unmapped");
	check(*granted == 0x1234, "the granted page is still there");
	check(make(unmap), "the grant is unmapped");
	check(WAIT_FOR(pv_is_gone(), 1000000), "the domain is gone");
	check(WAIT_FOR(pv_free_pages() == free_before, 1000000), "every page is free again");
}

void guest_main(void)
{
	uint64_t rounds = opt_u64("count", 200), free_before;

	overhead = UINT64_MAX;
	for (int i = 0; i < 100; i++) {
		uint64_t begin = now(), t = now() - begin;

		overhead = t < overhead ? t : overhead;
	}
	check(gic_init() && evtchn_init() == 0, "there are a GIC and events");
	gic_enable(plat.evtchn_irq);
	check(pv_open_windows(), "there are holes");
	free_before = pv_free_pages();
	check(pv_create(), "a domain is made, its pages are in the windows");
	if (all_ok()) {
		call_rows(rounds);
		event_rows(rounds);
	}
	if (all_ok() && opt_u64("die", 1) != 0) {
		die_mapped(free_before);
	}
}
