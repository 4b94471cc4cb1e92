/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The construction of a domain, as a table of steps in the order in which
 * Xen's interface wants them. Each step is one function that returns 0 or
 * -errno and each has a sentence for the case that it fails; undoing is always
 * the same: destroy the domain. Nothing is checked here that the plan could
 * check before.
 *
 * The PV console is served by the hypervisor itself, so its event channel has
 * DOMID_XEN as the other side; the store's has Dom0, where xenstored serves
 * it, or bh's monitor when that does not run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "build.h"
#include "cfg_pv.h"
#include "dom.h"
#include "err.h"
#include "hyp.h"
#include "record.h"

#define DOM0		0
#define EXTENTS_MAX	512u
#define PAGES_PER_BLOCK 512u

struct build {
	struct plan *plan;
	const char *tag;
	uint32_t domid;
	struct xen_arch_domainconfig arch; /* as the hypervisor decided */
};

static int build_create(struct build *b)
{
	const struct cfg *c = b->plan->cfg;
	struct xen_domctl op = { .cmd = XEN_DOMCTL_createdomain };
	struct xen_domctl_createdomain *cd = &op.u.createdomain;
	int rc;

	memcpy(cd->handle, c->uuid, sizeof(cd->handle));
	cd->flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;
	cd->max_vcpus = (uint32_t)c->maxvcpus;
	cd->max_evtchn_port = (uint32_t)c->max_event_channels;
	cd->max_grant_frames = (int32_t)c->max_grant_frames;
	cd->max_maptrack_frames = (int32_t)c->max_maptrack_frames;
	cd->cpupool_id = c->pool_id;
	cd->grant_opts = XEN_DOMCTL_GRANT_version(1);
	cd->arch.gic_version = c->gic_version == 2   ? XEN_DOMCTL_CONFIG_GIC_V2
			       : c->gic_version == 3 ? XEN_DOMCTL_CONFIG_GIC_V3
						     : XEN_DOMCTL_CONFIG_GIC_NATIVE;
	cd->arch.nr_spis = passthru_nr_spis(&c->passthru);
	if (c->vuart && cd->arch.nr_spis == 0) {
		cd->arch.nr_spis = GUEST_VPL011_SPI - 32 + 1;
	}
	rc = hyp_domctl(&op);
	if (rc == 0) {
		b->domid = op.domain;
		b->arch = cd->arch;
	}
	return rc;
}

static int build_vcpus(struct build *b)
{
	return hyp_dom_max_vcpus(b->domid, (uint32_t)b->plan->cfg->maxvcpus);
}

static int build_limits(struct build *b)
{
	/* The special pages count as the domain's memory, too. */
	int rc = hyp_dom_max_mem(b->domid, b->plan->cfg->maxmem_kib + 16);

	if (rc == 0) {
		rc = hyp_dom_pool(b->domid, plan_pool_pages(b->plan) * PLAN_PAGE);
	}
	return rc;
}

static int build_name(struct build *b)
{
	return hyp_name_set(b->domid, b->plan->cfg->name);
}

static int build_tag(struct build *b)
{
	return hyp_tag_set(b->domid, b->tag, strlen(b->tag));
}

static int build_affinity(struct build *b)
{
	const struct cfg *c = b->plan->cfg;
	int rc = 0;

	for (uint32_t v = 0; v < c->maxvcpus && rc == 0; v++) {
		const struct cpuset *hard = c->affinity_hard ? &c->affinity_hard[v] : NULL;
		const struct cpuset *soft = c->affinity_soft ? &c->affinity_soft[v] : NULL;

		if (hard || soft) {
			rc = hyp_vcpu_affinity_set(b->domid, v, hard, soft);
		}
	}
	return rc;
}

/* 0, or -errno; for -ENOSPC the arithmetic has been printed. */
static int build_reservation(struct build *b)
{
	const struct cfg *c = b->plan->cfg;
	struct xen_domctl_sched_rtds rtds = {
		.period = (uint32_t)c->period_us,
		.budget = (uint32_t)c->budget_us,
		.flags = c->extratime ? XEN_DOMCTL_SCHEDRT_extra : 0,
	};
	int rc = c->budget_us ? hyp_rtds_set(b->domid, HYP_EVERY_VCPU, &rtds) : 0;

	if (rc == -ENOSPC) {
		admit_explain(rc, c->name);
	}
	return rc;
}

static int build_sched(struct build *b)
{
	const struct cfg *c = b->plan->cfg;
	struct xen_domctl_sched_credit credit;
	int rc;

	if (!c->weight && !c->has_cap) {
		return 0;
	}
	rc = hyp_credit_get(b->domid, &credit);
	if (rc == 0) {
		credit.weight = c->weight ? (uint16_t)c->weight : credit.weight;
		credit.cap = c->has_cap ? (uint16_t)c->cap : credit.cap;
		rc = hyp_credit_set(b->domid, &credit);
	}
	return rc;
}

