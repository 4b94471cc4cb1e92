/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consoles of a domain, kept by the hypervisor: 64 KiB of output per stream, input, and a listener.
 *
 * The kept output is a ring of 16 contiguous frames that belong to the hypervisor, taken with the
 * first byte and reached through the window. The paravirtual ring page is the guest's own memory:
 * its indices are read once and not believed (a distance beyond the size counts as empty), and the
 * frame is held by a reference. Output is taken out whenever the guest sends its event, and before
 * somebody reads.
 *
 * Lock: dom_console.lock (LOCK_RANK_DOM_CONSOLE); events are raised after it is given back.
 */
#include <hv/console.h>
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

#define KEEP_ORDER 4
#define PIECE	   512U /* bytes out of the guest's ring between two preemption points */

_Static_assert(DOM_CONSOLE_KEEP == PAGE_SIZE << KEEP_ORDER, "the ring is one block of frames");

struct stream {
	mfn_t keep; /* first frame of the ring, or INVALID_FRAME */
	u64 end;    /* bytes written so far */
	u64 shown;  /* of them, on the machine's console */
	u32 port;   /* of the listener, 0 = none */
	domid_t listener;
	bool is_told; /* raised since the listener has looked last */
};

struct dom_console {
	struct spinlock lock;
	struct stream stream[NR_DOM_CONSOLES];
	struct timer show;
	struct domain *domain;
	mfn_t ring; /* page of the paravirtual ring, referenced, or INVALID_FRAME */
	u32 port;   /* the guest's, whose peer is the hypervisor */
};

/* Byte number at of what is kept, in a window; *n is cut to what lies in the same page. */
static char *map_kept(const struct stream *s, u64 at, u64 *n)
{
	u64 offset = at % PAGE_SIZE;

	*n = MIN(*n, PAGE_SIZE - offset);
	return (char *)window_map(mfn(s->keep.v + (at % DOM_CONSOLE_KEEP >> PAGE_SHIFT))) + offset;
}

/*
 * Until Dom0 runs, the machine's console shows a domain's first console, the UART: whole lines at
 * once, the rest of one, and what the port could not take, after a while. Lock held.
 */
static void show_locked(struct domain *d, bool is_late)
{
	struct dom_console *c = d->console;
	struct stream *s = &c->stream[d->vuart != NULL ? DOM_CONSOLE_VUART : DOM_CONSOLE_PV];
	bool is_dom0s = hardware_domain != NULL && READ_ONCE(hardware_domain->is_created);
	u64 taken = 1;

	s->shown = is_dom0s ? s->end : MAX(s->shown, s->end - MIN(s->end, DOM_CONSOLE_KEEP));
	while (s->shown < s->end && taken != 0) {
		u64 n = s->end - s->shown;
		char *text = map_kept(s, s->shown, &n), *eol = memchr(text, '\n', n);

		n = eol != NULL				 ? (u64)(eol - text) + 1
		    : s->shown + n == s->end && !is_late ? 0
							 : n;
		taken = console_guest_write(d->name, text, n);
		s->shown += taken;
		window_unmap(text);
	}
	if (s->shown < s->end && !READ_ONCE(d->is_dying) && !timer_is_armed(&c->show)) {
		timer_set(&c->show, time_now() + 20 * NSEC_PER_MSEC);
	}
}

static void show_later(struct timer *timer)
{
	struct dom_console *c = container_of(timer, struct dom_console, show);

	spin_lock(&c->lock);
	show_locked(c->domain, true);
	spin_unlock(&c->lock);
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
	timer_init(&c->show, show_later);
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
	vuart_free(d);
	heap_free(d->console);
}

/* Append to the kept output; lock held. text may be a window. */
static void keep_locked(struct domain *d, struct stream *s, const char *text, u32 len)
{
	bool is_dirty;

	d->sched.throttle.logged += len;
	if (!mfn_is_valid_value(s->keep) && !READ_ONCE(d->is_dying)) {
		/* Nobody reads what has not been written: no time for scrubbing. */
		s->keep = frame_alloc_dirty(KEEP_ORDER, HV_DOMID_HYP, &is_dirty);
	}
	if (!mfn_is_valid_value(s->keep)) {
		return;
	}
	while (len != 0) {
		u64 n = len;
		char *kept = map_kept(s, s->end, &n);

		memcpy(kept, text, n);
		window_unmap(kept);
		s->end += n;
		text += n;
		len -= (u32)n;
	}
	show_locked(d, false);
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
	if (port == 0) {
		return;
	}
	listener = domain_get(id);
	if (listener != NULL && evtchn_is_unbound(listener, port, id)) {
		evtchn_raise(listener, port);
	} else {
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

int dom_console_end(struct domain *d)
{
	if (drain(d, DOM_CONSOLE_KEEP) != 0) {
		tell(d, DOM_CONSOLE_PV);
	}
	return 0;
}

u32 dom_console_get(struct domain *d, enum dom_console_stream which, struct dom_console_span *span,
		    char *buf, u32 len)
{
	struct stream *s = &d->console->stream[which];
	u64 oldest, at;
	u32 nr = 0;

	if (which == DOM_CONSOLE_PV) {
		drain(d, DOM_CONSOLE_KEEP);
	}
	spin_lock(&d->console->lock);
	s->is_told = false;
	oldest = s->end > DOM_CONSOLE_KEEP ? s->end - DOM_CONSOLE_KEEP : 0;
	at = MIN(span->offset, s->end);
	span->dropped = at < oldest ? oldest - at : 0;
	at = MAX(at, oldest);
	while (nr < len && at < s->end) {
		u64 n = MIN((u64)len - nr, s->end - at);
		char *kept = map_kept(s, at, &n);

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
	u32 nr, port;

	spin_lock(&c->lock);
	c->stream[which].is_told = false;
	nr = which == DOM_CONSOLE_PV ? feed_ring_locked(c, buf, len) : 0;
	port = c->port;
	spin_unlock(&c->lock);
	if (which == DOM_CONSOLE_VUART) {
		return vuart_feed(d, buf, len);
	}
	if (nr != 0) {
		evtchn_raise(d, port);
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

/* Destruction has a step of its own for it. */
static void on_change(struct domain *d, bool is_end)
{
	if (is_end && !READ_ONCE(d->is_dying)) {
		dom_console_end(d);
	}
}

DOMAIN_LISTENER dom_console_listener = { .changed = on_change };
