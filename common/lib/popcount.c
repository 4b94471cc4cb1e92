/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the compiler calls for __builtin_popcountl(): the number of bits in a word, by halves. No
 * table, and not the population-count instruction, which belongs to the FP unit. No state, no
 * locks.
 */
#include <hv/types.h>

int __popcountdi2(long value);
int __popcountdi2(long value)
{
	u64 w = (u64)value;

	w -= w >> 1 & 0x5555555555555555UL;
	w = (w & 0x3333333333333333UL) + (w >> 2 & 0x3333333333333333UL);
	w = (w + (w >> 4)) & 0x0F0F0F0F0F0F0F0FUL;
	return (int)(w * 0x0101010101010101UL >> 56);
}
