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

/* Name of the socket of @domid's monitor. Returns a socket: listening, or connected. -errno. */
int monitor_listen(uint32_t domid);
int monitor_connect(uint32_t domid);

/*
 * Asks the monitor of @domid to write @value to @path of its store.
 * 0; -ENOTCONN the guest has not used its store (it would not notice); -ENOENT no monitor.
 */
int monitor_store_write(uint32_t domid, const char *path, const char *value);

#endif
