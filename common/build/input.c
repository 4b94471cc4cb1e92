/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is typed on the machine's console while there is no Dom0: it goes to one domain, the first
 * unless a debug key (Ctrl-a three times, then a digit) has chosen another. No lock: a domain's
 * input has its own.
 */
#include "describe.h"

#include <hv/console.h>
#include <hv/debugkeys.h>
#include <hv/dom_console.h>
#include <hv/printk.h>

static domid_t target = 1;

static void choose(char key)
{
	target = (domid_t)(key - '0');
	printk("console: Dom0's input goes to domain %u", target);
}

static void input_arrived(void)
{
	struct domain *d = domain_get(target);
	char c;

	while (console_guest_read(&c, 1) != 0) {
		if (d) {
			dom_console_feed(d, d->vuart != NULL ? DOM_CONSOLE_VUART : DOM_CONSOLE_PV,
					 &c, 1);
		}
	}
	domain_put(d);
}

__init void build_own_console(void)
{
	console_set_input_notify(input_arrived);
	for (char key = '1'; key <= '9'; key++) {
		debugkeys_register(key, choose, "give the input to the domain with that number");
	}
}
