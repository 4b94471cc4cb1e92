/* SPDX-License-Identifier: Apache-2.0 */
/* hcfuzz: what the generator of random calls (hcfuzz.c) and that of plausible ones (aim.c) share.
 */
#ifndef HCFUZZ_H
#define HCFUZZ_H

#include "lib.h"

struct call {
	uint64_t nr, arg[4];
};

/*
 * Pages of each vCPU: 0 arguments, 1 hole where grants are mapped, 2 entries of multicalls, 3 its
 * frame of the domain's grant table, 4 hole for ever: a list of 2^31 entries must end at once, in a
 * fault.
 */
extern uint64_t *buffers[MAX_CPUS];
#define buffer	     buffers[cpu_id()]
#define BUFFER_WORDS 512
#define multi	     (buffer + 2 * BUFFER_WORDS)
#define grants	     (buffer + 3 * BUFFER_WORDS)

uint64_t interesting(
	void); /* a number that tends to matter: small, a pointer, a power of two, -1 */
uint64_t pointer(void);
void aim_setup(void);
void aim(struct call
		 *c); /* rewrite the arguments of a hypercall that exists so that they nearly fit */

#endif
