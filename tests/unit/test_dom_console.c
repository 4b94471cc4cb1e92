/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consoles kept by the hypervisor: what is kept and what is lost, by byte number; the paravirtual
 * ring with honest and with hostile indices; input; the listener's events; and the virtual UART.
 *
 * sources: common/console/dom_console.c common/console/vuart.c common/event/evtchn.c
 * sources: common/console/show.c
 * sources: common/event/evtchn_deliver.c common/event/evtchn_bind.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <hv/dom_console.h>
#include <hv/evtchn.h>
#include <public/io/console.h>

#include "domain_world.h"

#define D(n)	 (&world_domain[n])
#define RING_GFN 6U

static char text[2 * DOM_CONSOLE_KEEP], copy[2 * DOM_CONSOLE_KEEP];
static u32 port, listener_port;

static struct mmio_region uart;
static bool uart_line;

int mmio_register(struct domain *d, const struct mmio_region *region)
{
	uart = *region;
	return 0;
}

void inject_spi_level(struct domain *d, u32 intid, bool level)
{
	assert_int_equal(intid, 32);
	uart_line = level;
}

static char shown[256];
static size_t room; /* of the machine's console */
static struct timer *late, *timers[WORLD_DOMAINS];
static u32 nr_timers;

size_t console_guest_write(const char *tag, const char *from, size_t len)
{
	size_t n = MIN(len, room);

	strncat(shown, from, n);
	room -= n;
	return n;
}

void timer_init(struct timer *timer, void (*handler)(struct timer *timer))
{
	timer->handler = handler;
	timer->deadline = TIME_NEVER;
	timers[nr_timers++ % WORLD_DOMAINS] = timer;
}

bool timer_is_armed(const struct timer *timer)
{
	return timer->deadline != TIME_NEVER;
}

static u64 uart_read(u64 offset)
{
	struct mmio_access access = { .offset = offset, .bytes = 4 };

	assert_true(uart.handler(&world_vcpu[1][0], &access, uart.arg));
	return access.value;
}

static void uart_write(u64 offset, u64 value)
{
	struct mmio_access access = {
		.offset = offset,
		.bytes = 4,
		.is_write = true,
		.value = value,
	};

	assert_true(uart.handler(&world_vcpu[1][0], &access, uart.arg));
}

struct domain *domain_get(domid_t id)
{
	if (id >= WORLD_DOMAINS) {
		return NULL;
	}
	D(id)->refs++;
	return D(id);
}

static int setup(void **state)
{
	world_reset(8);
	nr_timers = 0;
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		assert_int_equal(evtchn_init(D(i), 0), 0);
		assert_int_equal(dom_console_init(D(i)), 0);
	}
	evtchn_set_service(dom_console_service);
	assert_int_equal(evtchn_alloc_unbound(D(1), HV_DOMID_HYP, &port), 0);
	assert_int_equal(evtchn_alloc_unbound(D(0), 0, &listener_port), 0);
	for (u32 i = 0; i < sizeof(text); i++) {
		text[i] = (char)(i * 7 + i / 251);
	}
	return 0;
}

static int teardown(void **state)
{
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		D(i)->is_dying = true;
		while (dom_console_release(D(i)) == -ERESTART) {}
		dom_console_free(D(i));
		while (evtchn_close_all(D(i)) == -ERESTART) {}
		while (evtchn_free_slice(D(i))) {}
		assert_int_equal(D(i)->refs, 1);
		for (u64 g = 0; g < 8; g++) {
			assert_int_equal(world_frames[world_machine(i, g).v].refs, 1);
			world_frames[world_machine(i, g).v].refs = 0;
		}
	}
	for (unsigned int i = 0; i < WORLD_FRAMES; i++) {
		assert_int_equal(world_frames[i].refs, 0);
	}
	return 0;
}

static struct xencons_interface *ring(void)
{
	return (void *)world_frames[world_machine(1, RING_GFN).v].bytes;
}

