/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercalls that bh makes, one small wrapper each: domctl and sysctl of
 * Xen 4.20, memory, HVM parameters and event channels (hyp_xen.c), and
 * Bulkhead's own operations (hyp_own.c), over libxencall (hyp.c).
 *
 * Unless said otherwise a wrapper returns 0 or -errno, needs hyp_open() before,
 * and copies its arguments through memory that the hypervisor may access, so
 * callers pass ordinary pointers.
 */
#ifndef BH_HYP_H
#define BH_HYP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define __XEN_TOOLS__ 1
#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/sysctl.h>
#include <xen/hvm/params.h>
#include <xen/sched.h>

#include <public/bulkhead.h>

#include "text.h"

struct xentoollog_logger;

/* ---- hyp.c: the door ---- */

/* Opens the door to the hypervisor once; explains itself on failure. Returns enum bh_exit. */
int hyp_open(void);
/* Whether the door can be opened, without a message. */
bool hyp_available(void);
/* Whether hyp_open() has succeeded. */
bool hyp_is_open(void);
/* A logger for the Xen libraries that swallows everything: bh prints its own messages. */
struct xentoollog_logger *hyp_quiet(void);
/* Memory that the hypervisor may access; zeroed. NULL = none. */
void *hyp_buf(size_t size);
void hyp_buf_free(void *p);
/* Hypercall @nr on a structure that is copied in and out; sub-operation @sub, if >= 0, goes first.
 */
long hyp_call(unsigned int nr, long sub, void *arg, size_t size);
int hyp_domctl(struct xen_domctl *op);
int hyp_sysctl(struct xen_sysctl *op);

/* ---- hyp_xen.c: domains as Xen's interface sees them ---- */

/* One domain. -ESRCH when there is none with exactly this id. */
int hyp_dom_info(uint32_t domid, struct xen_domctl_getdomaininfo *info);
/* All domains, allocated (caller frees). Returns their number or -errno. */
int hyp_dom_list(struct xen_domctl_getdomaininfo **list);
/* Domctls without further arguments: create's counterparts and pause, unpause, destroy. */
int hyp_dom_simple(uint32_t domid, uint32_t cmd);
int hyp_dom_max_mem(uint32_t domid, uint64_t kib);
int hyp_dom_max_vcpus(uint32_t domid, uint32_t max);
int hyp_dom_pool(uint32_t domid, uint64_t bytes);
int hyp_vcpu_info(uint32_t domid, uint32_t vcpu, struct xen_domctl_getvcpuinfo *info);
int hyp_vcpu_affinity_get(uint32_t domid, uint32_t vcpu, struct cpuset *hard, struct cpuset *soft);
/* NULL = leave as it is. */
int hyp_vcpu_affinity_set(uint32_t domid, uint32_t vcpu, const struct cpuset *hard,
			  const struct cpuset *soft);
int hyp_vcpu_context(uint32_t domid, uint32_t vcpu, const struct vcpu_guest_context *ctxt);
int hyp_credit_get(uint32_t domid, struct xen_domctl_sched_credit *c);
int hyp_credit_set(uint32_t domid, const struct xen_domctl_sched_credit *c);
int hyp_vuart_init(uint32_t domid);
/* Devices: by path in the machine's device tree; pages of registers; shared interrupts. */
int hyp_assign_device(uint32_t domid, const char *path);
int hyp_iomem_permission(uint32_t domid, uint64_t first, uint64_t nr);
int hyp_iomem_map(uint32_t domid, uint64_t gfn, uint64_t first, uint64_t nr);
int hyp_irq_bind(uint32_t domid, uint32_t irq);
int hyp_physinfo(struct xen_sysctl_physinfo *info);
int hyp_sched_id(uint32_t *id);
/* Populate @nr extents of 2^@order pages at guest frames @gfns. Returns how many, or -errno. */
long hyp_populate(uint32_t domid, const uint64_t *gfns, size_t nr, unsigned int order);
int hyp_hvm_set(uint32_t domid, uint32_t index, uint64_t value);
int hyp_hvm_get(uint32_t domid, uint32_t index, uint64_t *value);
/* A port in @domid that @remote may bind. Returns the port or -errno. */
int hyp_evtchn_alloc(uint32_t domid, uint32_t remote);
/* Reads the hypervisor's log from *index on; returns bytes or -errno. */
int hyp_console_ring(char *buf, size_t size, uint32_t *index, bool clear);
int hyp_debug_keys(const char *keys);

