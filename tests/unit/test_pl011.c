/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PL011 driver against registers in memory: a FIFO that fills up, line ends, input, and that
 * the FIFO's interrupt is wanted only while output waits.
 *
 * sources: drivers/char/pl011.c drivers/char/pl011_irq.c
 */
#include "fake.h"

#include <string.h>

#include <hv/console.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/irq.h>
#include <hv/timer.h>

#include "../../drivers/char/uart.h"

#define FR_TXFF 0x20U
#define FR_RXFE 0x10U
#define FR_TXFE 0x80U
#define INT_TX	0x20U

static u32 regs[0x400];
static irq_handler_t interrupt;
static unsigned int nr_inputs, nr_rooms, enabled;
static struct timer *rx_timer; /* armed */

/* What the driver calls. */
bool devtree_is_compatible(int node, const char *compatible)
{
	return strcmp(compatible, node ? "arm,sbsa-uart" : "arm,pl011") == 0;
}

int irq_request(unsigned int irq, irq_handler_t handler, void *arg)
{
	interrupt = handler;
	return irq == 33 ? 0 : -EBUSY;
}

static int chip_set_type(unsigned int irq, enum irq_type type)
{
	assert_int_equal(type, IRQ_TYPE_LEVEL);
	return 0;
}

static void chip_set_affinity(unsigned int irq, unsigned int cpu)
{
	assert_int_equal(cpu, 0);
}

static void chip_enable(unsigned int irq)
{
	enabled = irq;
}

static const struct irq_chip chip = {
	.set_type = chip_set_type,
	.set_affinity = chip_set_affinity,
	.enable = chip_enable,
};

const struct irq_chip *irq_chip = &chip;

void console_input(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		assert_int_equal(text[i], 'k');
	}
	nr_inputs += len;
}

void timer_init(struct timer *timer, void (*handler)(struct timer *timer))
{
	timer->handler = handler;
}

void timer_set(struct timer *timer, u64 deadline)
{
	assert_true(deadline > time_now());
	rx_timer = timer;
}

void console_room(void)
{
	nr_rooms++;
}

static const struct console_driver *probe(int node, unsigned int irq)
{
	struct uart_port port = {
		.node = node,
		.regs = regs,
		.has_irq = irq != 0,
		.irq = { .number = irq, .type = IRQ_TYPE_LEVEL },
	};

	memset(regs, 0, sizeof(regs));
	nr_inputs = nr_rooms = enabled = 0;
	return pl011_probe(&port);
}

static void test_probe(void **state)
{
	assert_non_null(probe(0, 33));
	assert_int_equal(regs[0x2c / 4], 0x70);
	assert_int_equal(regs[0x30 / 4], 0x301);
	assert_non_null(probe(1, 33)); /* an SBSA UART has neither register */
	assert_int_equal(regs[0x2c / 4], 0);
	assert_int_equal(regs[0x30 / 4], 0);
}

static void test_write(void **state)
{
	const struct console_driver *driver = probe(0, 33);

	assert_int_equal(driver->write("ab", 2), 2);
	assert_int_equal(regs[0], 'b');
	assert_int_equal(driver->write("\n", 1), 1);
	assert_int_equal(regs[0], '\n');
	regs[0x18 / 4] = FR_TXFF;
	assert_int_equal(driver->write("x", 1), 0);
	assert_int_equal(driver->write("\n", 1), 0);
	assert_int_equal(regs[0], '\n');
	regs[0x18 / 4] = 0;
	assert_int_equal(driver->write("x", 1), 1);
	assert_int_equal(regs[0], 'x');
	/* An empty FIFO takes 16 characters, one that is neither empty nor full takes one. */
	regs[0x18 / 4] = FR_TXFE;
	assert_int_equal(driver->write("y", 1), 1);
	regs[0x18 / 4] = FR_TXFF;
	assert_int_equal(driver->write("01234567890123456789", 20), 15);
}

static void test_interrupts(void **state)
{
	const struct console_driver *driver = probe(0, 33);

	assert_int_equal(driver->start(), 0);
	assert_int_equal(enabled, 33);
	assert_int_equal(regs[0x38 / 4] & INT_TX, 0);
	driver->want_room(true);
	assert_int_equal(regs[0x38 / 4] & INT_TX, INT_TX);
	driver->want_room(false);
	assert_int_equal(regs[0x38 / 4] & INT_TX, 0);
	regs[0] = 'k';
	regs[0x18 / 4] |= FR_RXFE;
	interrupt(33, NULL);
	assert_int_equal(nr_inputs, 0);
	assert_null(rx_timer);
	/* More than a step: the timer comes back for the rest, until there is none. */
	regs[0x18 / 4] &= ~FR_RXFE;
	interrupt(33, NULL);
	assert_int_equal(nr_inputs, 2);
	for (unsigned int i = 2; i < 5; i++) {
		struct timer *timer = rx_timer;

		assert_non_null(timer);
		rx_timer = NULL;
		timer->handler(timer);
		assert_int_equal(nr_inputs, 2 * i);
	}
	regs[0x18 / 4] |= FR_RXFE;
	rx_timer->handler(rx_timer);
	assert_int_equal(nr_inputs, 8);
	assert_int_equal(nr_rooms, 0);
	regs[0x40 / 4] = INT_TX;
	interrupt(33, NULL);
	assert_int_equal(nr_rooms, 1);
	/* Without an interrupt in the tree, or when it is taken, the port is output only. */
	assert_int_equal(probe(0, 0)->start(), -ENXIO);
	assert_int_equal(probe(0, 40)->start(), -EBUSY);
	assert_int_equal(enabled, 0);
}

static void test_broken_port_is_bounded(void **state)
{
	probe(0, 33)->start();
	regs[0] = 'k'; /* never empty */
	interrupt(33, NULL);
	assert_int_equal(nr_inputs, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_broken_port_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
