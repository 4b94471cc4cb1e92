/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watching a domain's consoles for the text that means a crash. The monitor
 * calls crash_look() about once a second: the port that tells about new output
 * belongs to whoever has the console open.
 */
#include <string.h>

#include "crash.h"

#define CRASH_BUF 16384

void crash_start(struct crash *c, uint32_t domid, const char *text)
{
	memset(c, 0, sizeof(*c));
	c->buf = text[0] && strlen(text) < sizeof(c->text) ? hyp_buf(CRASH_BUF) : NULL;
	if (!c->buf) {
		return;
	}
	strcpy(c->text, text);
	c->reader[0] = (struct hyp_reader){ .domid = domid, .which = BULKHEAD_CONSOLE_pv };
	c->reader[1] = (struct hyp_reader){ .domid = domid, .which = BULKHEAD_CONSOLE_vuart };
}

bool crash_look(struct crash *c)
{
	bool found = false;

	for (int i = 0; c->text[0] && i < 2 && !found; i++) {
		long n;

		do {
			n = hyp_con_read(&c->reader[i], c->buf, CRASH_BUF);
			found = n > 0 && text_find(c->text, c->tail[i], c->buf, (size_t)n);
		} while (n == CRASH_BUF && !found);
	}
	return found;
}

void crash_stop(struct crash *c)
{
	hyp_buf_free(c->buf);
	memset(c, 0, sizeof(*c));
}