static int build_rates(struct build *b)
{
	struct bulkhead_throttle t = { .defaults = 0 };
	bool is_asked = false;

	for (int i = 0; i < BULKHEAD_NR_RATES; i++) {
		t.rates[i] = (uint32_t)b->plan->cfg->rates[i];
		is_asked = is_asked || t.rates[i] != BULKHEAD_RATE_default;
	}
	return is_asked ? hyp_throttle_set(b->domid, &t) : 0;
}

/* Populates up to EXTENTS_MAX extents of 2^order pages from @gfn on. Returns pages or -errno. */
static long populate_some(uint32_t domid, uint64_t gfn, uint64_t pages, unsigned int order)
{
	uint64_t gfns[EXTENTS_MAX];
	uint64_t nr = pages >> order;
	long rc;

	nr = nr < EXTENTS_MAX ? nr : EXTENTS_MAX;
	for (uint64_t i = 0; i < nr; i++) {
		gfns[i] = gfn + (i << order);
	}
	rc = hyp_populate(domid, gfns, nr, order);
	return rc < 0 ? rc : rc << order;
}

/* Blocks where there are some, single pages for the rest. */
static int populate(uint32_t domid, uint64_t gfn, uint64_t pages)
{
	static const unsigned int orders[] = { 9, 4, 0 };
	unsigned int o = 0;

	while (pages) {
		bool fits = gfn % (1ull << orders[o]) == 0 && pages >> orders[o];
		long done = fits ? populate_some(domid, gfn, pages, orders[o]) : 0;

		if (done < 0 && done != -ENOMEM) {
			return (int)done;
		}
		if (done <= 0 && ++o == sizeof(orders) / sizeof(orders[0])) {
			return -ENOMEM;
		}
		if (done > 0) {
			gfn += (uint64_t)done;
			pages -= (uint64_t)done;
		}
	}
	return 0;
}

static int build_memory(struct build *b)
{
	const struct plan *p = b->plan;
	int rc = 0;

	for (int i = 0; i < DTB_BANKS && rc == 0; i++) {
		rc = populate(b->domid, p->bank_base[i] / PLAN_PAGE, p->bank_size[i] / PLAN_PAGE);
	}
	if (rc == 0) {
		rc = populate(b->domid, BUILD_CONSOLE_GFN, 2);
	}
	return rc;
}

static int build_load(struct build *b)
{
	const struct plan *p = b->plan;
	int rc = 0;

	mapped_populate(&p->kernel.file);
	for (unsigned int i = 0; i < p->kernel.nr_segments && rc == 0; i++) {
		const struct image_segment *s = &p->kernel.segment[i];

		/* What follows filesz is .bss: fresh memory is zero. */
		if (s->filesz) {
			rc = hyp_load(b->domid, p->kernel.file.data + s->offset, s->gpa, s->filesz);
		}
	}
	if (rc == 0 && p->ramdisk.size) {
		mapped_populate(&p->ramdisk);
		rc = hyp_load(b->domid, p->ramdisk.data, p->ramdisk_gpa, p->ramdisk.size);
	}
	return rc;
}

static int build_dtb(struct build *b)
{
	unsigned int gic = b->arch.gic_version == XEN_DOMCTL_CONFIG_GIC_V2 ? 2 : 3;

	if (plan_dtb(b->plan, gic, b->arch.clock_frequency)) {
		return -ENOMEM;
	}
	return hyp_load(b->domid, b->plan->dtb, b->plan->dtb_gpa, b->plan->dtb_size);
}

struct param {
	uint32_t index;
	uint64_t value;
};

static int build_params(struct build *b)
{
	int console = hyp_evtchn_alloc(b->domid, DOMID_XEN);
	int store = console < 0 ? console : hyp_evtchn_alloc(b->domid, DOM0);
	const struct param params[] = {
		{ HVM_PARAM_CALLBACK_IRQ, (uint64_t)HVM_PARAM_CALLBACK_TYPE_PPI << 56 |
						  HVM_PARAM_CALLBACK_TYPE_PPI_FLAG_LOW_LEVEL << 8 |
						  GUEST_EVTCHN_PPI },
		{ HVM_PARAM_CONSOLE_PFN, BUILD_CONSOLE_GFN },
		{ HVM_PARAM_CONSOLE_EVTCHN, (uint64_t)console },
		{ HVM_PARAM_STORE_PFN, BUILD_STORE_GFN },
		{ HVM_PARAM_STORE_EVTCHN, (uint64_t)store },
	};
	int rc = store < 0 ? store : 0;

	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]) && rc == 0; i++) {
		rc = hyp_hvm_set(b->domid, params[i].index, params[i].value);
	}
	return rc;
}

static int build_record(struct build *b)
{
	return record_make(b->plan->cfg, b->domid);
}

static int build_pv(struct build *b)
{
	return cfg_pv_give(b->plan->cfg, b->domid);
}

static int build_vuart(struct build *b)
{
	return b->plan->cfg->vuart ? hyp_vuart_init(b->domid) : 0;
}

static int build_devices(struct build *b)
{
	return passthru_give(b->plan->cfg, b->domid);
}

