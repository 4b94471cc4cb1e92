/* SPDX-License-Identifier: MIT */
/*
 * What Bulkhead offers beyond Xen's interface, behind one private hypercall:
 * number BULKHEAD_HYPERCALL (__HYPERVISOR_arch_7), x0 = virtual address of a struct bulkhead_op.
 *
 * Called by: tools/bh in Dom0 through libxencall (xencall1), nobody else. The structure and every
 * buffer a handle points to must be memory that the kernel keeps in place (xencall_alloc_buffer).
 * All commands need privilege over the target (default policy: Dom0) except info.
 *
 * The structure is copied in once and, on success, copied back whole; fields that a command does
 * not mention come back as they went in. Reserved fields and undefined flags must be zero.
 * Errors common to all: -XEN_EACCES version is not the one spoken (it is written to .version);
 * -XEN_EFAULT a handle is bad; -XEN_ENOSYS unknown cmd; -XEN_ESRCH no such domain;
 * -XEN_EPERM not allowed; -XEN_EINVAL an argument is out of range. Sizes are in bytes, times in
 * nanoseconds since the hypervisor started, pages are 4096 bytes.
 *
 * Includable together with Debian's libxen-dev headers: no name of theirs is used here.
 */
#ifndef PUBLIC_BULKHEAD_H
#define PUBLIC_BULKHEAD_H

#include <public/types.h>

#define BULKHEAD_HYPERCALL	   55
#define BULKHEAD_INTERFACE_VERSION 1

#define BULKHEAD_OP_info	   0  /* u.info */
#define BULKHEAD_OP_set_name	   1  /* u.name */
#define BULKHEAD_OP_get_name	   2  /* u.name */
#define BULKHEAD_OP_find_name	   3  /* u.name */
#define BULKHEAD_OP_set_tag	   4  /* u.tag */
#define BULKHEAD_OP_get_tag	   5  /* u.tag */
#define BULKHEAD_OP_load	   6  /* u.load */
#define BULKHEAD_OP_console_read   7  /* u.console_read */
#define BULKHEAD_OP_console_write  8  /* u.console_write */
#define BULKHEAD_OP_console_attach 9  /* u.console_attach */
#define BULKHEAD_OP_watch	   10 /* u.watch */
#define BULKHEAD_OP_domain_stat	   11 /* u.domain_stat */
#define BULKHEAD_OP_next_domain	   12 /* no payload */
#define BULKHEAD_OP_trace_control  13 /* u.trace_control */
#define BULKHEAD_OP_trace_read	   14 /* u.trace_read */
#define BULKHEAD_OP_latency	   15 /* u.latency */
#define BULKHEAD_OP_vcpu_stat	   16 /* u.vcpu_stat */
#define BULKHEAD_OP_refusal	   17 /* u.refusal */
#define BULKHEAD_OP_bounds	   18 /* u.bounds */
#define BULKHEAD_OP_get_throttle   19 /* u.throttle */
#define BULKHEAD_OP_set_throttle   20 /* u.throttle */
#define BULKHEAD_OP_get_health	   21 /* u.health */
#define BULKHEAD_OP_set_health	   22 /* u.health_policy */
#define BULKHEAD_OP_keep_image	   23 /* u.keep_image */
#define BULKHEAD_NR_OPS		   24

#define BULKHEAD_NAME_LEN  64	/* with the terminating NUL */
#define BULKHEAD_TAG_MAX   2048 /* bytes */
#define BULKHEAD_MAX_VCPUS 64	/* of one domain */

/*
 * info: facts about the hypervisor and the machine. domid is ignored. Needs no privilege, but a
 * caller without it gets version, nr_cpus and uptime_ns only, the rest reads as zero.
 */
struct bulkhead_info {
	char version[32];	  /* out: text, NUL-terminated */
	uint32_t nr_cpus;	  /* out: physical CPUs in use */
	uint32_t max_domains;	  /* out: highest number of domains at once, Dom0 included */
	uint64_t total_frames;	  /* out: pages of RAM in the machine */
	uint64_t free_frames;	  /* out: pages that a domain could be given now */
	uint64_t heap_free_pages; /* out: pages left in the hypervisor's own heap */
	uint64_t uptime_ns;	  /* out */
	uint32_t nr_domains;	  /* out: domains alive, dying ones included */
	uint32_t cpu_khz;	  /* out: frequency of the architected counter */
};

