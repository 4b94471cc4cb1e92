/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PL011's interrupt (DDI 0183): input, and room for output. Only in a configuration whose
 * console has input. The handler runs on the one CPU that the interrupt is routed to.
 */
#include "pl011.h"

#include <hv/timer.h>

/*
 * Input is read in steps that are short, and paced for a device that is never empty. The FIFO must
 * be left empty in the end, for what stays in it would not interrupt again: so after a full step a
 * timer looks again. That is 400 characters per ms, more than any line delivers.
 */
#define RX_STEP	 2U /* no more than one switch of the input (console.c) in a step */
#define RX_PAUSE (20 * NSEC_PER_USEC)

static struct timer rx_timer;

void pl011_want_room(bool want)
{
	pl011_put(IMSC, INT_RX | INT_RX_TIMEOUT | (want ? INT_TX : 0));
}

static void receive(struct timer *timer)
{
	char text[RX_STEP] = { 0 };
	u32 n = 0;

	while (n < RX_STEP && !(pl011_read(FR) & FR_RXFE)) {
		text[n++] = (char)pl011_read(DR);
	}
	console_input(text, n);
	if (n == RX_STEP) {
		timer_set(timer, time_now() + RX_PAUSE);
	}
}

static void pl011_interrupt(unsigned int irq __unused, void *arg __unused)
{
	/* Cleared first: what arrives while the FIFO is read interrupts again. */
	pl011_put(ICR, INT_RX | INT_RX_TIMEOUT);
	receive(&rx_timer);
	if (pl011_read(MIS) & INT_TX) {
		pl011_put(ICR, INT_TX);
		console_room();
	}
}

int pl011_start(void)
{
	timer_init(&rx_timer, receive);
	pl011_put(ICR, 0x7ff);
	return uart_start(&pl011, pl011_interrupt, pl011_want_room);
}
