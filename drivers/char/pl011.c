/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arm PrimeCell UART PL011 (DDI 0183) and the SBSA generic UART, which is its subset: output. The
 * speed is the firmware's. Output fills the FIFO; pl011_irq.c, where the console has input, asks
 * for an interrupt when it is full. Registers are touched under the console's lock here, and by the
 * interrupt's handler on the one CPU it is routed to.
 */
#include "pl011.h"

struct uart_port pl011 __sealed;

static struct uart_output output;

static u32 look_for_room(void)
{
	u32 flags = pl011_read(FR);

	return flags & FR_TXFE ? FIFO_DEPTH : !(flags & FR_TXFF);
}

static void put_char(char c)
{
	pl011_put(DR, (u8)c);
}

static size_t pl011_write(const char *text, size_t len)
{
	return uart_write(text, len, &output, look_for_room, put_char);
}

static const struct console_driver driver = {
	.name = "pl011",
	.write = pl011_write,
	.start = IF_ENABLED(CONFIG_CONSOLE_INPUT, pl011_start),
	.want_room = IF_ENABLED(CONFIG_CONSOLE_INPUT, pl011_want_room),
};

__init const struct console_driver *pl011_probe(const struct uart_port *port)
{
	pl011 = *port;
	output.room = 0;
	pl011_put(IMSC, 0);
	if (!devtree_is_compatible(port->node, "arm,sbsa-uart")) {
		pl011_put(LCRH, LCRH_8N1_FIFO);
		pl011_put(CR, CR_ENABLE);
	}
	return &driver;
}