/*
 * set_name: name domid. 1 to 63 bytes of printable ASCII, no space, no '/', NUL-terminated,
 * bytes after the NUL ignored. -XEN_EEXIST another domain that is not dying has it (setting a
 * domain's own name again succeeds).
 * get_name: name of domid; an unnamed domain has an empty one. Dom0 starts as "Domain-0".
 * find_name: writes the id of the domain with that name into domid. -XEN_ENOENT none has.
 */
struct bulkhead_name {
	char name[BULKHEAD_NAME_LEN]; /* set, find: in; get: out */
};

/*
 * A few bytes that the toolstack keeps with the domain, so that a restarted Dom0 finds them. The
 * hypervisor never looks inside.
 * set_tag: replaces the tag of domid by len bytes; 0 removes it. -XEN_E2BIG len > BULKHEAD_TAG_MAX.
 * get_tag: copies min(len, length of the tag) bytes and sets len to the length of the tag.
 */
struct bulkhead_tag {
	GUEST_HANDLE(void) data;
	uint32_t len; /* set: in; get: in room, out length of the tag */
	uint32_t pad;
};

/*
 * load: fill memory of domid from the caller's, or with zeros when src is NULL. Cleans the
 * caches to the point of coherency, so that a guest with its MMU off sees the bytes.
 * Preemptible: the hypervisor advances done and repeats the call by itself; the caller sees it
 * only on return. Start with done = 0; after an error done tells how far it came.
 * -XEN_ENXIO the range is not entirely RAM that domid owns. domid must not be the caller.
 */
struct bulkhead_load {
	GUEST_HANDLE(const void) src; /* in */
	uint64_t dst_gpa;	      /* in: guest physical address, any alignment */
	uint64_t size;		      /* in */
	uint64_t done;		      /* in/out */
};

/*
 * A domain has two console streams; each direction is a sequence of bytes without end, of which
 * the hypervisor keeps the last part (at least 64 KiB of output).
 */
#define BULKHEAD_CONSOLE_pv    0 /* PV console ring, and console_io where the domain may use it */
#define BULKHEAD_CONSOLE_vuart 1 /* virtual PL011 */

/*
 * console_read: copy output from byte number offset on. When the oldest kept byte is newer, the
 * copy starts there and dropped tells how many bytes were passed over. len = 0 on return means
 * that nothing new is there; reading does not consume. offset beyond the end is set to the end.
 * To see what is kept, start at 0.
 */
struct bulkhead_console_read {
	uint32_t which;	 /* in: BULKHEAD_CONSOLE_* */
	uint32_t len;	 /* in: room at data; out: bytes copied */
	uint64_t offset; /* in: first byte wanted; out: byte after the last one copied */
	GUEST_HANDLE(void) data;
	uint64_t dropped; /* out: bytes lost between offset and the first byte copied */
	uint64_t end;	  /* out: bytes the domain has written so far */
};

/* console_write: hand input to the domain; takes what fits, len = 0 on return means full. */
struct bulkhead_console_write {
	uint32_t which; /* in */
	uint32_t len;	/* in: bytes at data; out: bytes taken */
	GUEST_HANDLE(const void) data;
};

/*
 * console_attach: from now on make the caller's event-channel port pending when domid has written
 * to this stream or has made room for input. The port must be a local one in state unbound with
 * the caller itself as remote (-XEN_EINVAL otherwise). Port 0 detaches. One listener per stream:
 * the newest takes the place of the one before. Closing the port detaches.
 */
struct bulkhead_console_attach {
	uint32_t which; /* in */
	uint32_t port;	/* in */
};

/*
 * watch: make the caller's port (as for console_attach) pending whenever domid is created, paused
 * or unpaused by the toolstack, shut down, crashed, renamed or gone. domid DOMID_INVALID (0x7FF4):
 * any domain. With BULKHEAD_WATCH_remove in .flags the watch is taken away (-XEN_ENOENT none).
 * -XEN_ENOSPC too many watches. Closing the port removes it.
 */
#define BULKHEAD_WATCH_remove (1U << 0)

struct bulkhead_watch {
	uint32_t port; /* in */
	uint32_t pad;
};

