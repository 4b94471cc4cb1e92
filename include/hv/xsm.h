/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control: one hook per privileged or cross-domain operation, decided by the active module.
 *
 * A hook has a class (xsm/hooks.c, one row each): what kind of relation it needs between the
 * subject, which is the domain that asks, and the object, which is the domain concerned. A module
 * decides by class. Nothing but xsm/ looks at a domain's privilege.
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

enum xsm_class {
	XSM_CLASS_ANY,	   /* always */
	XSM_CLASS_OWN,	   /* on oneself, or with privilege */
	XSM_CLASS_CONTROL, /* with privilege */
	XSM_CLASS_PEER	   /* what the object itself has offered to the subject */
};

struct xsm_hook_row {
	const char *name;
	enum xsm_class class;
};

struct xsm_module {
	const char *name;
	bool (*may)(enum xsm_class class, const struct domain *subject,
		    const struct domain *object);
};

extern const struct xsm_hook_row xsm_hooks[NR_XSM_HOOKS];
extern const struct xsm_module xsm_module_default, xsm_module_silo;

/* 0, or -EPERM. object is NULL for operations on the machine. Any context. */
int xsm_check(enum xsm_hook hook, const struct domain *subject, const struct domain *object);

/*
 * The domain an operation of the current vCPU names, referenced: HV_DOMID_SELF or the own id is the
 * caller. -ESRCH when there is none, -EPERM when the hook refuses; *out is put back by the caller.
 */
int xsm_target(u16 id, enum xsm_hook hook, struct domain **out);

#ifdef CONFIG_XSM
/* Boot: make the module of this name the active one; -ENOENT when there is none. */
int xsm_select(const char *name);
const char *xsm_active_name(void);
#else
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
