/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console of a domain on this terminal.
 */
#ifndef BH_CONSOLE_H
#define BH_CONSOLE_H

#include <stdint.h>

#define CONSOLE_AUTO UINT32_MAX

/* Picks the stream that is in use when @which is CONSOLE_AUTO. */
uint32_t console_pick(uint32_t domid, uint32_t which);
/*
 * Shows the kept output of @domid, then connects the terminal to it until Ctrl-] is typed or the
 * domain ends. Returns enum bh_exit.
 */
int console_run(uint32_t domid, uint32_t which);
/* Writes the kept output to the file @fd. 0 or -errno. */
int console_dump(uint32_t domid, uint32_t which, int fd);
/* Types @text, waiting for room a moment. 0, -ETIMEDOUT or -errno. */
int console_type(uint32_t domid, uint32_t which, const char *text);

#endif
