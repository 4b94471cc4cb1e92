/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain and its life: created (paused) → running ⇄ paused → shut down → dying → gone.
 *
 * References: domain_get() keeps the structure, not the memory in it; the last domain_put() of a
 * dying domain frees it. Look-up by id is O(1). Fields say which lock protects them; `const` after
 * creation where none is named. Privilege is a matter of policy: only xsm/ looks at is_privileged.
 */
#ifndef HV_DOMAIN_H
#define HV_DOMAIN_H

#include <asm/domain.h>
#include <hv/arch.h>
#include <hv/compiler.h>
#include <hv/defer.h>
#include <hv/frame.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/spinlock.h>
#include <hv/types.h>
#include <hv/vcpu.h>

#define DOMAIN_NAME_MAX	 64U
#define DOMAIN_TAG_MAX	 2048U
#define DOMAIN_VCPUS_MAX 64U

struct shared_info;
struct evtchn_table;
struct grant_table;
struct dom_console;
struct vuart;
struct health;
struct images;

/* What the toolstack or the boot code asks for. */
struct domain_config {
	u8 uuid[16];
	u32 ssidref;
	u32 flags;	/* XEN_DOMCTL_CDF_* */
	u32 nr_vcpus;	/* 1 … DOMAIN_VCPUS_MAX */
	u32 max_evtchn; /* highest port, 0 = default */
	u32 max_grant_frames;
	u32 max_maptrack_frames;
	u32 nr_spis;
	bool is_privileged;
	bool is_host_layout; /* Dom0: GIC and memory at the host's addresses */
};

enum domain_shutdown {
	DOMAIN_SHUTDOWN_POWEROFF = 0, /* the values of Xen's SHUTDOWN_* */
	DOMAIN_SHUTDOWN_REBOOT = 1,
	DOMAIN_SHUTDOWN_SUSPEND = 2,
	DOMAIN_SHUTDOWN_CRASH = 3,
	DOMAIN_SHUTDOWN_WATCHDOG = 4,
};

struct domain {
	struct arch_domain arch;
	domid_t id;
	u32 refs;
	bool is_privileged;
	bool is_direct_mapped; /* guest frames are machine frames */
	struct spinlock lock;  /* LOCK_RANK_DOMAIN */

	u32 nr_vcpus;	     /* length of vcpus */
	struct vcpu **vcpus; /* entries are NULL until created */
	struct sched_group sched;

	/* Life cycle; lock. */
	u32 pause_count;
	bool is_control_paused; /* paused by domctl; counts once in pause_count */
	bool is_created;	/* construction is complete */
	bool is_shut_down;
	bool is_outlived; /* when it is given up: only the hardware domain may not be */
	bool is_dying;
	u8 shutdown_code;
	u8 teardown_step;
	u8 nr_released; /* vCPUs that one of the steps is done with */

	u64 max_pages;	/* limit of domain_nr_pages(); lock */
	u32 nr_covered; /* Dom0's frames with something else in their place; lock */
	/* The block that it gets next, allocated and being scrubbed, the last frames first; lock.
	 */
	mfn_t fresh;
	u32 fresh_nr, fresh_dirty; /* frames of it (0: none), and those that are still dirty */
	u64 max_gfn;		   /* highest guest frame ever mapped; a hint for tools */

	struct shared_info *shared_info; /* heap page */
	struct evtchn_table *evtchn;
	struct grant_table *grant;
	struct dom_console *console;
	struct vuart *vuart;	 /* NULL: it has none */
	struct images *images;	 /* it is loaded with; NULL: none are kept */
	struct health *health;	 /* NULL: nobody asked for its restart, or for a watchdog */
	u64 hvm_params[64];	 /* lock */
	u32 evtchn_ppi;		 /* interrupt of the event channels; set at construction */
	gfn_t shared_info_frame; /* where the guest has put it; lock of stage 2 */
	u64 created_ns;		 /* time of creation */

