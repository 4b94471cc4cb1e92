/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug keys: a letter that makes the hypervisor print something about itself. From its console or
 * the toolstack (XEN_SYSCTL_debug_keys). Handlers are registered at boot and run with no lock held.
 */
#ifndef HV_DEBUGKEYS_H
#define HV_DEBUGKEYS_H

#include <hv/errno.h>
#include <hv/types.h>

#ifdef CONFIG_DEBUG_KEYS
/* Boot: help is one line. A key that is taken keeps its first handler. */
void debugkeys_register(char key, void (*handler)(char key), const char *help);

/* Run the handler of a key; -ENOENT (and a line on the console) when there is none. */
int debugkeys_press(char key);
#else
static inline void debugkeys_register(char key, void (*handler)(char key), const char *help)
{
	(void)key;
	(void)handler;
	(void)help;
}

static inline int debugkeys_press(char key)
{
	(void)key;
	return -EOPNOTSUPP;
}
#endif

#endif
