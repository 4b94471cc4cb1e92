/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Until Dom0 runs, the machine's console shows what boot-time domains write, in steps: lines at
 * once; the rest of one, and what the port could not take, after a while.
 *
 * Lock: dom_console.lock (LOCK_RANK_DOM_CONSOLE).
 */
#include <hv/console.h>
#include <hv/domain.h>
#include <hv/string.h>
#include <hv/window.h>

#include "streams.h"

#define SHOW_STEP 8U /* bytes for the machine's console in a step */
#define SHOW_WAIT (20 * NSEC_PER_MSEC)

/* Whose line on the machine's console has not ended: the others wait. NULL: nobody's. */
static struct dom_console *shower;

/* Of a domain's, the one for the machine's console: the UART, if there is one; NULL with Dom0. */
static struct stream *shown_stream(struct domain *d)
{
	u32 which = d->vuart != NULL ? DOM_CONSOLE_VUART : DOM_CONSOLE_PV;
	bool is_dom0s = hardware_domain != NULL && READ_ONCE(hardware_domain->is_created);

	return is_dom0s ? NULL : &d->console->stream[which];
}

void dom_console_show(struct timer *timer)
{
	struct dom_console *c = container_of(timer, struct dom_console, show), *nobody = NULL;
	struct stream *s = shown_stream(c->domain);
	u64 taken = 0;

	if (s == NULL) {
		return;
	}
	spin_lock(&c->lock);
	s->shown = MAX(s->shown, s->end - MIN(s->end, DOM_CONSOLE_KEEP));
	s->due = s->shown < s->due ? s->due : s->end;
	if (s->due != s->shown &&
	    (READ_ONCE(shower) == c ||
	     __atomic_compare_exchange_n(&shower, &nobody, c, false, __ATOMIC_RELAXED,
					 __ATOMIC_RELAXED))) {
		u64 n = MIN(s->due - s->shown, (u64)SHOW_STEP), eol = 0;
		char *text = dom_console_map_kept(s, s->shown, &n);

		while (eol < n && text[eol] != '\n') {
			eol++;
		}
		n = eol < n ? eol + 1 : n;
		taken = console_guest_write(c->domain->name, text, n);
		window_unmap(text);
		s->shown += taken;
		if (s->shown == s->due || (eol < n && taken == n)) {
			WRITE_ONCE(shower, NULL);
		}
	}
	if (s->shown < s->end && !READ_ONCE(c->domain->is_dying)) {
		timer_set(timer, time_now() + (taken != 0 && s->shown < s->due ? 0 : SHOW_WAIT));
	}
	spin_unlock(&c->lock);
}

void dom_console_show_soon(struct domain *d, const struct stream *s, bool is_line)
{
	if (s == shown_stream(d) && (is_line || !timer_is_armed(&d->console->show))) {
		timer_set(&d->console->show, time_now() + (is_line ? 0 : SHOW_WAIT));
	}
}

void dom_console_show_end(struct dom_console *c)
{
	timer_cancel(&c->show);
	if (READ_ONCE(shower) == c) {
		WRITE_ONCE(shower, NULL);
	}
}
