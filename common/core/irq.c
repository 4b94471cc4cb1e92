/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of physical interrupts and the way from an IRQ exception to a handler.
 *
 * irq_lock (LOCK_RANK_IRQ) protects changes of the table. Dispatch reads it without the lock: a row
 * becomes visible by the release store of its handler, and disappears only after the interrupt has
 * been disabled. An interrupt without a handler is disabled and reported once, so it can not storm.
 */
#include <hv/arch.h>
#include <hv/budget.h>
#include <hv/debugkeys.h>
#include <hv/errno.h>
#include <hv/irq.h>
#include <hv/panic.h>
#include <hv/printk.h>
#include <hv/spinlock.h>

/* handler is NULL: free. guest is the same for a guest's, which deactivates it, else NULL. */
struct irq_row {
	irq_handler_t guest __aligned(32); /* so that a row is found by a shift */
	irq_handler_t handler;
	void *arg;
};

static struct spinlock irq_lock = SPINLOCK_INIT(LOCK_RANK_IRQ);
static struct irq_row rows[IRQ_MAX];
const struct irq_chip *irq_chip __sealed;

/* A kick has no message but its softirq bit, which the way out of EL2 looks at. */
static void kicked(unsigned int irq __unused, void *arg __unused)
{
	if (panic_is_active()) {
		arch_cpu_halt();
	}
}

/* Are two rows the same but for their argument? */
static bool are_alike(unsigned int a, unsigned int b)
{
	return rows[a].handler == rows[b].handler && rows[a].guest == rows[b].guest;
}

static void print_rows(char key __unused)
{
	unsigned int last;

	printk("%s: %u interrupts; taken:", irq_chip->name, irq_nr());
	for (unsigned int irq = 0; irq < irq_nr(); irq = last + 1) {
		for (last = irq; last + 1 < irq_nr() && are_alike(irq, last + 1); last++) {}
		if (irq_is_requested(irq)) {
			printk("  %4u-%-4u %s, handler %p", irq, last,
			       rows[irq].guest ? "of a guest" : "of EL2",
			       (void *)(uintptr_t)rows[irq].handler);
		}
	}
}

void irq_set_chip(const struct irq_chip *chip)
{
	irq_chip = chip;
	debugkeys_register('i', print_rows, "physical interrupts and who takes them");
	rows[IRQ_SGI_KICK].handler = kicked;
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
	if (!rows[irq].handler) {
		rc = 0;
		rows[irq].arg = arg;
		/* Both pair with the acquires in irq_handle_pending() and handle_own(). */
		store_release(&rows[irq].guest, is_guest ? handler : NULL);
		store_release(&rows[irq].handler, handler);
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

void irq_release(unsigned int irq)
{
	spin_lock(&irq_lock);
	store_release(&rows[irq].guest, (irq_handler_t)NULL);
	store_release(&rows[irq].handler, (irq_handler_t)NULL);
	spin_unlock(&irq_lock);
}

bool irq_is_requested(unsigned int irq)
{
	return irq < IRQ_MAX && READ_ONCE(rows[irq].handler);
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
	const struct irq_row *row = &rows[irq];
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
	row = &rows[irq];
	handler = load_acquire(&row->guest);
	if (likely(handler)) {
		handler(irq, row->arg);
	} else {
		handle_own(irq);
	}
}
