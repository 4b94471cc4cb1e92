/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Health of domains: watchdogs, and restart by policy (docs/health.md).
 *
 * A fault (crash, watchdog, reboot) of a domain whose fault table says so does not shut it down:
 * its vCPUs stop, everything that it holds of others and all of its memory is given back or
 * cleared, its images are checked and copied anew, and it starts again, with the same structure,
 * id, memory, devices and place in the schedule. All of that runs on the domain's own time: its
 * vCPU 0 is the one that is scheduled for it.
 *
 * Lock: the domain's lock for policy and state, except what only the restarting vCPU touches.
 */
#ifndef HV_HEALTH_H
#define HV_HEALTH_H

#include <hv/defer.h>
#include <hv/timer.h>
#include <hv/types.h>
#include <public/bulkhead.h>

struct domain;
struct vcpu;

#define HEALTH_LIMIT_MAX    100U
#define HEALTH_WINDOW_MAX   86400U   /* s */
#define HEALTH_WATCHDOG_MAX 3600000U /* ms */
#define HEALTH_KEPT_MAX	    8U
#define HEALTH_RAM_MAX	    20U
#define HEALTH_PORTS_MAX    16U /* that the toolstack has made */
#define HEALTH_NR_WATCHDOGS 2U	/* of the guest's; one more is the policy's */

/* What the fault table answers. */
enum health_action {
	HEALTH_LEAVE, /* nobody has asked for a restart */
	HEALTH_WARM,
	HEALTH_COLD,
	HEALTH_DISABLE,
	HEALTH_RESET /* the machine */
};

/* Times (ns) of the last restarts of a kind. */
struct health_past {
	u64 at[HEALTH_LIMIT_MAX];
	u32 nr; /* ever */
};

struct health_table {
	struct bulkhead_health_policy policy;
	struct health_past warm, cold;
};

/*
 * The fault table: what a fault at this time leads to; a restart is noted. A COLD restart does not
 * make the WARM ones before it forgotten: only time does.
 */
enum health_action health_decide(struct health_table *table, u64 now);
/* Is each field in its range? */
bool health_policy_is_valid(const struct bulkhead_health_policy *policy);

struct health_range {
	u64 gfn, nr;
	u64 frame; /* of shared memory: the first */
};

struct health {
	struct domain *d;
	struct health_table table;
	struct bulkhead_health shown; /* what has happened, as get_health tells it */
	bool is_cold;		      /* the restart under way */
	bool has_images;	      /* complete: d->images */
	bool is_first;		      /* it has not run yet: a boot-time domain is being loaded */
	u8 step;
	u8 code;       /* of the shutdown that is under way */
	u8 action;     /* enum health_action: what the last fault has led to */
	int error;     /* why the restart was given up */
	u32 at;	       /* vCPU that the step is at */
	u64 done;      /* of the step: guest frames */
	u64 sum;       /* of what has been looked at */
	u64 wanted;    /* checksum of all images */
	u64 entry, x0; /* where it starts */
	u32 nr_kept, nr_ram;
	struct health_range kept[HEALTH_KEPT_MAX]; /* by a WARM restart, mapping and content */
	struct health_range ram[HEALTH_RAM_MAX];   /* that it begins each life with */
	int (*reopen)(struct domain *d); /* channels and parameters of a new life, or NULL */
	struct defer_work work, look, shut;
	u64 expired_ms;	   /* of the watchdog that shuts it down, until that has been said */
	bool is_if_others; /* only while there are other domains */
	struct timer timer;
	struct {
		u64 ns, due;		     /* ns 0: not armed */
	} watchdog[HEALTH_NR_WATCHDOGS + 1]; /* the last: the policy's */
};

/* The health of a domain, made when it has none yet; NULL: no memory. Not for a dying domain. */
struct health *health_get(struct domain *d);
/* Set the fault table, forget the past, and arm the policy's watchdog. -EINVAL, -ENOMEM. */
int health_set_policy(struct domain *d, const struct bulkhead_health_policy *policy);
/*
 * Before the domain runs: note what memory it has and where its vCPU 0 starts. Then, at any time,
 * sum the images up; a restart is possible from then on. Slices: -ERESTART until done; -ENOSPC: the
 * memory is in too many pieces.
 */
int health_note(struct domain *d);
int health_seal(struct domain *d);

/*
 * Boot: instead of running at once, vCPU 0 of the domain, which has been noted and is paused, first
 * clears the domain's memory, copies its images and opens its channels, as at a restart.
 */
void health_begin(struct domain *d);
/* Is there a domain that has begun so, and does not run yet? */
bool health_is_loading(void);

/*
 * An instruction of v could not be fetched: if its domain is being restarted, do a slice of that.
 * Returns false when it is not.
 */
bool health_run(struct vcpu *v);

/*
 * SCHEDOP_watchdog of the current domain: arm (id 0: a new one; seconds) or disarm (0 s). Returns
 * the id, 0, or -errno.
 */
int health_watchdog(struct domain *d, u32 id, u32 seconds);
/* None of the domain's own watchdogs runs, and that of the policy, if it has one, only if is_on. */
void health_watchdog_reset(struct health *h, bool is_on);
void health_watchdog_init(struct health *h);

#endif
