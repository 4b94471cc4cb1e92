/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searching and counting in bitmaps, a word at a time. No state, no locks. Bits of the last word at
 * or beyond the length may have any value.
 */
#include <hv/bitmap.h>

/* First bit at or after from whose value, xored with invert, is 1. */
static size_t find(const u64 *map, size_t bits, size_t from, u64 invert)
{
	while (from < bits) {
		u64 word = (map[from / 64] ^ invert) >> (from % 64);

		if (word) {
			size_t found = from + (size_t)__builtin_ctzl(word);

			return MIN(found, bits);
		}
		from = ALIGN_DOWN(from, 64UL) + 64;
	}
	return bits;
}

size_t bitmap_next_set(const u64 *map, size_t bits, size_t from)
{
	return find(map, bits, from, 0);
}

size_t bitmap_next_clear(const u64 *map, size_t bits, size_t from)
{
	return find(map, bits, from, ~0UL);
}

/* Bits in a word, by halves: no table, no population-count instruction outside the FP unit. */
int __popcountdi2(long value); /* what the compiler calls for __builtin_popcountl() */
int __popcountdi2(long value)
{
	u64 w = (u64)value;

	w -= w >> 1 & 0x5555555555555555UL;
	w = (w & 0x3333333333333333UL) + (w >> 2 & 0x3333333333333333UL);
	w = (w + (w >> 4)) & 0x0F0F0F0F0F0F0F0FUL;
	return (int)(w * 0x0101010101010101UL >> 56);
}

size_t bitmap_weight(const u64 *map, size_t bits)
{
	size_t sum = 0;

	for (size_t i = 0; i < bits / 64; i++) {
		sum += (size_t)__builtin_popcountl(map[i]);
	}
	if (bits % 64) {
		sum += (size_t)__builtin_popcountl(map[bits / 64] & (BIT(bits % 64) - 1));
	}
	return sum;
}
