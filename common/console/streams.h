/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept consoles as the two files see them: dom_console.c keeps, show.c shows on the machine's
 * console what boot-time domains write. Nobody else includes this.
 */
#ifndef CONSOLE_STREAMS_H
#define CONSOLE_STREAMS_H

#include <hv/dom_console.h>
#include <hv/spinlock.h>
#include <hv/timer.h>
#include <hv/types.h>

struct stream {
	mfn_t keep; /* first frame of the ring, or INVALID_FRAME */
	u64 end;    /* bytes written so far */
	u64 shown;  /* of them, on the machine's console */
	u64 due;    /* of them, to be shown without waiting for the end of a line */
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
char *dom_console_map_kept(const struct stream *s, u64 at, u64 *n);

/* The timer's handler; there is more to show (lock held); there will be no more. */
void dom_console_show(struct timer *timer);
void dom_console_show_soon(struct domain *d, const struct stream *s, bool is_line);
void dom_console_show_end(struct dom_console *c);

#endif
