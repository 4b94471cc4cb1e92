/* SPDX-License-Identifier: MIT */
/*
 * The few types on which every header of the guest interface stands.
 *
 * All structures of this folder are the AArch64 layout: little endian, natural alignment, 64-bit
 * frame numbers. Fields use plain fixed-width integers: a domain id is a uint16_t, an event
 * channel port, a grant reference and a grant handle are uint32_t, a frame number is a uint64_t.
 *
 * A guest handle is a virtual address of the caller's address space, valid under the translation
 * in force when the hypercall is made. GUEST_HANDLE(t) names the type of what it points to for
 * the reader only; the compiler sees 64 bits and nothing that could be dereferenced by accident.
 *
 * Nothing here collides with the names of the headers in Debian's libxen-dev: a tool may include
 * those together with <public/types.h> and <public/bulkhead.h> (but no other file of this folder).
 */
#ifndef PUBLIC_TYPES_H
#define PUBLIC_TYPES_H

#include <stddef.h>
#include <stdint.h>

struct guest_handle {
	uint64_t va;
} __attribute__((aligned(8)));

#define GUEST_HANDLE(type) struct guest_handle

/* For user space: make a handle of a pointer. */
#define GUEST_HANDLE_OF(ptr) ((struct guest_handle){ .va = (uint64_t)(uintptr_t)(ptr) })

_Static_assert(sizeof(struct guest_handle) == 8, "a handle is 64 bits wide");

#endif
