/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Basic types of the hypervisor.
 *
 * Kinds of address are one-member structs, so that the compiler refuses to mix them: a guest frame
 * is not a machine frame, and an intermediate physical address is not a physical one. Frames are
 * numbers of 4 KiB pages. Fixed-width integers have short names because they stand in almost every
 * line of this code base.
 */
#ifndef HV_TYPES_H
#define HV_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#define ORDER_2M   9
#define ORDER_1G   18

/* Kinds of address. */
typedef struct {
	u64 v;
} pa_t; /* physical address, bytes */
typedef struct {
	u64 v;
} ipa_t; /* a guest's intermediate physical address, bytes */
typedef struct {
	u64 v;
} mfn_t; /* machine frame number */
typedef struct {
	u64 v;
} gfn_t; /* guest frame number */

#define INVALID_FRAME (~0UL)

static inline pa_t pa(u64 v)
{
	return (pa_t){ v };
}

static inline ipa_t ipa(u64 v)
{
	return (ipa_t){ v };
}

static inline mfn_t mfn(u64 v)
{
	return (mfn_t){ v };
}

static inline gfn_t gfn(u64 v)
{
	return (gfn_t){ v };
}

static inline mfn_t pa_to_mfn(pa_t a)
{
	return (mfn_t){ a.v >> PAGE_SHIFT };
}

static inline pa_t mfn_to_pa(mfn_t f)
{
	return (pa_t){ f.v << PAGE_SHIFT };
}

static inline gfn_t ipa_to_gfn(ipa_t a)
{
	return (gfn_t){ a.v >> PAGE_SHIFT };
}

static inline ipa_t gfn_to_ipa(gfn_t f)
{
	return (ipa_t){ f.v << PAGE_SHIFT };
}

static inline bool mfn_is_valid_value(mfn_t f)
{
	return f.v != INVALID_FRAME;
}

/* Domain identifiers; the special ones have the values of Xen's ABI. */
typedef u16 domid_t;
#define HV_DOMID_FIRST_RESERVED 0x7FF0U
#define HV_DOMID_SELF		0x7FF0U
#define HV_DOMID_IO		0x7FF1U
#define HV_DOMID_HYP		0x7FF2U /* frames and ports of the hypervisor itself (DOMID_XEN) */
#define HV_DOMID_NONE		0x7FF4U /* no domain (DOMID_INVALID) */
#define HV_DOMID_IDLE		0x7FFFU

#define KIB(n) ((n) * 1024UL)
#define MIB(n) ((n) * 1024UL * 1024UL)
#define GIB(n) ((n) * 1024UL * 1024UL * 1024UL)

#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)			((a) < (b) ? (a) : (b))
#define MAX(a, b)			((a) > (b) ? (a) : (b))
#define ALIGN_UP(x, a)			(((x) + (a) - 1) & ~((a) - 1))
#define ALIGN_DOWN(x, a)		((x) & ~((a) - 1))
#define IS_ALIGNED(x, a)		(((x) & ((a) - 1)) == 0)
#define DIV_ROUND_UP(n, d)		(((n) + (d) - 1) / (d))
#define BIT(n)				(1UL << (n))
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

#endif
