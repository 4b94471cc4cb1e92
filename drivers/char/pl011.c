/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arm PrimeCell UART PL011 (DDI 0183) and the SBSA generic UART, which is its subset. The speed is
 * the firmware's. Output polls for room in the FIFO; input comes by interrupt. Registers are
 * touched under the console's lock (output) or by the interrupt's handler on the one CPU it is
 * routed to.
 */
#include "uart.h"

#include <hv/errno.h>
#include <hv/irq.h>
#include <hv/mmio.h>

#define DR	       0x00
#define FR	       0x18
#define FR_RXFE	       BIT(4) /* receive FIFO empty */
#define FR_TXFF	       BIT(5) /* transmit FIFO full */
#define LCRH	       0x2c
#define LCRH_8N1_FIFO  0x70
#define CR	       0x30
#define CR_ENABLE      0x301 /* UARTEN, TXE, RXE */
#define IMSC	       0x38
#define ICR	       0x44
#define INT_RX	       BIT(4)
#define INT_RX_TIMEOUT BIT(6)

#define RX_BATCH 32U	  /* characters per interrupt: the FIFO's depth */
#define TX_SPINS 1000000U /* a port that takes nothing for so long is dead: drop the character */

static struct {
	char *regs;
	bool has_irq;
	struct devtree_irq irq;
} uart __sealed;

static u32 reg_read(unsigned int offset)
{
	return mmio_read32(uart.regs + offset);
}

static void reg_write(unsigned int offset, u32 value)
{
	mmio_write32(uart.regs + offset, value);
}

static void put_char(char c)
{
	for (u32 i = 0; (reg_read(FR) & FR_TXFF) && i < TX_SPINS; i++) {}
	reg_write(DR, (u8)c);
}

static void pl011_write(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n') {
			put_char('\r');
		}
		put_char(text[i]);
	}
}

static void pl011_interrupt(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	for (u32 i = 0; i < RX_BATCH && !(reg_read(FR) & FR_RXFE); i++) {
		console_input((char)reg_read(DR));
	}
	reg_write(ICR, INT_RX | INT_RX_TIMEOUT);
}

static int pl011_start_input(void)
{
	int rc = uart.has_irq ? irq_request(uart.irq.number, pl011_interrupt, NULL) : -ENXIO;

	if (rc) {
		return rc;
	}
	irq_set_type(uart.irq.number, uart.irq.type);
	irq_set_affinity(uart.irq.number, 0);
	reg_write(ICR, 0x7ff);
	reg_write(IMSC, INT_RX | INT_RX_TIMEOUT);
	irq_enable(uart.irq.number);
	return 0;
}

static const struct console_driver driver = {
	.name = "pl011",
	.write = pl011_write,
	.start_input = pl011_start_input,
};

const struct console_driver *pl011_probe(const struct uart_port *port)
{
	uart.regs = port->regs;
	uart.has_irq = port->has_irq;
	uart.irq = port->irq;
	reg_write(IMSC, 0);
	if (!devtree_is_compatible(port->node, "arm,sbsa-uart")) {
		reg_write(LCRH, LCRH_8N1_FIFO);
		reg_write(CR, CR_ENABLE);
	}
	return &driver;
}