static bool told(void)
{
	u64 *word = &world_shared[0].evtchn_pending[listener_port / 64];
	bool is_set = *word >> listener_port % 64 & 1;

	*word = 0;
	return is_set;
}

/* As the hypercall does, without preemption. */
static void send(void)
{
	int err;

	do {
		err = evtchn_send(D(1), port);
	} while (err == -ERESTART);
	assert_int_equal(err, 0);
}

static void test_kept(void **state)
{
	struct dom_console_span span = { .offset = 0 };

	dom_console_put(D(1), DOM_CONSOLE_VUART, text, 100);
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_VUART, &span, copy, 1000), 100);
	assert_memory_equal(copy, text, 100);
	assert_int_equal(span.offset, 100);
	assert_int_equal(span.dropped, 0);
	/* Reading takes nothing away, the other stream is another one. */
	span.offset = 40;
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_VUART, &span, copy, 10), 10);
	assert_memory_equal(copy, text + 40, 10);
	span.offset = 0;
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_PV, &span, copy, 10), 0);
	/* Beyond the end is the end. */
	span.offset = ~0UL;
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_VUART, &span, copy, 10), 0);
	assert_int_equal(span.offset, 100);
}

static void test_overflow(void **state)
{
	struct dom_console_span span = { .offset = 5 };
	u32 len = DOM_CONSOLE_KEEP + 12345;

	for (u32 at = 0; at < len; at += 777) {
		dom_console_put(D(1), DOM_CONSOLE_VUART, text + at, MIN(len - at, 777U));
	}
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_VUART, &span, copy, sizeof(copy)),
			 DOM_CONSOLE_KEEP);
	assert_memory_equal(copy, text + 12345, DOM_CONSOLE_KEEP);
	assert_int_equal(span.dropped, 12345 - 5);
	assert_int_equal(span.end, len);
	assert_int_equal(span.offset, len);
}

static void test_ring(void **state)
{
	struct dom_console_span span = { .offset = 0 };

	assert_int_equal(dom_console_bind(D(1), gfn(RING_GFN), port), 0);
	for (u32 at = 0; at < 5000; at += 500) {
		for (u32 i = 0; i < 500; i++) {
			ring()->out[MASK_XENCONS_IDX(ring()->out_prod, ring()->out)] = text[at + i];
			ring()->out_prod++;
		}
		send();
		assert_int_equal(ring()->out_cons, ring()->out_prod);
	}
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_PV, &span, copy, 9999), 5000);
	assert_memory_equal(copy, text, 5000);
}

/* A full ring is taken out in steps, each of which leaves the rest for the next. */
static void test_full_ring(void **state)
{
	struct dom_console_span span = { .offset = 0 };
	u32 nr = 2048, at = 0;

	assert_int_equal(dom_console_bind(D(1), gfn(RING_GFN), port), 0);
	ring()->out_cons = ring()->out_prod = 1001;
	for (; at < nr; at++, ring()->out_prod++) {
		ring()->out[MASK_XENCONS_IDX(ring()->out_prod, ring()->out)] = text[at];
	}
	dom_console_attach(D(1), DOM_CONSOLE_PV, 0, listener_port);
	for (at = 512; at <= nr; at += 512) {
		assert_int_equal(evtchn_send(D(1), port), -ERESTART);
		assert_int_equal(ring()->out_cons, 1001 + at);
		assert_false(told());
	}
	assert_int_equal(evtchn_send(D(1), port), 0);
	assert_true(told());
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_PV, &span, copy, 9999), nr);
	assert_memory_equal(copy, text, nr);
	/* Whoever reads gets all that is in the ring at once. */
	ring()->out_prod += nr;
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_PV, &span, copy, 9999), nr);
}

