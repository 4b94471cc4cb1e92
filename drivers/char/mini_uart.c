/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mini-UART of Broadcom's BCM2835 to BCM2711 (BCM2711 ARM Peripherals, 2.2; its errata: bits 0
 * and 1 of IER are receive and transmit). 16550-like registers, FIFOs of 8 characters, 8N1; the
 * speed is the firmware's, because it depends on the clock of the GPU's core. Its interrupt is a
 * level and is shared with SPI1 and SPI2, whose registers are in the same page: all three are the
 * hypervisor's. Output under the console's lock; input by the interrupt's handler on one CPU.
 */
#include "uart.h"

#include <hv/timer.h>

#define IO	   0x00
#define IER	   0x04
#define IER_RX	   BIT(0)
#define IER_TX	   BIT(1)
#define IIR	   0x08
#define IIR_DROP   0x2 /* on writing: forget what has arrived; output goes on */
#define LCR	   0x0c
#define LCR_8BITS  0x3
#define LSR	   0x14
#define LSR_RX	   BIT(0) /* a character has arrived */
#define LSR_TX	   BIT(5) /* there is room for one */
#define LSR_IDLE   BIT(6) /* all is out */
#define CNTL	   0x20
#define CNTL_BOTH  0x3 /* receiver and transmitter on */
#define FIFO_DEPTH 8U

/*
 * Input is read a FIFO's depth at a time. If that did not empty it, the interrupt pauses, so that a
 * device that is never empty cannot keep the CPU.
 */
#define RX_PAUSE (20 * NSEC_PER_USEC)

static struct uart_port uart __sealed;
static struct timer rx_timer;

/* Console's lock. */
static struct uart_output output;
static bool is_room_wanted;

static u32 look_for_room(void)
{
	u32 status = uart_reg_read(&uart, LSR);

	return status & LSR_IDLE ? FIFO_DEPTH : (status & LSR_TX) != 0;
}

static void put_char(char c)
{
	uart_reg_write(&uart, IO, (u8)c);
}

static size_t mini_uart_write(const char *text, size_t len)
{
	return uart_write(text, len, &output, look_for_room, put_char);
}

static void mini_uart_want_room(bool want)
{
	WRITE_ONCE(is_room_wanted, want);
	uart_reg_write(&uart, IER, IER_RX | (want ? IER_TX : 0));
}

static void resume(struct timer *timer __unused)
{
	irq_enable(uart.irq.number);
}

static void mini_uart_interrupt(unsigned int irq, void *arg __unused)
{
	char text[FIFO_DEPTH];
	u32 n = 0;

	while (n < FIFO_DEPTH && (uart_reg_read(&uart, LSR) & LSR_RX)) {
		text[n++] = (char)uart_reg_read(&uart, IO);
	}
	console_input(text, n);
	if (n == FIFO_DEPTH) {
		irq_disable(irq);
		timer_set(&rx_timer, time_now() + RX_PAUSE);
	}
	if (READ_ONCE(is_room_wanted) && (uart_reg_read(&uart, LSR) & LSR_TX)) {
		console_room();
	}
}

static int mini_uart_start(void)
{
	timer_init(&rx_timer, resume);
	return uart_start(&uart, mini_uart_interrupt, mini_uart_want_room);
}

static const struct console_driver driver = {
	.name = "mini-uart",
	.write = mini_uart_write,
	.start = mini_uart_start,
	.want_room = mini_uart_want_room,
};

__init const struct console_driver *mini_uart_probe(const struct uart_port *port)
{
	uart = *port;
	output.room = 0;
	uart_reg_write(&uart, IER, 0);
	uart_reg_write(&uart, LCR, LCR_8BITS);
	uart_reg_write(&uart, IIR, IIR_DROP);
	uart_reg_write(&uart, CNTL, CNTL_BOTH);
	return &driver;
}
