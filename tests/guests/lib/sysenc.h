/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System registers by encoding: stubs of generated code that read or write one, and the list of
 * those whose write would change the writing guest's own world.
 */
#ifndef GUEST_SYSENC_H
#define GUEST_SYSENC_H

#include "lib.h"

#define SYSENC(op0, op1, crn, crm, op2)                                                            \
	((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

struct sysenc_stub {
	uint32_t read[2], write[2]; /* mrs or msr with x0, then ret */
};

void sysenc_generate(struct sysenc_stub *stub, uint32_t enc);
void sysenc_sync(const void *code, uint64_t len); /* make generated code executable */
/* Runs a stub with and into *value; false = it trapped (trap_arm() first). Leaves interrupts
 * masked. */
bool sysenc_run(const uint32_t *stub, uint64_t *value);
const char *sysenc_why_not_write(uint32_t enc); /* NULL = may be written with anything */
unsigned int sysenc_reasons(unsigned int i,
			    const char **why); /* row i; returns the number of rows */

#endif
