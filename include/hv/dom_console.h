/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain's consoles as the hypervisor keeps them: per stream the last 64 KiB of output, so that
 * nothing is lost and no guest waits while nobody is attached, and a way in for input.
 *
 * Streams: the paravirtual console ring, when its event channel belongs to the hypervisor, with
 * console_io where allowed; and the virtual UART. Bytes have numbers from 0 on, which never wrap.
 * Call with no lock of rank LOCK_RANK_EVTCHN or above held.
 */
#ifndef HV_DOM_CONSOLE_H
#define HV_DOM_CONSOLE_H

#include <hv/errno.h>
#include <hv/types.h>

struct domain;

enum dom_console_stream {
	DOM_CONSOLE_PV, /* the values of BULKHEAD_CONSOLE_* */
	DOM_CONSOLE_VUART,
	NR_DOM_CONSOLES
};

#define DOM_CONSOLE_KEEP KIB(64)

struct dom_console_span {
	u64 offset;  /* in: first byte wanted; out: byte after the last one copied */
	u64 dropped; /* out: bytes no longer kept between the wanted and the first copied */
	u64 end;     /* out: bytes written so far */
};

#ifdef CONFIG_CONSOLE_KEEP
int dom_console_init(struct domain *d);
/*
 * Give back memory and detach, with the domain dying, in slices: -ERESTART until done;
 * dom_console_free frees the structure.
 */
int dom_console_release(struct domain *d);
void dom_console_free(struct domain *d);

/* Output of the domain. Bytes are dropped only when there is no memory for the first 64 KiB. */
void dom_console_put(struct domain *d, enum dom_console_stream which, const char *text, u32 len);
/* Copy kept output to buf; returns the number of bytes. */
u32 dom_console_get(struct domain *d, enum dom_console_stream which, struct dom_console_span *span,
		    char *buf, u32 len);
/* Input for the domain; returns how many bytes were taken. */
u32 dom_console_feed(struct domain *d, enum dom_console_stream which, const char *buf, u32 len);
/* Listener: port of the domain with that id becomes pending at news. port 0 detaches. */
void dom_console_attach(struct domain *d, enum dom_console_stream which, domid_t listener,
			u32 port);

/*
 * The ring page (guest frame) and the guest's port, as the toolstack has set them: when the port's
 * peer is the hypervisor, it serves the ring from now on. -EINVAL when the frame is not the
 * domain's memory.
 */
int dom_console_bind(struct domain *d, gfn_t ring, u32 port);
/* Serve it no longer and let go of the page. Kept output and listeners stay. */
void dom_console_unbind(struct domain *d);
/*
 * The guest has sent its event: take out what is in its output ring, then tell the listener, a step
 * per call. -ERESTART: not yet the last.
 */
int dom_console_service(struct domain *d);
#else
/* To the machine's console; what that has no room for is lost. */
void dom_console_put(struct domain *d, enum dom_console_stream which, const char *text, u32 len);

static inline int dom_console_init(struct domain *d)
{
	(void)d;
	return 0;
}

static inline int dom_console_release(struct domain *d)
{
	(void)d;
	return 0;
}

static inline void dom_console_free(struct domain *d)
{
	(void)d;
}

static inline int dom_console_bind(struct domain *d, gfn_t ring, u32 port)
{
	(void)d;
	(void)ring;
	(void)port;
	return 0;
}

static inline void dom_console_unbind(struct domain *d)
{
	(void)d;
}

static inline int dom_console_service(struct domain *d)
{
	(void)d;
	return 0;
}
#endif

#ifdef CONFIG_VUART
/* Offer the virtual SBSA UART at its fixed address; during construction, once. */
int vuart_init(struct domain *d);
/* Input for it; returns how many bytes were taken. */
u32 vuart_feed(struct domain *d, const char *buf, u32 len);
#else
static inline int vuart_init(struct domain *d)
{
	(void)d;
	return -EOPNOTSUPP;
}

static inline u32 vuart_feed(struct domain *d, const char *buf, u32 len)
{
	(void)d;
	(void)buf;
	(void)len;
	return 0;
}
#endif

#endif
