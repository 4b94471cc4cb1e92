/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access to device registers. The mapping is Device-nGnRE, so accesses to one device keep their
 * order; whoever needs order against memory adds the barrier.
 *
 * Each write is followed by a compiler barrier: GCC 12 moves other stores out of a loop and then
 * repeats the last volatile store behind it.
 */
#ifndef HV_MMIO_H
#define HV_MMIO_H

#include <hv/compiler.h>
#include <hv/types.h>

static inline u8 mmio_read8(const volatile void *addr)
{
	return *(const volatile u8 *)addr;
}

static inline u32 mmio_read32(const volatile void *addr)
{
	return *(const volatile u32 *)addr;
}

static inline u64 mmio_read64(const volatile void *addr)
{
	return *(const volatile u64 *)addr;
}

static inline void mmio_write8(volatile void *addr, u8 value)
{
	*(volatile u8 *)addr = value;
	barrier();
}

static inline void mmio_write32(volatile void *addr, u32 value)
{
	*(volatile u32 *)addr = value;
	barrier();
}

static inline void mmio_write64(volatile void *addr, u64 value)
{
	*(volatile u64 *)addr = value;
	barrier();
}

#endif
