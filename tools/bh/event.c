/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels of this process, over libxenevtchn (/dev/xen/evtchn). The
 * driver masks a port when it delivers it; event_take() unmasks it before its
 * caller looks at the cause, so that nothing is missed in between.
 */
#include "hyp.h"

#include <errno.h>
#include <string.h>
#include <fcntl.h>

#include <xenevtchn.h>

#include "err.h"
#include "event.h"

int event_open(struct event *e)
{
	e->port = -1;
	e->handle = xenevtchn_open(hyp_quiet(), 0);
	if (!e->handle) {
		return err_say(BH_NOHV,
			       "cannot open /dev/xen/evtchn: %s\nload the driver: modprobe "
			       "xen-evtchn",
			       strerror(errno));
	}
	e->fd = xenevtchn_fd(e->handle);
	fcntl(e->fd, F_SETFL, fcntl(e->fd, F_GETFL) | O_NONBLOCK);
	e->port = xenevtchn_bind_unbound_port(e->handle, DOMID_SELF);
	if (e->port < 0) {
		err_sys(errno, "cannot get an event channel\nclose other consoles");
		event_close(e);
		return BH_FAILED;
	}
	return BH_OK;
}

int event_take(struct event *e)
{
	int port = xenevtchn_pending(e->handle);

	if (port < 0) {
		return -errno;
	}
	xenevtchn_unmask(e->handle, (evtchn_port_t)port);
	return port;
}

int event_bind(struct event *e, uint32_t domid, uint32_t remote_port)
{
	int port = xenevtchn_bind_interdomain(e->handle, domid, remote_port);

	return port < 0 ? -errno : port;
}

int event_notify(struct event *e, int port)
{
	return xenevtchn_notify(e->handle, (evtchn_port_t)port) < 0 ? -errno : 0;
}

void event_unbind(struct event *e, int port)
{
	xenevtchn_unbind(e->handle, (evtchn_port_t)port);
}

void event_close(struct event *e)
{
	if (e->handle) {
		xenevtchn_close(e->handle);
		e->handle = NULL;
	}
}
