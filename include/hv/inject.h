/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual interrupts for guests: each call marks the interrupt in the vGIC and wakes or kicks the
 * vCPU that is to take it. Numbers are virtual INTIDs. Any CPU, any context in EL2, no lock of rank
 * LOCK_RANK_VGIC or above held. A number that does not exist is ignored.
 */
#ifndef HV_INJECT_H
#define HV_INJECT_H

#include <hv/types.h>

struct domain;
struct vcpu;
struct vgic_irq;

/* An event: the SGI or PPI of v becomes pending once, whatever its trigger type. */
void inject_ppi(struct vcpu *v, u32 intid);
/* The same for an interrupt of v that is at hand. */
void inject_private(struct vcpu *v, struct vgic_irq *irq);
/* The level-sensitive PPI of v is asserted or not. */
void inject_ppi_level(struct vcpu *v, u32 intid, bool level);
/* The same for an SPI of a domain; the guest has routed it. */
void inject_spi_level(struct domain *d, u32 intid, bool level);

/*
 * Would an interrupt be delivered to v now (enabled, unmasked by priority and group; PSTATE aside)?
 * v is the current vCPU or one off its CPU.
 */
bool inject_is_pending(struct vcpu *v);

/* Take the domain's vGIC lock; the second gives it back, then kicks whom the change concerns. */
void inject_begin(struct domain *d);
void inject_end(struct domain *d);

#endif
