/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consoles of a domain, kept by the hypervisor: 64 KiB of output per stream, input, and a listener.
 *
 * The kept output is a ring of 16 contiguous frames that belong to the hypervisor, taken with the
 * first byte and reached through the window. The paravirtual ring page is the guest's own memory:
 * its indices are read once and not believed (a distance beyond the size counts as empty), and the
 * frame is held by a reference. Output is taken out whenever the guest sends its event, and before
 * somebody reads. What is shown on the machine's console meanwhile is in show.c.
 *
 * Lock: dom_console.lock (LOCK_RANK_DOM_CONSOLE); events are raised after it is given back.
 */
#include <hv/dom_console.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/window.h>
#include <public/io/console.h>

#include "streams.h"

#define KEEP_ORDER 4
#define PIECE	   512U /* bytes out of the guest's ring between two preemption points */

_Static_assert(DOM_CONSOLE_KEEP == PAGE_SIZE << KEEP_ORDER, "the ring is one block of frames");

char *dom_console_map_kept(const struct stream *s, u64 at, u64 *n)
{
	u64 offset = at % PAGE_SIZE;

	*n = MIN(*n, PAGE_SIZE - offset);
	return (char *)window_map(mfn(s->keep.v + (at % DOM_CONSOLE_KEEP >> PAGE_SHIFT))) + offset;
}

int dom_console_init(struct domain *d)
{
	struct dom_console *c = heap_alloc(sizeof(*c));

	if (c == NULL) {
		return -ENOMEM;
	}
	spin_lock_init(&c->lock, LOCK_RANK_DOM_CONSOLE);
	c->ring = mfn(INVALID_FRAME);
	c->domain = d;
	timer_init(&c->show, IF_ENABLED(CONFIG_BOOT_DOMAINS, dom_console_show));
	for (u32 i = 0; i < NR_DOM_CONSOLES; i++) {
		c->stream[i].keep = mfn(INVALID_FRAME);
	}
	d->console = c;
	return 0;
}

/* Serve another page, which comes with a reference, or none. A dying domain gets no new one. */
static void set_ring(struct domain *d, mfn_t frame, u32 port)
{
	struct dom_console *c = d->console;
	mfn_t old = frame;

	spin_lock(&c->lock);
	if (port == 0 || !READ_ONCE(d->is_dying)) {
		old = c->ring;
		c->ring = frame;
		c->port = port;
	}
	spin_unlock(&c->lock);
	if (mfn_is_valid_value(old)) {
		frame_put(old);
	}
}

void dom_console_unbind(struct domain *d)
{
	set_ring(d, mfn(INVALID_FRAME), 0);
}

int dom_console_release(struct domain *d)
{
	struct dom_console *c = d->console;

	if (IS_ENABLED(CONFIG_BOOT_DOMAINS)) {
		dom_console_show_end(c);
	}
	dom_console_unbind(d);
	for (u32 i = 0; i < NR_DOM_CONSOLES; i++) {
		mfn_t keep;

		spin_lock(&c->lock);
		keep = c->stream[i].keep;
		c->stream[i] = (struct stream){ .keep = mfn(INVALID_FRAME) };
		spin_unlock(&c->lock);
		if (mfn_is_valid_value(keep)) {
			frame_put_block(keep, KEEP_ORDER);
			return -ERESTART;
		}
	}
	return 0;
}

void dom_console_free(struct domain *d)
{
	heap_free(d->vuart);
	heap_free(d->console);
}

/* Append to the kept output; lock held. text may be a window. */
static void keep_locked(struct domain *d, struct stream *s, const char *text, u32 len)
{
	bool is_dirty, is_line;

	d->sched.throttle.logged += len;
	if (!mfn_is_valid_value(s->keep) && !READ_ONCE(d->is_dying)) {
		/* Nobody reads what has not been written: no time for scrubbing. */
		s->keep = frame_alloc_dirty(KEEP_ORDER, HV_DOMID_HYP, &is_dirty);
	}
	if (!mfn_is_valid_value(s->keep)) {
		return;
	}
	is_line = len != 0 && text[len - 1] == '\n';
	while (len != 0) {
		u64 n = len;
		char *kept = dom_console_map_kept(s, s->end, &n);

		memcpy(kept, text, n);
		window_unmap(kept);
		s->end += n;
		text += n;
		len -= (u32)n;
	}
	s->due = is_line ? s->end : s->due;
	if (IS_ENABLED(CONFIG_BOOT_DOMAINS)) {
		dom_console_show_soon(d, s, is_line);
	}
}

/* Tell the listener that there is news, once until it looks. No lock held. */
static void tell(struct domain *d, enum dom_console_stream which)
{
	struct stream *s = &d->console->stream[which];
	struct domain *listener;
	domid_t id;
	u32 port;

	spin_lock(&d->console->lock);
	id = s->listener;
	port = s->is_told ? 0 : s->port;
	s->is_told = true;
	spin_unlock(&d->console->lock);
	listener = port != 0 ? domain_get(id) : NULL;
	if (listener != NULL && evtchn_is_unbound(listener, port, id)) {
		evtchn_raise(listener, port);
	} else if (port != 0) {
		dom_console_attach(d, which, id, 0);
	}
	domain_put(listener);
}