/* Exactly one of the first three is set unless shutdown or dying is. */
#define BULKHEAD_STATE_running	(1U << 0) /* at least one vCPU is on a CPU now */
#define BULKHEAD_STATE_runnable (1U << 1) /* at least one wants to run, none does */
#define BULKHEAD_STATE_blocked	(1U << 2) /* all vCPUs wait for events or are off */
#define BULKHEAD_STATE_paused	(1U << 3) /* by the toolstack; may come with any of the others */
#define BULKHEAD_STATE_shutdown (1U << 4) /* stopped; shutdown_reason says why */
#define BULKHEAD_STATE_dying	(1U << 5) /* being destroyed */

struct bulkhead_domain_stat {
	uint32_t state;		  /* out: BULKHEAD_STATE_* */
	uint32_t shutdown_reason; /* out: SHUTDOWN_* (sched.h), valid with STATE_shutdown */
	uint64_t cpu_time_ns;	  /* out: sum over the vCPUs */
	uint64_t created_ns;	  /* out: when the domain was created */
	uint32_t nr_vcpus;	  /* out: vCPUs that are on */
	uint32_t max_vcpus;	  /* out */
	uint64_t nr_pages;	  /* out: pages it owns now */
	uint64_t max_pages;	  /* out: limit */
	uint32_t s2_pool_used;	  /* out: pages of its stage-2 pool in use */
	uint32_t s2_pool_total;	  /* out */
	uint64_t nr_exits;	  /* out: entries into EL2 by its vCPUs */
	uint64_t nr_injected;	  /* out: virtual interrupts made pending */
};

/*
 * next_domain: writes the lowest id of an existing domain (dying ones included) that is equal to
 * or greater than domid into domid; -XEN_ENOENT when there is none. Walk: start at 0, go on
 * with the answer plus one.
 */

/*
 * refusal: the arithmetic behind the last -XEN_ENOSPC that this caller got for a reservation of CPU
 * time: a period and budget, an affinity, or a move to another pool. Shares are millionths of a
 * CPU. -XEN_ENOENT when nothing was refused, or another caller was refused since. domid is ignored.
 */
#define BULKHEAD_REFUSAL_any_cpu 0xFFFFFFFFU /* the sums are about several CPUs together */

struct bulkhead_refusal {
	uint32_t cpu;	       /* out: the CPU that the sums are about */
	uint32_t asked_ppm;    /* out */
	uint32_t reserved_ppm; /* out: by those in force */
	uint32_t allowed_ppm;  /* out: the largest sum that could be honoured */
	uint32_t
		is_overlap; /* out: 1 = another reservation has some, but not all, CPUs in common */
	uint32_t pad;
};

/*
 * bounds: the next path through EL2 that the hypervisor has measured, from place index on; walk:
 * start at 0, go on with the answer plus one. domid is ignored. -XEN_ENOENT no more;
 * -XEN_ENOSYS the hypervisor was built without CONFIG_EL2_BUDGET.
 *
 * key: bits 31..28 kind (1 trap, 2 interrupt, 3 hypercall, 4 SMCCC call, 5 part of a path), 24 it
 * began with the CPU idle, 25 it ended with another vCPU, 23..16 number (exception class,
 * interrupt: 32 any shared one, hypercall, part), 15..0 operation of the hypercall.
 */
struct bulkhead_bounds {
	uint32_t index;	  /* in, out */
	uint32_t key;	  /* out */
	uint64_t nr;	  /* out: how often it was taken */
	uint64_t longest; /* out: ticks of the counter (info.cpu_khz) that it took at most */
	uint64_t limit;	  /* out: that it may take, in instructions */
};

/*
 * Budgets of a domain, per second: traps that it causes, virtual interrupts that it causes to
 * itself, bytes that it writes to its consoles. While a budget is overdrawn, none of its vCPUs
 * runs.
 *
 * get_throttle: rates in force, and what has come of them.
 * set_throttle: new rates: 0 = no budget, BULKHEAD_RATE_default, or BULKHEAD_RATE_min to
 * BULKHEAD_RATE_max (-XEN_EINVAL others, nothing changed). A domain that is throttled goes on: what
 * was overdrawn is forgiven. Comes back as get_throttle.
 */
#define BULKHEAD_RATE_traps	 0
#define BULKHEAD_RATE_interrupts 1
#define BULKHEAD_RATE_log	 2
#define BULKHEAD_NR_RATES	 3

