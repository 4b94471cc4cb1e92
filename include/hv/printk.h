/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's log: lines with a time stamp, kept in a ring and written to the console once
 * there is one. Callable from anywhere, under any lock. One call makes one line (a '\n' at the end
 * of the format is optional) of at most 240 characters. What a guest can cause goes through
 * pr_guest().
 */
#ifndef HV_PRINTK_H
#define HV_PRINTK_H

#include <hv/compiler.h>
#include <hv/kconfig.h>
#include <hv/types.h>

void printk(const char *fmt, ...) __printf(1, 2);

/* err: something asked for cannot be had; warn: it can, but not as asked. Name cause and remedy. */
#define pr_err(fmt, ...)  printk("error: " fmt, ##__VA_ARGS__)
#define pr_warn(fmt, ...) printk("warning: " fmt, ##__VA_ARGS__)
#define pr_info(fmt, ...) printk(fmt, ##__VA_ARGS__)
#define pr_debug(fmt, ...)                                                                         \
	do {                                                                                       \
		if (IS_ENABLED(CONFIG_DEBUG)) {                                                    \
			printk("debug: " fmt, ##__VA_ARGS__);                                      \
		}                                                                                  \
	} while (0)

/*
 * A line that a guest can cause at will, on behalf of the domain that this CPU runs. Dropped when
 * that domain, or all together, have used up their allowance; the number dropped is told with the
 * next one.
 */
void printk_guest(const char *fmt, ...) __printf(1, 2);
#define pr_guest(fmt, ...) printk_guest(fmt, ##__VA_ARGS__)

/* Boot: how to find the id of the domain that this CPU runs, for the allowances of pr_guest(). */
void printk_set_domain_id(domid_t (*current_id)(void));

/* Token bucket: at most burst events at once, one more every period_ns. */
struct ratelimit {
	u64 last; /* ns: time up to which tokens have been credited */
	u32 tokens;
	u32 dropped;
};

/* May the event happen now? The caller serialises. A zeroed ratelimit begins full. */
bool ratelimit_allow(struct ratelimit *limit, u64 now, u32 burst, u64 period_ns);

#endif
