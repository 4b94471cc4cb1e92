/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Noticing that a guest has crashed although it has not told the hypervisor:
 * Linux on Arm only prints "Kernel panic" and then stands still.
 */
#ifndef BH_CRASH_H
#define BH_CRASH_H

#include <stdbool.h>
#include <stdint.h>

#include "hyp.h"
#include "text.h"

#define CRASH_LINUX "Kernel panic - not syncing"

struct crash {
	char text[TEXT_FIND_MAX];    /* "" = not looking */
	struct hyp_reader reader[2]; /* PV console, virtual UART */
	char tail[2][TEXT_FIND_MAX]; /* what came last, for a text that arrives in pieces */
	char *buf;
};

/* Begins to look for @text in what domain @domid writes from now on or is kept. */
void crash_start(struct crash *c, uint32_t domid, const char *text);
/* Looks at what is new. true = the text is there. */
bool crash_look(struct crash *c);
void crash_stop(struct crash *c);

#endif
