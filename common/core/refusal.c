/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line for each thing of the boot device tree that cannot be had (hv/refusal.h). Boot only, no
 * lock.
 */
#include <hv/format.h>
#include <hv/printk.h>
#include <hv/refusal.h>

#define REASON_MAX 200U

__init bool refusal(const char *sentence, const char *who, const char *property, const char *fmt,
		    ...)
{
	char reason[REASON_MAX];
	va_list args;

	va_start(args, fmt);
	format_va(reason, sizeof(reason), fmt, args);
	va_end(args);
	printk(sentence, who, property, reason);
	return true;
}