#define BULKHEAD_RATE_default 0xFFFFFFFFU /* as the hypervisor was started with */
#define BULKHEAD_RATE_min     1000
#define BULKHEAD_RATE_max     1000000000

struct bulkhead_throttle {
	uint32_t rates[BULKHEAD_NR_RATES]; /* set: in; out: in force, 0 = none */
	uint32_t defaults;     /* out: bit n: rate n is the default, which for Dom0 and for domains
				* with CPU time of their own is none */
	uint32_t is_throttled; /* out: 1 = now, or some 0.1 s ago */
	uint32_t exceeded;     /* out: bit n: budget n was, since the rates were set */
	uint64_t nr_throttled; /* out: how often it was, since it was created */
	uint64_t throttled_ns; /* out: for how long, in sum */
};

/*
 * Tracing. The commands trace_control, trace_read and latency are -XEN_ENOSYS in a build without
 * CONFIG_TRACE. Ticks are those of the architected counter (info: cpu_khz), the same on all CPUs.
 *
 * trace_control: keep events, and latencies, from now on or no longer. What was kept can still be
 * read after a stop. on = off = 0 only asks. -XEN_ENOMEM no room for the rings.
 */
#define BULKHEAD_TRACE_events  (1U << 0)
#define BULKHEAD_TRACE_latency (1U << 1)

struct bulkhead_trace_control {
	uint32_t on;		  /* in: what to switch on */
	uint32_t off;		  /* in: what to switch off */
	uint32_t state;		  /* out: what is on now */
	uint32_t ring_records;	  /* out: records that the ring of one CPU holds */
	uint64_t now;		  /* out: ticks */
	uint32_t latency_buckets; /* out: buckets of a histogram */
	uint32_t pad;
};

/* Numbers of events; domain and vcpu say whom it is about, args what: */
#define BULKHEAD_EVENT_exit	 1 /* left the guest: BULKHEAD_EXIT_* | ESR << 32, PC */
#define BULKHEAD_EVENT_hypercall 2 /* left the guest by a hypercall: its number, PC */
#define BULKHEAD_EVENT_inject	 3 /* an interrupt became pending: INTID, since when (ticks) */
#define BULKHEAD_EVENT_wake	 4 /* may run again: -, who ran here */
#define BULKHEAD_EVENT_pick	 5 /* scheduler's choice: until (ns, ~0 = open), who ran here */
#define BULKHEAD_EVENT_switch	 6 /* starts to run: awake since (ticks, 0 = -), who ran */
#define BULKHEAD_EVENT_missed	 7 /* deadlines were missed: how many so far */

#define BULKHEAD_EVENT_health 8 /* a fault: BULKHEAD_FAULT_*, ns; runs again: ~0, ns it took */

/* Who ran: domain << 16 | vCPU. Nobody: this domain, also in the field domain. */
#define BULKHEAD_DOMID_idle 0x7FFF

struct bulkhead_trace_record {
	uint64_t time;	/* ticks */
	uint32_t event; /* BULKHEAD_EVENT_*; more may come */
	uint16_t domain;
	uint16_t vcpu;
	uint64_t args[2];
};

/*
 * trace_read: copy records of a CPU, oldest first, at most 128 in one call, and fewer when an
 * interrupt waits. Reading does not consume: next is the reader's place, 0 for the oldest. nr = 0
 * on return: nothing new.
 */
struct bulkhead_trace_read {
	uint32_t cpu;  /* in */
	uint32_t nr;   /* in: room at data, in records; out: records copied */
	uint64_t next; /* in/out */
	GUEST_HANDLE(struct bulkhead_trace_record) data;
	uint64_t dropped; /* out: records that were overwritten before this call could copy them */
};

/*
 * latency: one histogram of a vCPU, counted while BULKHEAD_TRACE_latency is on. interrupt: from the
 * virtual timer's deadline, or from when another interrupt was made pending, to the entry of the
 * guest with it. wakeup: from the moment the vCPU might run again to its start on a CPU. preempted:
 * from the moment another one took its place, while it might go on, to its next start.
 * Bucket n < 4 counts n ticks; bucket 4 (t - 1) + q, with t >= 2, those from (4 + q) 2^(t-2) on.
 * With BULKHEAD_LATENCY_reset in .flags it is emptied after the copy. -XEN_ENOENT no such vCPU.
 */