/* The next measured path from place @index on; -ENOENT none, -ENOSYS nothing is measured. */
int hyp_bounds(uint32_t index, struct bulkhead_bounds *bounds);
/* xen_version sub-operation with an out structure. */
long hyp_version(unsigned int sub, void *out, size_t size);
/* Id of an XEN_SCHEDULER_* as text. */
const char *hyp_sched_name(uint32_t id);

/* ---- hyp_sched.c: schedulers and CPU pools ---- */

#define HYP_EVERY_VCPU (~0u)

/* The first pool with an id of at least @from. -ENOENT = none. */
int hyp_pool_info(uint32_t from, struct xen_sysctl_cpupool_op *info, struct cpuset *cpus);
/* CPUs that are in no pool. */
int hyp_pool_free_cpus(struct cpuset *cpus);
/* The operations that change pools. */
int hyp_pool_op(struct xen_sysctl_cpupool_op *p);
int hyp_rtds_get(uint32_t domid, uint32_t vcpu, struct xen_domctl_sched_rtds *rtds);
/* One vCPU, or HYP_EVERY_VCPU; -ENOSPC: see hyp_refusal(). */
int hyp_rtds_set(uint32_t domid, uint32_t vcpu, const struct xen_domctl_sched_rtds *rtds);
int hyp_schedule_get(uint32_t pool, struct xen_sysctl_arinc653_schedule *s);
int hyp_schedule_set(uint32_t pool, const struct xen_sysctl_arinc653_schedule *s);

/* ---- hyp_own.c: Bulkhead's own operations ---- */

int hyp_own_info(struct bulkhead_info *info);
int hyp_name_set(uint32_t domid, const char *name);
int hyp_name_get(uint32_t domid, char name[BULKHEAD_NAME_LEN]);
/* -ENOENT when no domain has this name. */
int hyp_name_find(const char *name, uint32_t *domid);
int hyp_tag_set(uint32_t domid, const void *data, size_t len);
/* Returns the length of the tag (text is NUL-terminated by this function) or -errno. */
int hyp_tag_get(uint32_t domid, char buf[BULKHEAD_TAG_MAX + 1]);
/* Copies @size bytes from @src (must stay mapped; NULL = zeros) to guest address @gpa. */
int hyp_load(uint32_t domid, const void *src, uint64_t gpa, uint64_t size);
/* A reader of a console: which stream, how far it has come. */
struct hyp_reader {
	uint32_t domid;
	uint32_t which;	  /* BULKHEAD_CONSOLE_* */
	uint64_t offset;  /* next byte wanted */
	uint64_t dropped; /* out: bytes lost before the ones read last */
};

/*
 * Reads what is new into @buf of @size bytes (from hyp_buf) and moves the reader. Returns the
 * number of bytes, 0 = nothing new, or -errno.
 */
long hyp_con_read(struct hyp_reader *r, void *buf, size_t size);
/* Returns the number of bytes taken or -errno. @buf from hyp_buf. */
long hyp_con_write(uint32_t domid, uint32_t which, const void *buf, size_t len);
int hyp_con_attach(uint32_t domid, uint32_t which, uint32_t port);
int hyp_watch(uint32_t domid, uint32_t port);
/* Why this bh's last reservation was refused; -ENOENT = it was not. */
int hyp_refusal(struct bulkhead_refusal *r);
int hyp_dom_stat(uint32_t domid, struct bulkhead_domain_stat *st);
/* -ENOENT: the domain has no such vCPU. */
int hyp_vcpu_stat(uint32_t domid, uint32_t vcpu, struct bulkhead_vcpu_stat *st);
int hyp_throttle_get(uint32_t domid, struct bulkhead_throttle *t);
/* New rates; *t is then as hyp_throttle_get() has it. */
int hyp_throttle_set(uint32_t domid, struct bulkhead_throttle *t);
int hyp_health_get(uint32_t domid, struct bulkhead_health *h);
int hyp_health_set(uint32_t domid, const struct bulkhead_health_policy *policy);
/* Keep a copy of this part of its memory for restarts; 0 bytes: that was all. */
int hyp_keep(uint32_t domid, uint64_t gpa, uint64_t bytes);
/* Switch BULKHEAD_TRACE_* on and off; what is on then is in *st. -ENOSYS: a build without. */
int hyp_trace_control(uint32_t on, uint32_t off, struct bulkhead_trace_control *st);
/* r->data: room from hyp_buf(), of r->nr records. */
int hyp_trace_read(struct bulkhead_trace_read *r);
/* l->buckets: room from hyp_buf(), of l->nr words. */
int hyp_latency(uint32_t domid, struct bulkhead_latency *l, bool reset);

#endif
