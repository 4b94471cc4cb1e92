/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays of bits in 64-bit words, bit 0 lowest. No locking: the owner of the words brings it.
 * Positions are below the length that the caller knows; the functions do not check it.
 */
#ifndef HV_BITMAP_H
#define HV_BITMAP_H

#include <hv/types.h>

#define BITMAP_WORDS(bits) (((bits) + 63) / 64)

static inline bool bitmap_test(const u64 *map, size_t bit)
{
	return map[bit / 64] >> (bit % 64) & 1;
}

static inline void bitmap_set(u64 *map, size_t bit)
{
	map[bit / 64] |= BIT(bit % 64);
}

static inline void bitmap_clear(u64 *map, size_t bit)
{
	map[bit / 64] &= ~BIT(bit % 64);
}

/* Lowest set (clear) bit at or after from, below bits; bits when there is none. */
size_t bitmap_next_set(const u64 *map, size_t bits, size_t from);
size_t bitmap_next_clear(const u64 *map, size_t bits, size_t from);
/* Number of set bits below bits. */
size_t bitmap_weight(const u64 *map, size_t bits);

#endif
