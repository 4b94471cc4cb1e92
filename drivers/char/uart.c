/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the serial port for the console: the device tree's stdout-path, else the first node that a
 * driver here knows. The table of drivers is const; a driver that is configured out has a NULL
 * probe. Boot only, one CPU, no locks.
 */
#include "uart.h"

#include <hv/errno.h>
#include <hv/kconfig.h>
#include <hv/mapping.h>
#include <hv/uart.h>

static const struct {
	const char *compatible;
	const struct console_driver *(*probe)(const struct uart_port *port);
} drivers[] __initconst = {
	{ "arm,pl011", IS_ENABLED(CONFIG_PL011) ? pl011_probe : NULL },
	{ "arm,sbsa-uart", IS_ENABLED(CONFIG_PL011) ? pl011_probe : NULL },
	{ "brcm,bcm2835-aux-uart", IS_ENABLED(CONFIG_MINI_UART) ? mini_uart_probe : NULL },
};

static __init const struct console_driver *probe_node(int node, unsigned int row)
{
	struct uart_port port = { .node = node };
	struct devtree_range range;

	if (devtree_reg(node, 0, &range)) {
		return NULL;
	}
	port.has_irq = devtree_irq(node, 0, &port.irq) == 0;
	port.regs = map_device(pa(range.base), range.bytes);
	return port.regs ? drivers[row].probe(&port) : NULL;
}

static __init const struct console_driver *try_node(int node)
{
	const struct console_driver *driver = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(drivers) && !driver && node >= 0; i++) {
		if (drivers[i].probe && devtree_is_compatible(node, drivers[i].compatible)) {
			driver = probe_node(node, i);
		}
	}
	return driver;
}

/* The first available node that any driver can use. */
static __init const struct console_driver *try_all(int *node)
{
	const struct console_driver *driver = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(drivers) && !driver; i++) {
		*node = -1;
		do {
			*node = devtree_find_compatible(*node, drivers[i].compatible);
			driver = devtree_is_available(*node) ? try_node(*node) : NULL;
		} while (*node >= 0 && !driver);
	}
	return driver;
}

__init int uart_init_fixed(void)
{
	struct uart_port port = { .node = -1 };

	if (CONFIG_EARLY_UART_BASE != 0) {
		port.regs = map_device(pa(CONFIG_EARLY_UART_BASE), 0x80);
	}
	if (port.regs && IS_ENABLED(CONFIG_EARLY_UART_IS_MINI)) {
		console_register(mini_uart_probe(&port));
	} else if (port.regs && IS_ENABLED(CONFIG_PL011)) {
		console_register(pl011_probe(&port));
	} else {
		return -ENODEV;
	}
	return 0;
}

__init int uart_init(int *node)
{
	const struct console_driver *driver;

	*node = devtree_stdout();
	driver = try_node(*node);
	driver = driver ? driver : try_all(node);
	if (!driver) {
		*node = -1;
		return -ENODEV;
	}
	console_register(driver);
	return 0;
}
