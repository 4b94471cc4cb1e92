/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mini-UART driver against registers in memory: a FIFO that fills up, line ends, an interrupt
 * that pauses while a FIFO is never empty, and that room is asked for only while output waits.
 *
 * sources: drivers/char/mini_uart.c
 */
#include "fake.h"

#include <string.h>

#include <hv/timer.h>

#include "../../drivers/char/uart.h"

#define IER	 regs[0x04 / 4]
#define LSR	 regs[0x14 / 4]
#define LSR_RX	 0x01U
#define LSR_ROOM 0x20U
#define LSR_IDLE 0x40U

static u32 regs[0x40];
static irq_handler_t interrupt;
static unsigned int nr_inputs, nr_rooms;
static bool is_enabled;
static struct timer *armed;

/* What the driver calls. */
int irq_request(unsigned int irq, irq_handler_t handler, void *arg)
{
	interrupt = handler;
	return irq == 125 ? 0 : -EBUSY;
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
	assert_int_equal(irq, 125);
	is_enabled = true;
}

static void chip_disable(unsigned int irq)
{
	assert_int_equal(irq, 125);
	is_enabled = false;
}

static const struct irq_chip chip = {
	.set_type = chip_set_type,
	.set_affinity = chip_set_affinity,
	.enable = chip_enable,
	.disable = chip_disable,
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
	armed = timer;
}

void console_room(void)
{
	nr_rooms++;
}

static const struct console_driver *probe(unsigned int irq)
{
	struct uart_port port = {
		.regs = regs,
		.has_irq = irq != 0,
		.irq = { .number = irq, .type = IRQ_TYPE_LEVEL },
	};

	memset(regs, 0, sizeof(regs));
	nr_inputs = nr_rooms = 0;
	is_enabled = false;
	armed = NULL;
	return mini_uart_probe(&port);
}

static void test_probe(void **state)
{
	assert_non_null(probe(125));
	assert_int_equal(IER, 0);
	assert_int_equal(regs[0x0c / 4], 3);
	assert_int_equal(regs[0x20 / 4], 3);
}

static void test_write(void **state)
{
	const struct console_driver *driver = probe(125);

	assert_int_equal(driver->write("x", 1), 0); /* no room */
	assert_int_equal(regs[0], 0);
	LSR = LSR_ROOM; /* for one */
	assert_int_equal(driver->write("ab\n", 3), 3);
	assert_int_equal(regs[0], '\n');
	LSR = 0;
	assert_int_equal(driver->write("\n", 1), 0);
	assert_int_equal(regs[0], '\n');
	LSR = LSR_IDLE | LSR_ROOM; /* empty: 8 */
	assert_int_equal(driver->write("0", 1), 1);
	LSR = 0;
	assert_int_equal(driver->write("123456789", 9), 7);
	assert_int_equal(regs[0], '7');
}

static void test_return_once(void **state)
{
	const struct console_driver *driver = probe(125);

	LSR = LSR_IDLE;
	assert_int_equal(driver->write("0123456", 7), 7);
	LSR = 0; /* room for one: the '\r' goes, the '\n' later, without another '\r' */
	assert_int_equal(driver->write("\n", 1), 0);
	assert_int_equal(regs[0], '\r');
	LSR = LSR_IDLE;
	assert_int_equal(driver->write("\n1234567", 8), 8);
	LSR = 0;
	assert_int_equal(driver->write("8", 1), 0);
}

static void test_input(void **state)
{
	assert_int_equal(probe(125)->start(), 0);
	assert_true(is_enabled);
	assert_int_equal(IER, 1);
	regs[0] = 'k';
	interrupt(125, NULL);
	assert_int_equal(nr_inputs, 0);
	/* Never empty: a FIFO's depth, then nothing until the timer. */
	LSR = LSR_RX;
	interrupt(125, NULL);
	assert_int_equal(nr_inputs, 8);
	assert_false(is_enabled);
	assert_non_null(armed);
	armed->handler(armed);
	assert_true(is_enabled);
	assert_int_equal(nr_inputs, 8);
}

static void test_room(void **state)
{
	const struct console_driver *driver = probe(125);

	driver->start();
	LSR = LSR_ROOM;
	interrupt(125, NULL);
	assert_int_equal(nr_rooms, 0); /* nobody waits */
	driver->want_room(true);
	assert_int_equal(IER, 3);
	interrupt(125, NULL);
	assert_int_equal(nr_rooms, 1);
	LSR = 0;
	interrupt(125, NULL);
	assert_int_equal(nr_rooms, 1);
	driver->want_room(false);
	assert_int_equal(IER, 1);
}

static void test_output_only(void **state)
{
	assert_int_equal(probe(0)->start(), -ENXIO);
	assert_int_equal(probe(40)->start(), -EBUSY);
	assert_false(is_enabled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe),	    cmocka_unit_test(test_write),
		cmocka_unit_test(test_return_once), cmocka_unit_test(test_input),
		cmocka_unit_test(test_room),	    cmocka_unit_test(test_output_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
