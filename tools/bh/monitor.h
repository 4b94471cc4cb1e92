/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talking to the monitor of a domain: the small background process that bh
 * create leaves behind, which carries out the on_* actions and answers the
 * domain's store.
 */
#ifndef BH_MONITOR_H
#define BH_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

/* Name of the socket of @domid's monitor. Returns a socket: listening, or connected. -errno. */
int monitor_listen(uint32_t domid);
int monitor_connect(uint32_t domid);

/* Takes one request from a listening socket and carries it out on @store (NULL = none). */
void monitor_answer(int sock, struct store *store);

/*
 * Writes @value to @path of the store of @domid: itself in the shared one, where a driver of the
 * guest sets @feature (NULL = none does), else by its monitor.
 * 0; -ENOTCONN the guest has no driver that would notice; -ENOENT no monitor.
 */
int monitor_store_write(uint32_t domid, const char *feature, const char *path, const char *value);

#endif
