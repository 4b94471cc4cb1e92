/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that are set apart for domains (docs/passthrough.md), with their registers, in whole
 * frames, and their shared interrupts. Dom0 gets nothing of them.
 *
 * Who has one has all of it, and all that shares a frame or an interrupt with it: they form a group
 * with one owner, until that domain is destroyed. The table is made at boot; owners change under
 * control_lock (boot: no lock).
 */
#ifndef HV_DEVICE_H
#define HV_DEVICE_H

#include <hv/types.h>

#define DEVICE_PATH_MAX 128U
/* Frames that are mapped by one call at most. */
#define DEVICE_MAP_MAX 64U

struct domain;

/* The devices that have all that is named here. */
struct device_pick {
	const char *path; /* in the machine's tree; NULL: any */
	u64 first, nr;	  /* frames: any of them; nr 0: none is named */
	u32 irq;	  /* 0: none is named */
};

/* Boot: set apart what has xen,passthrough in the machine's tree. */
void device_init(void);
/*
 * Boot: set apart the device of a node. accepted is who may have it though nothing isolates its
 * DMA: a domain, HV_DOMID_HYP: any, HV_DOMID_NONE: nobody; once more while nobody has it changes
 * this alone. -EPERM: it is the hypervisor's own, or
 * shares a frame with such; -ENODEV: it is disabled; -EINVAL: its reg or path cannot be used;
 * -ENOMEM.
 */
int device_add(int node, domid_t accepted);
/* Boot: does the hypervisor keep this device for itself? */
bool device_is_kept(int node);
/* Boot: is it set apart, or does it share a frame with one that is? */
bool device_is_apart(int node);
/* Does a device set apart have any of this? */
bool device_exists(const struct device_pick *pick);

/*
 * Give what is picked, with the groups that it belongs to. Nothing has changed after:
 * -ENOENT  no device set apart has that
 * -EBUSY   another domain has it; *other is that domain
 * -EXDEV   nothing isolates the DMA of such a device, and nobody has accepted that
 * -ESRCH   the domain is dying
 */
int device_give(const struct domain *d, const struct device_pick *pick, domid_t *other);
/*
 * Give the frames of the pick and show them to the domain from guest frame g on. -E2BIG: more than
 * DEVICE_MAP_MAX; -EADDRINUSE: something else is at these guest addresses; errors of s2_map().
 */
int device_map(struct domain *d, u64 g, const struct device_pick *pick);
/*
 * Give the machine's interrupt and make it the domain's virq. -EBUSY also when one of them is in
 * use; -EINVAL: the domain has no such shared interrupt.
 */
int device_bind_irq(struct domain *d, u32 virq, u32 irq);

/* Boot: what a domain needs more for what a partial tree names; its root, < 0: there is none. */
struct device_needs {
	u32 nr_spis, nr_tables;
};
void device_partial_needs(int partial, struct device_needs *needs);
/*
 * Boot: give what a node of a partial device tree names (docs/bindings.md: xen,path, xen,reg,
 * interrupts). True: it is refused, and a line has said why.
 */
bool device_partial_bad(struct domain *d, int node);

/* Steps of a domain's end: its devices are made quiet, where that is known (at a restart, too: what
 * it has stays its own until its end); when nothing of them is mapped any more, they are nobody's
 * again. Return 0. */
int device_quiet_all(struct domain *d);
int device_take_all(struct domain *d);

#endif
