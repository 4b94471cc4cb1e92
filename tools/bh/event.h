/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for the hypervisor: a local event-channel port that it makes pending.
 */
#ifndef BH_EVENT_H
#define BH_EVENT_H

#include <stdint.h>

struct xenevtchn_handle;

struct event {
	struct xenevtchn_handle *handle;
	int fd;	  /* readable when something is pending */
	int port; /* a port that the hypervisor may signal */
};

/* Opens the driver and allocates a port. Explains itself. Returns enum bh_exit. */
int event_open(struct event *e);
/* Takes one pending port and re-enables it. Returns the port, or -errno (-EAGAIN: none). */
int event_take(struct event *e);
/* Binds a port of this process to @remote_port of @domid. Returns the local port or -errno. */
int event_bind(struct event *e, uint32_t domid, uint32_t remote_port);
int event_notify(struct event *e, int port);
void event_unbind(struct event *e, int port);
void event_close(struct event *e);

#endif
