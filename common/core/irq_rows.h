/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of physical interrupts as its files see it: irq.c has those that are taken once,
 * irq_rows.c those that are given back, and what a debug key shows. Nobody else includes this.
 */
#ifndef IRQ_ROWS_H
#define IRQ_ROWS_H

#include <hv/irq.h>
#include <hv/spinlock.h>

/* handler is NULL: free. guest is the same for a guest's, which deactivates it, else NULL. */
struct irq_row {
	irq_handler_t guest __aligned(32); /* so that a row is found by a shift */
	irq_handler_t handler;
	void *arg;
};

extern struct spinlock irq_lock; /* LOCK_RANK_IRQ */
extern struct irq_row irq_rows[IRQ_MAX];

/* Debug key. */
void irq_print(char key);

#endif
