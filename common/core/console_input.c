/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Input from the console: who gets what is typed, Dom0 or the debug keys. The ring for Dom0 is
 * under input_lock (LOCK_RANK_CONSOLE, a leaf); the rest belongs to the one CPU that takes the
 * port's interrupt. Callbacks run without the lock.
 */
#include <hv/console.h>
#include <hv/debugkeys.h>
#include <hv/compiler.h>
#include <hv/spinlock.h>

#define INPUT_BYTES  1024U
#define SWITCH_CHAR  1 /* Ctrl-a */
#define SWITCH_COUNT 3U

static struct spinlock input_lock = SPINLOCK_INIT(LOCK_RANK_CONSOLE);
static char input[INPUT_BYTES];
static u32 input_start, input_end;
static bool is_input_own; /* typed characters are debug keys, not Dom0's */
static u32 nr_switch_chars;

static void (*notify_input)(void) __sealed;

void console_set_input_notify(void (*notify)(void))
{
	notify_input = notify;
}

/* Queue for Dom0; false when its ring is full: the character is lost, as in a UART's FIFO. */
static bool queue_input(char c)
{
	bool has_room;

	spin_lock(&input_lock);
	has_room = input_end - input_start < INPUT_BYTES;
	if (has_room) {
		input[input_end++ % INPUT_BYTES] = c;
	}
	spin_unlock(&input_lock);
	return has_room;
}

/* One character; true when Dom0 has to be told. */
static bool take_input(char c)
{
	nr_switch_chars = c == SWITCH_CHAR ? nr_switch_chars + 1 : 0;
	if (nr_switch_chars == SWITCH_COUNT) {
		is_input_own = !is_input_own;
		nr_switch_chars = 0;
		/* Few words, as they are written: this is in the middle of an interrupt. */
		console_log(is_input_own ? "[hypervisor]\n" : "[Dom0]\n", is_input_own ? 13 : 7);
		return false;
	}
	if (is_input_own) {
		if (c != SWITCH_CHAR) {
			debugkeys_press(c);
		}
		return false;
	}
	return queue_input(c);
}

void console_input(const char *text, size_t len)
{
	bool is_queued = false;

	for (size_t i = 0; i < len; i++) {
		is_queued |= take_input(text[i]);
	}
	if (is_queued && notify_input) {
		notify_input();
	}
}

size_t console_guest_read(char *dst, size_t len)
{
	size_t n = 0;

	spin_lock(&input_lock);
	for (; n < len && input_start != input_end; n++) {
		dst[n] = input[input_start++ % INPUT_BYTES];
	}
	spin_unlock(&input_lock);
	return n;
}