	/* Kept here so that a restarted Dom0 finds its domains again; lock. */
	char name[DOMAIN_NAME_MAX];
	u32 name_hash;
	u8 uuid[16];
	u32 ssidref;
	u32 config_flags;
	u8 *tag;
	u32 tag_bytes;

	struct defer_work free_work;  /* the end of it, once nobody refers to it */
	struct defer_work pause_work; /* holds a reference while it is queued */
	u32 pause_next;		      /* vCPUs before this one are as pause_count says; lock */
};

/*
 * Build a domain: paused by the toolstack, no memory, no vCPU yet. id_hint is the id it gets, or
 * HV_DOMID_NONE for the next free one. 0 and *out (a reference of the caller's), or -errno with
 * nothing left behind.
 */
int domain_create(domid_t id_hint, const struct domain_config *config, struct domain **out);
/* A referenced domain, or NULL. HV_DOMID_SELF is not resolved here. */
struct domain *domain_get(domid_t id);
/* The last one queues d->free_work, which frees it in slices. NULL: nothing. */
void domain_put(struct domain *d);
/* One more reference to a domain that somebody keeps alive already. */
static inline void domain_hold(struct domain *d)
{
	atomic_fetch_add(&d->refs, 1);
}
/* For construction: the id for a new domain (hint, or the next free one for HV_DOMID_NONE; -EEXIST,
 * -EINVAL, -ENOSPC), and a finished domain made visible (-EEXIST: somebody was faster). */
int domain_choose_id(domid_t hint, domid_t *out);
int domain_publish(struct domain *d);
/* Take a destroyed domain out of the table; the caller then drops the table's reference. */
void domain_unpublish(struct domain *d);
/* A vCPU of a referenced domain, as long as which it stays; NULL when there is none of this number.
 */
struct vcpu *domain_vcpu(const struct domain *d, u64 id);
/* All vCPUs that a domain has so far: for (...) of a struct vcpu *v. */
#define for_each_vcpu(d, v)                                                                        \
	for (u32 i_ = 0; i_ < (d)->nr_vcpus; i_++)                                                 \
		for (struct vcpu *v = (d)->vcpus[i_]; v != NULL; v = NULL)

/* Number of domains, dying ones included. */
u32 domain_count(void);
/* The first domain with id >= from, referenced, or NULL. */
struct domain *domain_get_next(domid_t from);
/* The same, to go through all: the one after d, whose reference is put, or the first for NULL. */
struct domain *domain_next(struct domain *d);

/* What is kept beside a name, to compare names quickly. */
static inline u32 domain_name_hash(const char *name)
{
	u32 hash = 5381;

	while (*name != '\0') {
		hash = hash * 33 + (u8)*name++;
	}
	return hash;
}
/*
 * The first domain of which is_it() says so, referenced, or NULL. It is called under the lock of
 * the table, for up to CONFIG_MAX_DOMAINS domains: few instructions, and locks of later ranks only.
 */
struct domain *domain_find(bool (*is_it)(struct domain *d, const void *arg), const void *arg);
/* The domain of the current vCPU; no reference. */
static inline struct domain *current_domain(void)
{
	return current_vcpu()->domain;
}

/* Give back the fresh block, if there is one. Lock of the domain held. */
static inline void domain_drop_fresh_locked(struct domain *d)
{
	if (d->fresh_nr != 0) {
		frame_free_dirty(d->fresh, (unsigned int)__builtin_ctz(d->fresh_nr));
		d->fresh_nr = 0;
	}
}
/* Frames of memory the domain has now. */
static inline u64 domain_nr_pages(const struct domain *d)
{
	return READ_ONCE(d->arch.s2.nr_ram);
}

/*
 * Nested pause, or its end. A pause returns when no vCPU of it is on a CPU, after going over all of
 * them; not for the caller's own.
 */