#define BULKHEAD_LATENCY_reset	   (1U << 0)
#define BULKHEAD_LATENCY_interrupt 0
#define BULKHEAD_LATENCY_wakeup	   1
#define BULKHEAD_LATENCY_preempted 2
#define BULKHEAD_NR_LATENCIES	   3

struct bulkhead_latency {
	uint32_t vcpu;	/* in */
	uint32_t which; /* in: BULKHEAD_LATENCY_* */
	GUEST_HANDLE(uint32_t) buckets;
	uint32_t nr; /* in: room for buckets; out: buckets there are */
	uint32_t pad;
	uint64_t count; /* out */
	uint64_t min;	/* out: ticks, as max and sum */
	uint64_t max;
	uint64_t sum;
};

/* Reasons for which a vCPU leaves the guest. */
#define BULKHEAD_EXIT_hypercall 0 /* HVC, PSCI included */
#define BULKHEAD_EXIT_interrupt 1 /* a physical interrupt */
#define BULKHEAD_EXIT_wait	2 /* WFI, WFE */
#define BULKHEAD_EXIT_sysreg	3
#define BULKHEAD_EXIT_memory	4 /* data abort: emulated devices */
#define BULKHEAD_EXIT_smc	5
#define BULKHEAD_EXIT_fp	6 /* first use of FP after a switch */
#define BULKHEAD_EXIT_other	7
#define BULKHEAD_NR_EXITS	8

#define BULKHEAD_VCPU_up      (1U << 0)
#define BULKHEAD_VCPU_running (1U << 1)

/* vcpu_stat: one vCPU. -XEN_ENOENT the domain has no vCPU of this number, or not yet. */
struct bulkhead_vcpu_stat {
	uint32_t vcpu;	/* in */
	uint32_t state; /* out: BULKHEAD_VCPU_* */
	uint32_t cpu;	/* out: where it runs, or ran last */
	uint32_t pad;
	uint64_t cpu_time_ns;		      /* out */
	uint64_t nr_injected;		      /* out */
	uint64_t nr_exits[BULKHEAD_NR_EXITS]; /* out */
	uint64_t nr_missed; /* out: deadlines that came before all of its reserved budget */
	uint64_t reserved;  /* out: 0 */
};

/*
 * Health (docs/health.md). What a domain does that crashes, misses its watchdog or reboots:
 * restart says how it is started again by the hypervisor, from images that the hypervisor keeps.
 * The restart after warm_limit WARM ones within window_s is COLD; after cold_limit COLD ones within
 * it comes give_up.
 */
#define BULKHEAD_RESTART_never 0
#define BULKHEAD_RESTART_warm  1
#define BULKHEAD_RESTART_cold  2

#define BULKHEAD_GIVE_UP_disable 0
#define BULKHEAD_GIVE_UP_reset	 1 /* the machine */

struct bulkhead_health_policy {
	uint32_t restart;     /* BULKHEAD_RESTART_* */
	uint32_t give_up;     /* BULKHEAD_GIVE_UP_* */
	uint32_t warm_limit;  /* 0 to 100 */
	uint32_t cold_limit;  /* 1 to 100 */
	uint32_t window_s;    /* 1 to 86,400 */
	uint32_t watchdog_ms; /* one that runs from the start, 0 = none, to 3,600,000 */
};

#define BULKHEAD_FAULT_crash	0
#define BULKHEAD_FAULT_watchdog 1
#define BULKHEAD_FAULT_reboot	2
#define BULKHEAD_NR_FAULTS	3

#define BULKHEAD_HEALTH_good	   0
#define BULKHEAD_HEALTH_restarting 1
#define BULKHEAD_HEALTH_given_up   2

/* get_health: all out. set_health: the policy alone; the past is forgotten. -XEN_EINVAL. */
struct bulkhead_health {
	struct bulkhead_health_policy policy;
	uint32_t state; /* BULKHEAD_HEALTH_* */
	uint32_t last;	/* BULKHEAD_FAULT_*, when last_ns is not 0 */
	uint64_t last_ns;
	uint64_t took_ns;     /* the last restart, from the fault to its first instruction */
	uint64_t image_bytes; /* 0: no restart is possible, or not yet */
	uint32_t nr_faults[BULKHEAD_NR_FAULTS];
	uint32_t nr_warm, nr_cold;
	uint32_t nr_watchdogs; /* that run now */
};