static void test_hostile_ring(void **state)
{
	struct dom_console_span span = { .offset = 0 };

	assert_int_equal(dom_console_bind(D(1), gfn(50), port), -EINVAL);
	assert_int_equal(dom_console_bind(D(1), gfn(RING_GFN), port), 0);
	ring()->out_prod = 2049;
	send();
	ring()->out_prod = 0x80000000;
	send();
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_PV, &span, copy, 9999), 0);
	ring()->in_prod = 5000;
	assert_int_equal(dom_console_feed(D(1), DOM_CONSOLE_PV, text, 10), 0);
	assert_int_equal(ring()->in_prod, 5000);
}

static void test_input(void **state)
{
	assert_int_equal(dom_console_feed(D(1), DOM_CONSOLE_PV, text, 10), 0);
	assert_int_equal(dom_console_bind(D(1), gfn(RING_GFN), port), 0);
	assert_int_equal(dom_console_feed(D(1), DOM_CONSOLE_PV, text, 1000), 1000);
	assert_int_equal(dom_console_feed(D(1), DOM_CONSOLE_PV, text + 1000, 1000), 24);
	assert_int_equal(dom_console_feed(D(1), DOM_CONSOLE_PV, text, 1), 0);
	assert_memory_equal(ring()->in, text, 1024);
	ring()->in_cons += 30;
	assert_int_equal(dom_console_feed(D(1), DOM_CONSOLE_PV, text + 1024, 100), 30);
	assert_memory_equal(ring()->in, text + 1024, 30);
}

static void test_listener(void **state)
{
	struct dom_console_span span = { .offset = 0 };

	dom_console_attach(D(1), DOM_CONSOLE_VUART, 0, listener_port);
	dom_console_put(D(1), DOM_CONSOLE_VUART, text, 1);
	assert_true(told());
	/* Once until it has looked. */
	dom_console_put(D(1), DOM_CONSOLE_VUART, text, 1);
	assert_false(told());
	dom_console_get(D(1), DOM_CONSOLE_VUART, &span, copy, 10);
	dom_console_put(D(1), DOM_CONSOLE_VUART, text, 1);
	assert_true(told());
	/* A closed port is told no more, nor whoever gets it next. */
	assert_int_equal(evtchn_close(D(0), listener_port), 0);
	dom_console_get(D(1), DOM_CONSOLE_VUART, &span, copy, 10);
	dom_console_put(D(1), DOM_CONSOLE_VUART, text, 1);
	assert_int_equal(evtchn_alloc_unbound(D(0), 2, &listener_port), 0);
	dom_console_get(D(1), DOM_CONSOLE_VUART, &span, copy, 10);
	dom_console_put(D(1), DOM_CONSOLE_VUART, text, 1);
	assert_false(told());
}

static void test_no_memory(void **state)
{
	struct dom_console_span span = { .offset = 0 };

	while (mfn_is_valid_value(frame_alloc(0, 9))) {}
	dom_console_put(D(1), DOM_CONSOLE_VUART, text, 100);
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_VUART, &span, copy, 1000), 0);
	for (unsigned int i = 0; i < WORLD_FRAMES; i++) {
		if (world_frames[i].owner == 9) {
			world_frames[i].refs = 0;
		}
	}
}