void dom_console_put(struct domain *d, enum dom_console_stream which, const char *text, u32 len)
{
	spin_lock(&d->console->lock);
	keep_locked(d, &d->console->stream[which], text, len);
	spin_unlock(&d->console->lock);
	tell(d, which);
}

/* Moves up to max bytes from the guest's output ring to the kept output; returns how many. */
static u32 drain(struct domain *d, u32 max)
{
	struct dom_console *c = d->console;
	struct stream *s = &c->stream[DOM_CONSOLE_PV];
	struct xencons_interface *ring;
	u32 cons, nr = 0, at, first;

	spin_lock(&c->lock);
	if (mfn_is_valid_value(c->ring)) {
		ring = window_map(c->ring);
		cons = READ_ONCE(ring->out_cons);
		/* Pairs with the guest's barrier before prod. */
		nr = load_acquire(&ring->out_prod) - cons;
		nr = nr > sizeof(ring->out) ? 0 : MIN(nr, max);
		at = MASK_XENCONS_IDX(cons, ring->out);
		first = (u32)MIN((size_t)nr, sizeof(ring->out) - at);
		keep_locked(d, s, ring->out + at, first);
		keep_locked(d, s, ring->out, nr - first);
		store_release(&ring->out_cons, cons + nr);
		window_unmap(ring);
	}
	spin_unlock(&c->lock);
	return nr;
}

int dom_console_service(struct domain *d)
{
	if (drain(d, PIECE) != 0) {
		evtchn_raise(d, READ_ONCE(d->console->port));
		return -ERESTART;
	}
	/* All is taken out. Without output the guest has taken input: there is room. */
	tell(d, DOM_CONSOLE_PV);
	return 0;
}

u32 dom_console_get(struct domain *d, enum dom_console_stream which, struct dom_console_span *span,
		    char *buf, u32 len)
{
	struct stream *s = &d->console->stream[which];
	u64 oldest, at;
	u32 nr = 0;

	drain(d, DOM_CONSOLE_KEEP);
	spin_lock(&d->console->lock);
	s->is_told = false;
	oldest = s->end > DOM_CONSOLE_KEEP ? s->end - DOM_CONSOLE_KEEP : 0;
	at = MIN(span->offset, s->end);
	span->dropped = at < oldest ? oldest - at : 0;
	at = MAX(at, oldest);
	while (nr < len && at < s->end) {
		u64 n = MIN((u64)len - nr, s->end - at);
		char *kept = dom_console_map_kept(s, at, &n);

		memcpy(buf + nr, kept, n);
		window_unmap(kept);
		nr += (u32)n;
		at += n;
	}
	span->offset = at;
	span->end = s->end;
	spin_unlock(&d->console->lock);
	return nr;
}

/* Put input into the guest's ring; lock held. */
static u32 feed_ring_locked(struct dom_console *c, const char *buf, u32 len)
{
	struct xencons_interface *ring;
	u32 prod, used, nr, at, first;

	if (!mfn_is_valid_value(c->ring)) {
		return 0;
	}
	ring = window_map(c->ring);
	prod = READ_ONCE(ring->in_prod);
	used = prod - load_acquire(&ring->in_cons);
	nr = used > sizeof(ring->in) ? 0 : (u32)MIN((size_t)len, sizeof(ring->in) - used);
	at = MASK_XENCONS_IDX(prod, ring->in);
	first = (u32)MIN((size_t)nr, sizeof(ring->in) - at);
	memcpy(ring->in + at, buf, first);
	memcpy(ring->in, buf + first, nr - first);
	store_release(&ring->in_prod, prod + nr); /* pairs with the guest's barrier after prod */
	window_unmap(ring);
	return nr;
}

u32 dom_console_feed(struct domain *d, enum dom_console_stream which, const char *buf, u32 len)
{
	struct dom_console *c = d->console;
	u32 nr;

	spin_lock(&c->lock);
	c->stream[which].is_told = false;
	nr = which == DOM_CONSOLE_PV ? feed_ring_locked(c, buf, len) : 0;
	spin_unlock(&c->lock);
	if (which == DOM_CONSOLE_VUART) {
		return vuart_feed(d, buf, len);
	}
	if (nr != 0) {
		evtchn_raise(d, READ_ONCE(c->port));
	}
	return nr;
}

void dom_console_attach(struct domain *d, enum dom_console_stream which, domid_t listener, u32 port)
{
	struct stream *s = &d->console->stream[which];

	spin_lock(&d->console->lock);
	/* A port of 0 detaches its own domain's listener only. */
	if (port != 0 || s->listener == listener) {
		s->listener = listener;
		s->port = port;
		s->is_told = false;
	}
	spin_unlock(&d->console->lock);
}

int dom_console_bind(struct domain *d, gfn_t ring, u32 port)
{
	mfn_t frame;
	int err = 0;

	if (evtchn_is_hypervisor(d, port)) {
		err = s2_get_frame(d, ring, true, &frame);
		if (err == 0) {
			set_ring(d, frame, port);
		}
	}
	return err;
}

/* What a domain has written last is kept with the rest. */
static void on_change(struct domain *d, bool is_end)
{
	if (is_end && drain(d, DOM_CONSOLE_KEEP) != 0) {
		tell(d, DOM_CONSOLE_PV);
	}
}

DOMAIN_LISTENER dom_console_listener = { .changed = on_change };
