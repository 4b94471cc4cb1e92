/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of physical interrupts and the way from an IRQ exception to a handler.
 *
 * irq_lock (LOCK_RANK_IRQ) protects changes of the table. Dispatch reads it without the lock: a row
 * becomes visible by the release store of its handler, and disappears only after the interrupt has
 * been disabled. An interrupt without a handler is disabled and reported once, so it can not storm.
 */
#include "irq_rows.h"

#include <hv/arch.h>
#include <hv/budget.h>
#include <hv/debugkeys.h>
#include <hv/errno.h>
#include <hv/irq.h>
#include <hv/panic.h>
#include <hv/printk.h>

struct spinlock irq_lock = SPINLOCK_INIT(LOCK_RANK_IRQ);
struct irq_row irq_rows[IRQ_MAX];
const struct irq_chip *irq_chip __sealed;

/* A kick has no message but its softirq bit, which the way out of EL2 looks at. */
static void kicked(unsigned int irq __unused, void *arg __unused)
{
	if (panic_is_active()) {
		arch_cpu_halt();
	}
}

void irq_set_chip(const struct irq_chip *chip)
{
	irq_chip = chip;
	debugkeys_register('i', irq_print, "physical interrupts and who takes them");
	irq_rows[IRQ_SGI_KICK].handler = kicked;
}

unsigned int irq_nr(void)
{
	return irq_chip ? MIN(irq_chip->nr_irqs, IRQ_MAX) : 0;
}

static int request(unsigned int irq, irq_handler_t handler, void *arg, bool is_guest)
{
	int rc = -EBUSY;

	if (irq >= irq_nr()) {
		return -EINVAL;
	}
	spin_lock(&irq_lock);
	if (!irq_rows[irq].handler) {
		rc = 0;
		irq_rows[irq].arg = arg;
		/* Both pair with the acquires in irq_handle_pending() and handle_own(). */
		store_release(&irq_rows[irq].guest, is_guest ? handler : NULL);
		store_release(&irq_rows[irq].handler, handler);
	}
	spin_unlock(&irq_lock);
	return rc;
}

int irq_request(unsigned int irq, irq_handler_t handler, void *arg)
{
	return request(irq, handler, arg, false);
}

int irq_request_guest(unsigned int irq, irq_handler_t handler, void *arg)
{
	return request(irq, handler, arg, true);
}

void irq_kick(unsigned int cpu)
{
	if (irq_chip) {
		irq_chip->send_sgi(cpu, IRQ_SGI_KICK);
	}
}

void irq_cpu_init(void)
{
	irq_enable(IRQ_SGI_KICK);
}

/* Not a guest's: EL2's own, or nobody's. */
static __noinline void handle_own(unsigned int irq)
{
	const struct irq_row *row = &irq_rows[irq];
	irq_handler_t handler = load_acquire(&row->handler);

	if (handler) {
		handler(irq, row->arg);
	} else {
		irq_disable(irq);
		pr_warn("interrupt %u has no handler: disabled", irq);
	}
	irq_deactivate(irq);
}

/* On the path of every interrupt of a guest: one, because a second is rare and may trap again. */
void irq_handle_pending(void)
{
	unsigned int irq = irq_chip->ack();
	const struct irq_row *row;
	irq_handler_t handler;

	budget_note(BUDGET_IRQ, irq < IRQ_MAX ? MIN(irq, IRQ_FIRST_SPI) : IRQ_FIRST_SPI + 1, 0);
	if (unlikely(irq >= IRQ_MAX)) {
		return;
	}
	row = &irq_rows[irq];
	handler = load_acquire(&row->guest);
	if (likely(handler)) {
		handler(irq, row->arg);
	} else {
		handle_own(irq);
	}
}
