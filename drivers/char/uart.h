/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the drivers of this folder offer to uart.c: one probe function each, called at boot with the
 * device-tree node and the mapped registers.
 */
#ifndef DRIVERS_CHAR_UART_H
#define DRIVERS_CHAR_UART_H

#include <hv/console.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/irq.h>
#include <hv/mmio.h>

struct uart_port {
	int node;
	void *regs;
	bool has_irq;
	struct devtree_irq irq;
};

static inline u32 uart_reg_read(const struct uart_port *port, unsigned int offset)
{
	return mmio_read32((const char *)port->regs + offset);
}

static inline void uart_reg_write(const struct uart_port *port, unsigned int offset, u32 value)
{
	mmio_write32((char *)port->regs + offset, value);
}

/* Make the port usable for output; returns its driver, NULL when it can not be used. */
const struct console_driver *pl011_probe(const struct uart_port *port);
const struct console_driver *mini_uart_probe(const struct uart_port *port);

/* Where a driver is with its output; console's lock. */
struct uart_output {
	u32 room;	     /* the FIFO takes so many characters without another look */
	bool is_return_sent; /* the '\r' before the next '\n' is out */
};

/*
 * What a driver's write() does: hand characters to put() while look() says that there is room, '\r'
 * before each '\n'.
 */
static inline size_t uart_write(const char *text, size_t len, struct uart_output *out,
				u32 (*look)(void), void (*put)(char c))
{
	bool is_return_sent = out->is_return_sent;
	u32 room = out->room;
	size_t i = 0;

	for (; i < len; i += !is_return_sent) {
		room = room != 0 ? room : look();
		if (room == 0) {
			break;
		}
		room--;
		is_return_sent = text[i] == '\n' && !is_return_sent;
		put(is_return_sent ? '\r' : text[i]);
	}
	out->is_return_sent = is_return_sent;
	out->room = room;
	return i;
}

/* The end of a driver's start(): its interrupt goes to handler, on CPU 0; nobody wants room yet. */
static inline int uart_start(const struct uart_port *port, irq_handler_t handler,
			     void (*want_room)(bool want))
{
	int rc = port->has_irq ? irq_request(port->irq.number, handler, NULL) : -ENXIO;

	if (!rc) {
		irq_set_type(port->irq.number, port->irq.type);
		irq_set_affinity(port->irq.number, 0);
		want_room(false);
		irq_enable(port->irq.number);
	}
	return rc;
}

#endif
