/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serial ports that can be the hypervisor's console (drivers/char). The port is the device tree's
 * stdout-path, or the first node that a driver knows.
 */
#ifndef HV_UART_H
#define HV_UART_H

#include <hv/types.h>

/*
 * Boot: find the port, map it and make it the console; *node is its device-tree node, which Dom0
 * must not get. -ENODEV when no driver knows any.
 */
int uart_init(int *node);

/*
 * Boot, when the device tree names no port or cannot be read: make the UART at
 * CONFIG_EARLY_UART_BASE the console, without input. -ENODEV when this build names none.
 */
int uart_init_fixed(void);

#endif
