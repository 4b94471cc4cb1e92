/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PV console of a domain as a terminal of Dom0, whose name stands in the
 * shared store: there "xl console" and libvirt look for it.
 */
#ifndef BH_TTY_H
#define BH_TTY_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct tty;

/* NULL: there is no terminal to be had, or no memory. */
struct tty *tty_open(uint32_t domid);
/* What to wait for. */
struct pollfd tty_poll(const struct tty *t);
/* Moves what can be moved, in both directions. */
void tty_serve(struct tty *t);
void tty_close(struct tty *t);

/*
 * The other end: connects this terminal to a console of another toolstack, until Ctrl-] or the
 * console's end. Returns enum bh_exit.
 */
int tty_attach(uint32_t domid, const char *path);

#endif
