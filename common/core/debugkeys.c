/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of debug keys, one row per printable character, filled at boot and read afterwards: no
 * lock. 'h' lists the table itself.
 */
#include <hv/budget.h>
#include <hv/ctype.h>
#include <hv/debugkeys.h>
#include <hv/errno.h>
#include <hv/compiler.h>
#include <hv/printk.h>

#define FIRST_KEY ' '
#define NR_KEYS	  ('~' - ' ' + 1)

static struct {
	void (*handler)(char key);
	const char *help;
} keys[NR_KEYS] __sealed;

static void print_help(char key __unused)
{
	printk("keys of the hypervisor (Ctrl-a three times: input back to Dom0):");
	for (unsigned int i = 0; i < NR_KEYS; i++) {
		if (keys[i].handler) {
			printk("  %c  %s", (char)(FIRST_KEY + i), keys[i].help);
		}
	}
}

void debugkeys_register(char key, void (*handler)(char key), const char *help)
{
	unsigned int i = (unsigned int)(key - FIRST_KEY);

	if (!ctype_is_print(key) || keys[i].handler) {
		return;
	}
	keys[i].handler = handler;
	keys[i].help = help;
}

int debugkeys_press(char key)
{
	int rc = 0;

	if (key == 'h') {
		print_help(key);
	} else if (ctype_is_print(key) && keys[key - FIRST_KEY].handler) {
		keys[key - FIRST_KEY].handler(key);
	} else {
		printk("no such key; 'h' lists them");
		rc = -ENOENT;
	}
	budget_forget();
	return rc;
}
