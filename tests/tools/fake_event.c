/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels and foreign memory of the fake hypervisor (fake_xen.c). An
 * event-channel descriptor simply becomes readable every 50 ms; a domain's store
 * page is the page of the state file that begins at DOMID * 4096.
 */
#define _GNU_SOURCE
#include "hyp.h"

#include <fcntl.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <xenevtchn.h>
#include <xenforeignmemory.h>

#define PORT 5
#define PAGE 4096

/* ---- libxenevtchn ---- */

xenevtchn_handle *xenevtchn_open(struct xentoollog_logger *logger, unsigned int flags)
{
	struct itimerspec t = { .it_interval.tv_nsec = 50000000, .it_value.tv_nsec = 50000000 };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

	(void)logger, (void)flags;
	timerfd_settime(fd, 0, &t, NULL);
	return (xenevtchn_handle *)(uintptr_t)(fd + 1);
}

int xenevtchn_close(xenevtchn_handle *h)
{
	return close((int)(uintptr_t)h - 1);
}

int xenevtchn_fd(xenevtchn_handle *h)
{
	return (int)(uintptr_t)h - 1;
}

xenevtchn_port_or_error_t xenevtchn_bind_unbound_port(xenevtchn_handle *h, uint32_t domid)
{
	(void)h, (void)domid;
	return PORT;
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *h, uint32_t domid,
						     evtchn_port_t port)
{
	(void)h, (void)domid, (void)port;
	return PORT + 1;
}

/* Each tick stands for the store's port, whose owner then looks at everything. */
xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *h)
{
	uint64_t ticks;

	return read(xenevtchn_fd(h), &ticks, sizeof(ticks)) == sizeof(ticks) ? PORT + 1 : -1;
}

int xenevtchn_unmask(xenevtchn_handle *h, evtchn_port_t port)
{
	(void)h, (void)port;
	return 0;
}

int xenevtchn_notify(xenevtchn_handle *h, evtchn_port_t port)
{
	(void)h, (void)port;
	return 0;
}

int xenevtchn_unbind(xenevtchn_handle *h, evtchn_port_t port)
{
	(void)h, (void)port;
	return 0;
}

/* ---- libxenforeignmemory ---- */

xenforeignmemory_handle *xenforeignmemory_open(struct xentoollog_logger *logger, unsigned int flags)
{
	int fd = open(getenv("BH_FAKE_STATE"), O_RDWR);

	(void)logger, (void)flags;
	return fd < 0 ? NULL : (xenforeignmemory_handle *)(uintptr_t)(fd + 1);
}

int xenforeignmemory_close(xenforeignmemory_handle *h)
{
	return close((int)(uintptr_t)h - 1);
}

void *xenforeignmemory_map(xenforeignmemory_handle *h, uint32_t id, int prot, size_t pages,
			   const xen_pfn_t *arr, int *err)
{
	(void)arr;
	err[0] = 0;
	return mmap(NULL, pages * PAGE, prot, MAP_SHARED, (int)(uintptr_t)h - 1, (off_t)id * PAGE);
}

int xenforeignmemory_unmap(xenforeignmemory_handle *h, void *addr, size_t pages)
{
	(void)h;
	return munmap(addr, pages * PAGE);
}

/* There is no xenstored to be told of a grant table. */
xenforeignmemory_resource_handle *xenforeignmemory_map_resource(
	xenforeignmemory_handle *h, domid_t domid, unsigned int type, unsigned int id,
	unsigned long frame, unsigned long nr, void **at, int prot, int flags)
{
	(void)h, (void)domid, (void)type, (void)id, (void)frame, (void)nr, (void)at, (void)prot;
	(void)flags;
	errno = EOPNOTSUPP;
	return NULL;
}

int xenforeignmemory_unmap_resource(xenforeignmemory_handle *h,
				    xenforeignmemory_resource_handle *res)
{
	(void)h, (void)res;
	return 0;
}
