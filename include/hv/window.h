/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window: the only way from EL2 to memory that is not its own. Each CPU has a few 4 KiB slots
 * and one 2 MiB slot, seen by no other CPU; they nest like a stack and are empty between
 * hypercalls.
 */
#ifndef HV_WINDOW_H
#define HV_WINDOW_H

#include <hv/types.h>

/* Map one frame read/write, normal cacheable; at most 4 nested. Never fails. LIFO with unmap,
 * which takes any address in it. */
void *window_map(mfn_t frame);
void window_unmap(void *va); /* any address in it */

/* Map the 2 MiB block that holds frame; returns the address of the block's first byte. Not nested.
 */
void *window_map_block(mfn_t frame);
void window_unmap_block(void);

#endif
