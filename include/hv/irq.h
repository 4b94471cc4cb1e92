/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical interrupts: one handler per interrupt number, one chip (drivers/gic registers it).
 *
 * Taking an interrupt is two steps (GIC: EOImode 1). The chip acknowledges and drops the running
 * priority, the core calls the handler; then it deactivates, unless the interrupt belongs to a
 * guest: the guest's own end of interrupt deactivates that one, through a hardware-linked list
 * register. Numbers are the GIC's: 0-15 SGI, 16-31 PPI (per CPU), 32-1019 SPI.
 */
#ifndef HV_IRQ_H
#define HV_IRQ_H

#include <hv/compiler.h>
#include <hv/types.h>

#define IRQ_MAX	      ((unsigned int)CONFIG_NR_IRQS)
#define IRQ_SPURIOUS  1023U
#define IRQ_FIRST_PPI 16U
#define IRQ_FIRST_SPI 32U
#define IRQ_SGI_KICK  0U /* look at your softirqs */

enum irq_type {
	IRQ_TYPE_LEVEL, /* level, active high */
	IRQ_TYPE_EDGE,	/* rising edge */
};

struct irq_chip {
	const char *name;
	unsigned int nr_irqs; /* interrupt numbers are below this */
	/* Acknowledge one and drop the priority; IRQ_MAX and above: there is none. */
	unsigned int (*ack)(void);
	void (*deactivate)(unsigned int irq);
	void (*enable)(unsigned int irq); /* a PPI: on this CPU */
	void (*disable)(unsigned int irq);
	int (*set_type)(unsigned int irq, enum irq_type type);
	void (*set_affinity)(unsigned int irq, unsigned int cpu); /* SPI */
	void (*send_sgi)(unsigned int cpu, unsigned int sgi);
};

typedef void (*irq_handler_t)(unsigned int irq, void *arg);

/* Boot: the chip, before any other call. */
void irq_set_chip(const struct irq_chip *chip);

/*
 * Give an interrupt a handler that runs at EL2; the interrupt is neither configured nor enabled by
 * it. -EINVAL (no such number), -EBUSY (taken).
 */
int irq_request(unsigned int irq, irq_handler_t handler, void *arg);
/* The same for an interrupt that a guest ends: the core does not deactivate it. */
int irq_request_guest(unsigned int irq, irq_handler_t handler, void *arg);
/* Take the handler away; the interrupt must be disabled. */
void irq_release(unsigned int irq);
/* Is it taken, by whatever? False for numbers out of range. */
bool irq_is_requested(unsigned int irq);
unsigned int irq_nr(void);

extern const struct irq_chip *irq_chip;

static inline void irq_enable(unsigned int irq)
{
	irq_chip->enable(irq);
}

static inline void irq_disable(unsigned int irq)
{
	irq_chip->disable(irq);
}

static inline int irq_set_type(unsigned int irq, enum irq_type type)
{
	return irq_chip->set_type(irq, type);
}

static inline void irq_set_affinity(unsigned int irq, unsigned int cpu)
{
	irq_chip->set_affinity(irq, cpu);
}

static inline void irq_deactivate(unsigned int irq)
{
	irq_chip->deactivate(irq);
}

/* Interrupt another CPU so that it looks at its softirqs. */
void irq_kick(unsigned int cpu);

/* Boot, on each CPU: let this CPU be kicked. */
void irq_cpu_init(void);

/* Take a pending interrupt, if there is one. Called by trap code on an IRQ exception. */
void irq_handle_pending(void);

#endif
