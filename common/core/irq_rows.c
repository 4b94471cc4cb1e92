/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical interrupts that are given back, because domains end or lose devices, and who has which,
 * for those who may take one and for people. irq.c has the rules of the table.
 */
#include "irq_rows.h"

#include <hv/compiler.h>
#include <hv/printk.h>

void irq_release(unsigned int irq)
{
	spin_lock(&irq_lock);
	store_release(&irq_rows[irq].guest, (irq_handler_t)NULL);
	store_release(&irq_rows[irq].handler, (irq_handler_t)NULL);
	spin_unlock(&irq_lock);
}

bool irq_is_requested(unsigned int irq)
{
	return irq < IRQ_MAX && READ_ONCE(irq_rows[irq].handler);
}

/* Are two rows the same but for their argument? */
static bool are_alike(unsigned int a, unsigned int b)
{
	return irq_rows[a].handler == irq_rows[b].handler && irq_rows[a].guest == irq_rows[b].guest;
}

void irq_print(char key __unused)
{
	unsigned int last;

	printk("%s: %u interrupts; taken:", irq_chip->name, irq_nr());
	for (unsigned int irq = 0; irq < irq_nr(); irq = last + 1) {
		for (last = irq; last + 1 < irq_nr() && are_alike(irq, last + 1); last++) {}
		if (irq_is_requested(irq)) {
			printk("  %4u-%-4u %s, handler %p", irq, last,
			       irq_rows[irq].guest ? "of a guest" : "of EL2",
			       (void *)(uintptr_t)irq_rows[irq].handler);
		}
	}
}
