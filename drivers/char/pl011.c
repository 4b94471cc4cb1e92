/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arm PrimeCell UART PL011 (DDI 0183) and the SBSA generic UART, which is its subset. The speed is
 * the firmware's. Output fills the FIFO and asks for an interrupt when it is full; input comes by
 * interrupt. Registers are touched under the console's lock (output) or by the interrupt's handler
 * on the one CPU it is routed to.
 */
#include "uart.h"

#include <hv/mmio.h>
#include <hv/timer.h>

#define DR	       0x00
#define FR	       0x18
#define FR_RXFE	       BIT(4) /* receive FIFO empty */
#define FR_TXFF	       BIT(5) /* transmit FIFO full */
#define FR_TXFE	       BIT(7) /* transmit FIFO empty */
#define FIFO_DEPTH     16U    /* at least, in every revision */
#define LCRH	       0x2c
#define LCRH_8N1_FIFO  0x70
#define CR	       0x30
#define CR_ENABLE      0x301 /* UARTEN, TXE, RXE */
#define IMSC	       0x38
#define MIS	       0x40
#define ICR	       0x44
#define INT_RX	       BIT(4)
#define INT_TX	       BIT(5)
#define INT_RX_TIMEOUT BIT(6)

/*
 * Input is read in steps that are short, and paced for a device that is never empty. The FIFO must
 * be left empty in the end, for what stays in it would not interrupt again: so after a full step a
 * timer looks again. That is 400 characters per ms, more than any line delivers.
 */
#define RX_STEP	 2U /* no more than one switch of the input (console.c) in a step */
#define RX_PAUSE (20 * NSEC_PER_USEC)

static struct timer rx_timer;

static struct uart_port uart __sealed;

static struct uart_output output;

static u32 reg_read(unsigned int offset)
{
	return mmio_read32((char *)uart.regs + offset);
}

static void reg_write(unsigned int offset, u32 value)
{
	mmio_write32((char *)uart.regs + offset, value);
}

static u32 look_for_room(void)
{
	u32 flags = reg_read(FR);

	return flags & FR_TXFE ? FIFO_DEPTH : !(flags & FR_TXFF);
}

static void put_char(char c)
{
	reg_write(DR, (u8)c);
}

static size_t pl011_write(const char *text, size_t len)
{
	return uart_write(text, len, &output, look_for_room, put_char);
}

static void pl011_want_room(bool want)
{
	reg_write(IMSC, INT_RX | INT_RX_TIMEOUT | (want ? INT_TX : 0));
}

static void receive(struct timer *timer)
{
	char text[RX_STEP] = { 0 };
	u32 n = 0;

	while (n < RX_STEP && !(reg_read(FR) & FR_RXFE)) {
		text[n++] = (char)reg_read(DR);
	}
	console_input(text, n);
	if (n == RX_STEP) {
		timer_set(timer, time_now() + RX_PAUSE);
	}
}

static void pl011_interrupt(unsigned int irq __unused, void *arg __unused)
{
	/* Cleared first: what arrives while the FIFO is read interrupts again. */
	reg_write(ICR, INT_RX | INT_RX_TIMEOUT);
	receive(&rx_timer);
	if (reg_read(MIS) & INT_TX) {
		reg_write(ICR, INT_TX);
		console_room();
	}
}

static int pl011_start(void)
{
	int rc = uart_request_irq(&uart, pl011_interrupt);

	if (rc) {
		return rc;
	}
	timer_init(&rx_timer, receive);
	reg_write(ICR, 0x7ff);
	pl011_want_room(false);
	irq_enable(uart.irq.number);
	return 0;
}

static const struct console_driver driver = {
	.name = "pl011",
	.write = pl011_write,
	.start = pl011_start,
	.want_room = pl011_want_room,
};

const struct console_driver *pl011_probe(const struct uart_port *port)
{
	uart = *port;
	output.room = 0;
	reg_write(IMSC, 0);
	if (!devtree_is_compatible(port->node, "arm,sbsa-uart")) {
		reg_write(LCRH, LCRH_8N1_FIFO);
		reg_write(CR, CR_ENABLE);
	}
	return &driver;
}
