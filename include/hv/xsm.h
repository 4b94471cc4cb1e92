/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control: one hook per privileged or cross-domain operation. With the tables of hypercalls
 * and of their commands this is the whole policy.
 *
 * The subject is the domain that asks, the object the one concerned, NULL for the machine. A hook
 * needs privilege unless it is in one of the two sets below the list. A module, which is chosen at
 * boot, decides which domains may have to do with each other. Nothing but xsm/ looks at a domain's
 * privilege.
 */
#ifndef HV_XSM_H
#define HV_XSM_H

#include <hv/errno.h>
#include <hv/types.h>

struct domain;

enum xsm_hook {
	XSM_ANY, /* concerns the caller alone */
	/* whole hypercalls */
	XSM_PLATFORM,
	XSM_CONSOLE_IO,
	XSM_SYSCTL,
	XSM_DOMCTL,
	/* control of one domain */
	XSM_DOMAIN_CREATE,
	XSM_DOMAIN_DESTROY,
	XSM_DOMAIN_PAUSE,
	XSM_DOMAIN_INFO,
	XSM_DOMAIN_CONFIG,
	XSM_DOMAIN_VCPU,
	XSM_DOMAIN_SCHED,
	XSM_DOMAIN_SHUTDOWN,
	XSM_DOMAIN_NAME,
	XSM_DOMAIN_LOAD,
	XSM_DOMAIN_CONSOLE,
	XSM_DOMAIN_WATCH,
	XSM_DOMAIN_PARAM,
	XSM_DOMAIN_DEVICE,
	/* the machine */
	XSM_MACHINE_INFO,
	XSM_MACHINE_LOG,
	XSM_MACHINE_DEBUG,
	XSM_POOL_CONTROL,
	XSM_MACHINE_TRACE,
	/* memory */
	XSM_MEMORY_ADJUST,
	XSM_MEMORY_INFO,
	XSM_MEMORY_FOREIGN,
	XSM_MEMORY_RESOURCE,
	/* between two domains */
	XSM_EVTCHN_CREATE,
	XSM_EVTCHN_STATUS,
	XSM_EVTCHN_PEER,
	XSM_GRANT_SETUP,
	XSM_GRANT_PEER,
	NR_XSM_HOOKS
};

/* Whoever has no privilege may do this to himself, … */
#define XSM_OWN                                                                                    \
	(BIT(XSM_DOMAIN_PARAM) | BIT(XSM_MEMORY_ADJUST) | BIT(XSM_MEMORY_INFO) |                   \
	 BIT(XSM_EVTCHN_CREATE) | BIT(XSM_EVTCHN_STATUS) | BIT(XSM_GRANT_SETUP))
/* … and this, which the object itself has offered, to those whom the module lets him meet. */
#define XSM_PEER (BIT(XSM_EVTCHN_PEER) | BIT(XSM_GRANT_PEER))

/* 0, or -EPERM. object is NULL for operations on the machine. Any context. */
int xsm_check(enum xsm_hook hook, const struct domain *subject, const struct domain *object);

/*
 * The domain an operation of the current vCPU names, referenced: HV_DOMID_SELF or the own id is the
 * caller. -ESRCH when there is none, -EPERM when the hook refuses; *out is put back by the caller.
 */
int xsm_target(u16 id, enum xsm_hook hook, struct domain **out);

#ifdef CONFIG_XSM
/* May a domain without privilege have to do with this other one? */
bool xsm_may_meet(const struct domain *object);
/* Boot: make the module of this name the active one; -ENOENT when there is none. */
int xsm_select(const char *name);
const char *xsm_active_name(void);
#else
static inline bool xsm_may_meet(const struct domain *object)
{
	(void)object;
	return true;
}
static inline int xsm_select(const char *name)
{
	(void)name;
	return -ENOENT;
}

static inline const char *xsm_active_name(void)
{
	return "default";
}
#endif

#endif
