/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two files of the guest `pv` share. domu.c speaks with Debian's copy of Xen's public
 * headers (libxen-dev), whose names the library's xen.h has too; so pv.c has the library, and each
 * sees of the other what is here.
 */
#ifndef PV_H
#define PV_H

#include <stdbool.h>
#include <stdint.h>

#define NR_WINDOWS 5 /* pages of this guest's own address space without memory of its own */

enum window {
	CODE,
	PARAM,
	GRANTS,
	HOLE,
	MAPPED
};

/* A hypercall ready to be made. */
struct pv_call {
	uint64_t nr, arg[3];
};

extern uint8_t pv_window[NR_WINDOWS][4096], pv_own[4096];

/* pv.c: makes a call; its result. */
long pv_make(const struct pv_call *call);
/* pv.c: what the domain runs; self-contained, at most a page, begins at this address. */
void pv_echo(const volatile uint64_t *param);

/* domu.c: this guest makes room for what it maps. */
bool pv_open_windows(void);
/* domu.c: windows into a new domain of a few pages, which grants and echoes; false: not all. */
bool pv_create(void);
/* domu.c: the port that the domain echoes on. Makes the domain run. */
uint32_t pv_start(void);
bool pv_destroy(void);
/* domu.c: all windows emptied but the one of a grant; the domain is no more; free pages. */
bool pv_close_windows(void);
bool pv_is_gone(void);
uint64_t pv_free_pages(void);
/* domu.c: the calls to be measured, and how each element of theirs ended: 0 is success. */
struct pv_call pv_send(uint32_t port), pv_map(void), pv_unmap(void), pv_copy(void);
struct pv_call pv_foreign(void), pv_remove(void);
int pv_status(void);

#endif
