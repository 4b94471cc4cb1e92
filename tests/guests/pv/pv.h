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

/* domu.c: windows into a new domain of a few pages, which grants and echoes; false: not all. */
bool pv_create(void);
/* domu.c: the port that the domain echoes on. Makes the domain run. */
uint32_t pv_start(void);
bool pv_destroy(void);
/* domu.c: the calls to be measured, and how each element of theirs ended: 0 is success. */
struct pv_call pv_send(uint32_t port), pv_map(void), pv_unmap(void), pv_copy(void);
struct pv_call pv_foreign(void), pv_remove(void);
int pv_status(void);

#endif
