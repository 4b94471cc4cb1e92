/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refusals of what the boot device tree asks for, one line each. The reasons, which bh-image gives
 * with the same words, are in hv/refusals.h. Boot only, no lock.
 */
#ifndef HV_REFUSAL_H
#define HV_REFUSAL_H

#include <hv/compiler.h>
#include <hv/types.h>

/* The sentence around a domain's name, the property to blame, and the reason. */
#define REFUSAL_DOMAIN "error: domain %s is not built: %s: %s"

/* Say so, in the sentence with three %s. Returns true. */
bool refusal(const char *sentence, const char *who, const char *property, const char *fmt, ...)
	__printf(4, 5);

#endif
