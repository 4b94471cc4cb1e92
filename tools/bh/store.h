/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of one domain, served by its monitor: enough of the xenstore
 * protocol (io/xs_wire.h) for a guest's shutdown, reboot and vCPU hotplug
 * drivers. Domains with paravirtual devices need xenstored instead.
 */
#ifndef BH_STORE_H
#define BH_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

struct store;

/*
 * Connects to the ring of @domid, whose name and vCPUs are written into the tree. NULL when the
 * ring is not there. @ev must outlive the store.
 */
struct store *store_open(struct event *ev, uint32_t domid, const char *name, uint32_t vcpus,
			 uint32_t maxvcpus);
/* The local port that tells that the ring has changed. */
int store_port(const struct store *s);
/* Answers what the domain has asked. */
void store_serve(struct store *s);
/* Writes a value and tells the domain. 0; -ENOTCONN when it watches nothing there; -errno. */
int store_write(struct store *s, const char *path, const char *value);
void store_close(struct store *s);

#endif