static int build_context(struct build *b)
{
	struct vcpu_guest_context ctxt = { .flags = VGCF_online };

	ctxt.user_regs.pc64 = b->plan->kernel.entry;
	ctxt.user_regs.x0 = b->plan->dtb_gpa;
	/* Not all versions of the header have debug exceptions masked, as Linux wants it. */
	ctxt.user_regs.cpsr = PSR_GUEST64_INIT | PSR_DBG_MASK;
	ctxt.sctlr = SCTLR_GUEST_INIT;
	return hyp_vcpu_context(b->domid, 0, &ctxt);
}

/* What restarts without a toolstack need: the policy, and copies of all that was loaded. */
static int build_health(struct build *b)
{
	const struct cfg *c = b->plan->cfg;
	const struct plan *p = b->plan;
	struct bulkhead_health_policy policy = {
		.restart = (uint32_t)c->health.restart,
		.give_up = (uint32_t)c->health.give_up,
		.warm_limit = (uint32_t)c->health.warm_limit,
		.cold_limit = (uint32_t)c->health.cold_limit,
		.window_s = (uint32_t)c->health.window_s,
		.watchdog_ms = (uint32_t)c->health.watchdog_ms,
	};
	int rc = 0;

	if (!policy.restart && !policy.watchdog_ms) {
		return 0;
	}
	for (unsigned int i = 0; policy.restart && i < p->kernel.nr_segments && rc == 0; i++) {
		const struct image_segment *s = &p->kernel.segment[i];

		rc = s->filesz ? hyp_keep(b->domid, s->gpa, s->filesz) : 0;
	}
	if (policy.restart && rc == 0 && p->ramdisk.size) {
		rc = hyp_keep(b->domid, p->ramdisk_gpa, p->ramdisk.size);
	}
	if (policy.restart && rc == 0) {
		rc = hyp_keep(b->domid, p->dtb_gpa, p->dtb_size);
	}
	if (policy.restart && rc == 0) {
		rc = hyp_keep(b->domid, 0, 0);
	}
	return rc ? rc : hyp_health_set(b->domid, &policy);
}

static const struct {
	int (*run)(struct build *b);
	const char *what; /* "cannot ..." */
	const char *remedy;
} steps[] = {
	{ build_create, "create a domain", "see \"bh dmesg\" for the hypervisor's reason" },
	{ build_vcpus, "give it its vCPUs", "lower vcpus/maxvcpus" },
	{ build_limits, "set its memory limits", "lower memory, or destroy another domain" },
	{ build_name, "name it", "choose another name: \"bh list\" shows those in use" },
	{ build_tag, "keep its configuration", "see \"bh dmesg\" for the hypervisor's reason" },
	{ build_affinity, "bind its vCPUs to CPUs", "change cpus/cpus_soft" },
	{ build_sched, "set its weight and cap",
	  "change cpu_weight/cap; in a pool without the credit scheduler remove them" },
	{ build_reservation, "reserve CPU time for it",
	  "change period/budget/cpus; the scheduler of its pool must be rtds" },
	{ build_rates, "set its budgets", "change trap_rate/interrupt_rate/log_rate" },
	{ build_memory, "give it its memory", "lower memory, or destroy another domain" },
	{ build_load, "load kernel and ramdisk", "see \"bh dmesg\" for the hypervisor's reason" },
	{ build_dtb, "load its device tree", "see \"bh dmesg\" for the hypervisor's reason" },
	{ build_params, "set up its console", "see \"bh dmesg\" for the hypervisor's reason" },
	{ build_record, "enter it in the store", "see what xenstored says, or stop it" },
	{ build_pv, "give it its disks and network", "change disk/vif; see dmesg" },
	{ build_devices, "give it its devices", "change dtdev/iomem/irqs/device_tree" },
	{ build_vuart, "give it a virtual UART", "remove vuart" },
	{ build_context, "set its first registers",
	  "see \"bh dmesg\" for the hypervisor's reason" },
	{ build_health, "keep what a restart needs", "free memory, or leave out restart" },
};

/* Signals that would end bh half-way are held back; an interrupted create is undone like a failed
 * one. */
static bool build_interrupted(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
		sigismember(&pending, SIGHUP) == 1);
}

static int build_steps(struct build *b)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int rc = build_interrupted() ? -EINTR : steps[i].run(b);

		if (rc) {
			err_sys(rc, "domain \"%s\": cannot %s\n%s", b->plan->cfg->name,
				steps[i].what,
				rc == -EINTR	? "nothing is left behind"
				: rc == -ENOSYS ? "this hypervisor is built without that: leave it "
						  "out, or see docs/configurations.md"
						: steps[i].remedy);
			return BH_FAILED;
		}
	}
	return BH_OK;
}

int build_domain(struct plan *p, const char *tag, uint32_t *domid)
{
	struct build b = { .plan = p, .tag = tag, .domid = DOMID_INVALID };
	sigset_t hold;
	sigset_t before;
	int rc;

	sigemptyset(&hold);
	sigaddset(&hold, SIGINT);
	sigaddset(&hold, SIGTERM);
	sigaddset(&hold, SIGHUP);
	sigprocmask(SIG_BLOCK, &hold, &before);
	rc = build_steps(&b);
	if (rc && b.domid != DOMID_INVALID) {
		dom_destroy(b.domid);
	}
	*domid = b.domid;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}
