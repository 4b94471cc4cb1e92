/* SPDX-License-Identifier: MIT */
/*
 * The page of the paravirtual console (HVM_PARAM_CONSOLE_PFN): two rings of bytes.
 *
 * Used by: the guest's hvc driver on one side, xenconsoled or the hypervisor's console on the
 * other. Indices run freely and are taken modulo the size of the array; the writer of a ring moves
 * prod, the reader cons, each after the matching memory barrier, and then sends the event.
 * The other side is not trusted: prod - cons greater than the size means an empty ring.
 */
#ifndef PUBLIC_IO_CONSOLE_H
#define PUBLIC_IO_CONSOLE_H

#include <public/types.h>

#define MASK_XENCONS_IDX(idx, ring) ((idx) & (sizeof(ring) - 1))

struct xencons_interface {
	char in[1024];	/* to the guest */
	char out[2048]; /* from the guest */
	uint32_t in_cons, in_prod;
	uint32_t out_cons, out_prod;
};

_Static_assert(sizeof(struct xencons_interface) == 3088, "size of xencons_interface");
_Static_assert(offsetof(struct xencons_interface, out) == 1024, "offset of out");
_Static_assert(offsetof(struct xencons_interface, in_cons) == 3072, "offset of in_cons");
_Static_assert(offsetof(struct xencons_interface, out_prod) == 3084, "offset of out_prod");

#endif