static void test_uart(void **state)
{
	struct dom_console_span span = { .offset = 0 };
	struct mmio_access wide = { .offset = 0, .bytes = 8 };

	assert_int_equal(dom_console_feed(D(1), DOM_CONSOLE_VUART, "x", 1), 0);
	assert_int_equal(vuart_init(D(1)), 0);
	assert_int_equal(vuart_init(D(1)), -EEXIST);
	assert_int_equal(uart.start, 0x22000000);
	/* Flags: transmitter empty (7), receiver empty (4). */
	assert_int_equal(uart_read(0x18), 0x90);
	uart_write(0x38, 0x10);
	uart_write(0, 'h');
	assert_false(uart_line);
	uart_write(0x38, 0x30);
	assert_true(uart_line);
	assert_int_equal(uart_read(0x40), 0x20);
	uart_write(0x44, 0x20);
	assert_false(uart_line);
	assert_int_equal(dom_console_get(D(1), DOM_CONSOLE_VUART, &span, copy, 10), 1);
	assert_int_equal(copy[0], 'h');
	assert_int_equal(dom_console_feed(D(1), DOM_CONSOLE_VUART, "ab", 2), 2);
	assert_true(uart_line);
	assert_int_equal(uart_read(0x18) & 0x10, 0);
	assert_int_equal(uart_read(0), 'a');
	assert_true(uart_line);
	assert_int_equal(uart_read(0), 'b');
	assert_false(uart_line);
	assert_int_equal(uart_read(0), 0);
	/* Full: no more is taken. */
	assert_int_equal(dom_console_feed(D(1), DOM_CONSOLE_VUART, text, 600), 512);
	assert_int_equal(uart_read(0x18) & 0x50, 0x40);
	assert_false(uart.handler(&world_vcpu[1][0], &wide, uart.arg));
}

static void put(unsigned int d, const char *line)
{
	dom_console_put(D(d), DOM_CONSOLE_PV, line, (u32)strlen(line));
}

static void fire(struct timer *timer)
{
	timer->deadline = TIME_NEVER;
	timer->handler(timer);
}

/* A long line is shown in steps; meanwhile another domain's waits, unless the first one ends. */
static void test_shown_in_steps(void **state)
{
	struct domain *dom0 = hardware_domain;

	hardware_domain = NULL;
	room = sizeof(shown) - 1;
	shown[0] = '\0';
	put(1, "a line of more than eight characters\n");
	put(2, "two\n");
	fire(timers[1]);
	assert_string_equal(shown, "a line o");
	assert_int_equal(timers[1]->deadline, time_now());
	fire(timers[2]);
	assert_string_equal(shown, "a line o");
	assert_true(timers[2]->deadline > time_now());
	while (timers[1]->deadline != TIME_NEVER) {
		fire(timers[1]);
	}
	assert_string_equal(shown, "a line of more than eight characters\n");
	fire(timers[2]);
	assert_string_equal(shown, "a line of more than eight characters\ntwo\n");
	/* Who dies in the middle of a line keeps nobody waiting. */
	put(1, "a line of more than eight characters\n");
	fire(timers[1]);
	D(1)->is_dying = true;
	while (dom_console_release(D(1)) == -ERESTART) {}
	shown[0] = '\0';
	put(2, "three\n");
	fire(timers[2]);
	assert_string_equal(shown, "three\n");
	hardware_domain = dom0;
}

/* Without Dom0: whole lines at once, the rest and what there was no room for later; not with it. */
static void test_shown(void **state)
{
	struct domain *dom0 = hardware_domain;

	late = timers[1];
	room = sizeof(shown) - 1;
	shown[0] = '\0';
	dom0->is_created = true;
	dom_console_put(D(1), DOM_CONSOLE_PV, "hidden\n", 7);
	assert_int_equal(late->deadline, TIME_NEVER);
	late = timers[2];
	hardware_domain = NULL;
	put(2, "on");
	assert_true(late->deadline > time_now());
	put(2, "e\n");
	assert_int_equal(late->deadline, time_now());
	fire(late);
	assert_string_equal(shown, "one\n");
	assert_int_equal(late->deadline, TIME_NEVER);
	/* What there is of a line is shown after a while. */
	put(2, "thr");
	fire(late);
	assert_string_equal(shown, "one\nthr");
	room = 1;
	put(2, "ee\n");
	fire(late);
	fire(late);
	assert_string_equal(shown, "one\nthre");
	assert_true(late->deadline > time_now());
	room = 9;
	fire(late);
	assert_string_equal(shown, "one\nthree\n");
	hardware_domain = dom0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overflow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_ring, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_ring, setup, teardown),
		cmocka_unit_test_setup_teardown(test_input, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listener, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_uart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shown_in_steps, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