void domain_pause(struct domain *d, bool pause);
/* Deferred work: the next vCPUs of a pause or its end. */
void domain_pause_slice(struct defer_work *work);
/*
 * The two steps of a pause: no vCPU goes on (or, with pause false, all do once no other pause is
 * left), d->lock held; none is on a CPU any more, lock not held. The second is a slice: -ERESTART
 * until it has waited for them, deferred work helps.
 */
void domain_pause_locked(struct domain *d, bool pause);
int domain_wait_off_cpu(struct domain *d);
/* The toolstack's pause and unpause: one level, idempotent. -ERESTART as above. */
int domain_control_pause(struct domain *d, bool pause);

/* Stop for a reason (enum domain_shutdown or a code of the guest's); the toolstack decides what is
 * next. */
void domain_shutdown(struct domain *d, u8 code);
/* The domain did what it must not: log why (rate-limited) and shut it down as crashed. */
void domain_crash(struct domain *d, const char *why);
/*
 * Destroy, in slices: -ERESTART until all its memory is given back, then 0. Not for the caller's
 * own domain; one CPU at a time (the control lock).
 */
int domain_destroy(struct domain *d);

/*
 * Watches: event channels (a port of the watcher that waits for itself as peer) that are raised
 * when the target (HV_DOMID_NONE: any domain) changes. -ENOSPC, -ENOENT.
 */
int domain_watch_add(domid_t watcher, u32 port, domid_t target);
int domain_watch_remove(domid_t watcher, u32 port);
/* All of a watcher's, whose ports are gone. */
void domain_watch_drop(domid_t watcher);
/*
 * Something about d has changed; is_end: it has shut down, or a step of its destruction is done.
 * The listeners are called in the order of the layers, lowest first, with no lock held.
 */
void domain_changed(struct domain *d, bool is_end);

struct domain_listener {
	void (*changed)(struct domain *d, bool is_end);
	/*
	 * Not NULL: d is about to shut down with this code. True: it will not, since the listener
	 * has it under way to run again. No lock held, any CPU, perhaps on a vCPU of d.
	 */
	bool (*fault)(struct domain *d, u8 code);
};

#define DOMAIN_LISTENER                                                                            \
	static const struct domain_listener                                                        \
		__attribute__((used, aligned(8))) __section("domain_listeners")
extern const struct domain_listener __start_domain_listeners[], __stop_domain_listeners[];

/* vCPU life; -errno for bad states. id is below d->nr_vcpus. */
int vcpu_create(struct domain *d, u16 id); /* -ERESTART, after boot: come again */
/* Deferred work of who drops the last reference (life/free.c): free whatever the domain has. */
void domain_free(struct defer_work *work);
int vcpu_bring_up(struct vcpu *v);
void vcpu_take_down(struct vcpu *v);
/* Have a vCPU that may not stay where it is loaded leave its CPU. */
static inline void vcpu_leave_cpu(const struct vcpu *v)
{
	if (sched_is_on_cpu(&v->sched)) {
		softirq_raise_on(READ_ONCE(v->sched.cpu), SOFTIRQ_SCHED);
	}
}
/*
 * The same, and wait until it has: it is blocked, and not the caller's. Then its state is in
 * memory.
 */
static inline void vcpu_wait_off_cpu(const struct vcpu *v)
{
	while (sched_is_on_cpu(&v->sched)) {
		vcpu_leave_cpu(v);
		arch_cpu_relax();
	}
}
/* PSCI CPU_ON: reset it, start at entry with x0 = context. -EEXIST when it is on already. */
int vcpu_power_on(struct vcpu *v, u64 entry, u64 context);
/*
 * Write the runstate area that the current vCPU has registered, if any. Called by the run loop
 * after a switch to it; an address that is bad is forgotten.
 */
void vcpu_runstate_update(struct vcpu *v);

/* Boot, once deferred work exists: events of the console and the log, debug keys. */
void domain_init(void);
/* The debug key that lists domains. */
void domain_print_all(char key);

/* Boot: the debug key that checks all translation tables. */
void audit_init(void);

/* Dom0, once it exists; a restart does not change it. */
extern struct domain *hardware_domain;

#endif
