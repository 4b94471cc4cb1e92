/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains that the boot device tree describes (docs/bindings.md), built without a toolstack.
 *
 * A fault is told in one line, "domain NAME is not built: PROPERTY: SENTENCE", and costs that
 * domain alone: what it had is given back.
 *
 * After boot a description changes no more, and what a restart needs of it is still there. Restarts
 * are common/health's.
 */
#ifndef HV_BUILD_H
#define HV_BUILD_H

#include <hv/bootinfo.h>
#include <hv/domain.h>
#include <hv/health.h>
#include <hv/types.h>

#define BUILD_MAX	 32UL /* domains, and ids: 1 … BUILD_MAX */
#define BUILD_STATIC_MAX 16UL
#define BUILD_SHM_MAX	 8UL
#define BUILD_PORTS_MAX	 16UL

enum build_restart {
	BUILD_RESTART_NEVER,
	BUILD_RESTART_WARM,
	BUILD_RESTART_COLD
};

enum build_enhanced {
	BUILD_PLAIN, /* no hypervisor node */
	BUILD_ENHANCED,
	BUILD_NO_XENSTORE
};

/* Guest memory; from BUILD_ANYWHERE: wherever the hypervisor finds some. */
#define BUILD_ANYWHERE (~0UL)
struct build_range {
	u64 pa, gpa, bytes;
};

/* A static event channel. */
struct build_port {
	u32 port, peer_port;
	domid_t peer;
};

struct build {
	struct domain *d; /* boot only: referenced; NULL: not built */
	char name[DOMAIN_NAME_MAX];
	domid_t id;
	int node; /* boot only */
	u64 memory;
	u32 nr_vcpus, nr_spis, pool;
	u8 restart, give_up, enhanced; /* give_up 1: reset the machine */
	bool has_vuart, is_direct_mapped, has_extratime, is_refused;
	u32 weight, cap;
	u32 rates[THROTTLE_NR_KINDS];
	u32 warm_limit, cold_limit, window_s, watchdog_ms;
	u32 nr_ram, nr_static, nr_ranges, nr_ports;
	struct build_range range[BUILD_STATIC_MAX + BUILD_SHM_MAX]; /* RAM, then shared memory */
	const char *shm_id[BUILD_SHM_MAX];			    /* boot only */
	u32 owns_shm;						    /* a bit for each */
	struct build_port ports[BUILD_PORTS_MAX];
	struct boot_images images;
	struct boot_module *partial; /* its partial device tree, or NULL */
};

/* Boot: read /chosen, build what it describes and start each at once. Returns how many run. */
u32 build_domains(void);
/*
 * Boot: Dom0's node, if there is one: scheduling is set, and the policy is what it says. -ENOENT:
 * it says nothing of restarts; -EINVAL after a line that says why, -ENOMEM.
 */
int build_dom0(struct domain *d, struct bulkhead_health_policy *policy);

#endif
