/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the drivers of this folder offer to uart.c: one probe function each, called at boot with the
 * device-tree node and the mapped registers.
 */
#ifndef DRIVERS_CHAR_UART_H
#define DRIVERS_CHAR_UART_H

#include <hv/console.h>
#include <hv/devtree.h>

struct uart_port {
	int node;
	void *regs;
	bool has_irq;
	struct devtree_irq irq;
};

/* Make the port usable for output; returns its driver, NULL when it can not be used. */
const struct console_driver *pl011_probe(const struct uart_port *port);

#endif
