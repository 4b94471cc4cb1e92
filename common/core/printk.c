/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines: formats on the stack, stamps with the time since boot, hands over to the console.
 *
 * What guests can cause is limited by token buckets: one for all together and a table of buckets
 * hashed by domain id, so that a domain that talks too much silences itself first. Several CPUs may
 * use a bucket at once: the counts are statistics, a lost update costs a line more or less, so
 * there is no lock.
 */
#include <hv/console.h>
#include <hv/format.h>
#include <hv/printk.h>
#include <hv/timer.h>

#define LINE_MAX      256U
#define STAMP_MAX     20U
#define GUEST_BUCKETS 32U
#define GUEST_BURST   10U
#define GUEST_PERIOD  NSEC_PER_SEC /* one line a second and domain, after the burst */
#define ALL_BURST     40U
#define ALL_PERIOD    (100 * NSEC_PER_MSEC)

static struct ratelimit guest_limits[GUEST_BUCKETS];
static struct ratelimit all_limit;
static domid_t (*guest_id)(void) __sealed;

/* "[%5lu.%06lu] ", but quicker, in front of at: time since boot. Returns its beginning. */
static char *put_stamp(char *at)
{
	u64 left = time_now() / NSEC_PER_USEC;

	*--at = ' ';
	*--at = ']';
	for (u32 i = 0; i < 6; i++, left /= 10) {
		*--at = (char)('0' + left % 10);
	}
	*--at = '.';
	for (u32 i = 0; i < 5 || left != 0; i++, left /= 10) {
		*--at = i == 0 || left != 0 ? (char)('0' + left % 10) : ' ';
	}
	*--at = '[';
	return at;
}

static void log_line(const char *fmt, va_list args)
{
	char line[LINE_MAX], *text = line + STAMP_MAX, *first = put_stamp(text);
	size_t n = format_va(text, LINE_MAX - STAMP_MAX, fmt, args);

	n = MIN(n, LINE_MAX - STAMP_MAX - 2UL);
	/* Before an empty text is the end of the stamp. */
	if (*(text + n - 1) != '\n') {
		text[n++] = '\n';
	}
	console_log(first, (size_t)(text + n - first));
}

void printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(fmt, args);
	va_end(args);
}

bool ratelimit_allow(struct ratelimit *limit, u64 now, u32 burst, u64 period_ns)
{
	u64 earned = (now - limit->last) / period_ns;

	if (limit->last == 0 || earned >= burst) {
		limit->tokens = burst;
		limit->last = now;
	} else if (earned) {
		limit->tokens = MIN(limit->tokens + (u32)earned, burst);
		limit->last += earned * period_ns;
	}
	if (!limit->tokens) {
		limit->dropped++;
		return false;
	}
	limit->tokens--;
	return true;
}

void printk_guest(const char *fmt, ...)
{
	struct ratelimit *own = &guest_limits[guest_id ? guest_id() % GUEST_BUCKETS : 0];
	u64 now = time_now();
	va_list args;

	if (!ratelimit_allow(own, now, GUEST_BURST, GUEST_PERIOD) ||
	    !ratelimit_allow(&all_limit, now, ALL_BURST, ALL_PERIOD)) {
		return;
	}
	if (own->dropped + all_limit.dropped) {
		printk("(%u earlier lines caused by guests dropped)",
		       own->dropped + all_limit.dropped);
		own->dropped = 0;
		all_limit.dropped = 0;
	}
	va_start(args, fmt);
	log_line(fmt, args);
	va_end(args);
}

void printk_set_domain_id(domid_t (*current_id)(void))
{
	guest_id = current_id;
}