/*
 * keep_image: keep a copy of this part of the memory of a domain that has never run. Ends with a
 * call with bytes = 0: vCPU 0 will start as its registers say now. -XEN_EINVAL it has run;
 * -XEN_ENOMEM; -XEN_ENOSPC too many parts.
 */
struct bulkhead_keep_image {
	uint64_t gpa;	/* in */
	uint64_t bytes; /* in */
	uint64_t done;	/* in: 0; out: how far it came */
};

struct bulkhead_op {
	uint32_t version; /* in: BULKHEAD_INTERFACE_VERSION */
	uint32_t cmd;	  /* in: BULKHEAD_OP_* */
	uint16_t domid;	  /* target; 0x7FF0 (DOMID_SELF) is the caller */
	uint16_t pad;
	uint32_t flags; /* in: zero unless the command defines some */
	union {
		struct bulkhead_info info;
		struct bulkhead_name name;
		struct bulkhead_tag tag;
		struct bulkhead_load load;
		struct bulkhead_console_read console_read;
		struct bulkhead_console_write console_write;
		struct bulkhead_console_attach console_attach;
		struct bulkhead_watch watch;
		struct bulkhead_domain_stat domain_stat;
		struct bulkhead_refusal refusal;
		struct bulkhead_bounds bounds;
		struct bulkhead_trace_control trace_control;
		struct bulkhead_trace_read trace_read;
		struct bulkhead_latency latency;
		struct bulkhead_vcpu_stat vcpu_stat;
		struct bulkhead_throttle throttle;
		struct bulkhead_health health;
		struct bulkhead_health_policy health_policy;
		struct bulkhead_keep_image keep_image;
		uint8_t pad[112];
	} u;
};

_Static_assert(sizeof(struct bulkhead_op) == 128, "size of bulkhead_op");
_Static_assert(offsetof(struct bulkhead_op, domid) == 8, "offset of domid");
_Static_assert(offsetof(struct bulkhead_op, flags) == 12, "offset of flags");
_Static_assert(offsetof(struct bulkhead_op, u) == 16, "offset of u");
_Static_assert(sizeof(struct bulkhead_health) == 80, "size of bulkhead_health");
_Static_assert(sizeof(struct bulkhead_info) == 80, "size of bulkhead_info");
_Static_assert(offsetof(struct bulkhead_info, total_frames) == 40, "offset of total_frames");
_Static_assert(sizeof(struct bulkhead_name) == 64, "size of bulkhead_name");
_Static_assert(sizeof(struct bulkhead_tag) == 16, "size of bulkhead_tag");
_Static_assert(sizeof(struct bulkhead_load) == 32, "size of bulkhead_load");
_Static_assert(sizeof(struct bulkhead_console_read) == 40, "size of bulkhead_console_read");
_Static_assert(sizeof(struct bulkhead_console_write) == 16, "size of bulkhead_console_write");
_Static_assert(sizeof(struct bulkhead_console_attach) == 8, "size of bulkhead_console_attach");
_Static_assert(sizeof(struct bulkhead_watch) == 8, "size of bulkhead_watch");
_Static_assert(sizeof(struct bulkhead_domain_stat) == 72, "size of bulkhead_domain_stat");
_Static_assert(sizeof(struct bulkhead_refusal) == 24, "size of bulkhead_refusal");
_Static_assert(sizeof(struct bulkhead_bounds) == 32, "size of bulkhead_bounds");
_Static_assert(offsetof(struct bulkhead_domain_stat, nr_pages) == 32, "offset of nr_pages");
_Static_assert(sizeof(struct bulkhead_trace_control) == 32, "size of bulkhead_trace_control");
_Static_assert(sizeof(struct bulkhead_trace_record) == 32, "size of bulkhead_trace_record");
_Static_assert(sizeof(struct bulkhead_trace_read) == 32, "size of bulkhead_trace_read");
_Static_assert(sizeof(struct bulkhead_latency) == 56, "size of bulkhead_latency");
_Static_assert(sizeof(struct bulkhead_vcpu_stat) == 112, "size of bulkhead_vcpu_stat");
_Static_assert(sizeof(struct bulkhead_throttle) == 40, "size of bulkhead_throttle");
_Static_assert(offsetof(struct bulkhead_throttle, nr_throttled) == 24, "offset of nr_throttled");

#endif
