/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Atomic updates of words that a guest can write at the same time.
 *
 * A guest that hammers the cache line could keep an LL/SC loop of EL2 spinning for ever, so there
 * is none: CPUs with LSE (Arm ARM, FEAT_LSE) do it in one instruction, others try a bounded number
 * of times and then give up, on which the caller stops the guest whose memory it is. Full barrier
 * semantics.
 */
#ifndef ASM_GUEST_ATOMIC_H
#define ASM_GUEST_ATOMIC_H

#include <hv/compiler.h>
#include <hv/types.h>

#define GUEST_ATOMIC_TRIES 256

#ifdef HV_HOST_TEST

static inline bool __must_check guest_atomic_or(u64 *word, u64 bits, u64 *old)
{
	*old = __atomic_fetch_or(word, bits, __ATOMIC_SEQ_CST);
	return true;
}

static inline bool __must_check guest_atomic_clear(u64 *word, u64 bits, u64 *old)
{
	*old = __atomic_fetch_and(word, ~bits, __ATOMIC_SEQ_CST);
	return true;
}

static inline bool __must_check guest_atomic_cmpxchg(u32 *word, u32 *expected, u32 desired)
{
	return __atomic_compare_exchange_n(word, expected, desired, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

#else

static inline bool guest_atomic_has_lse(void)
{
	u64 isar0;

	__asm__("mrs %0, id_aa64isar0_el1" : "=r"(isar0));
	return (isar0 >> 20 & 0xf) >= 2;
}

/* *old = *word; *word |= bits. False: not done, too much contention. */
static inline bool __must_check guest_atomic_or(u64 *word, u64 bits, u64 *old)
{
	u64 next;
	u32 fail = 1;

	if (guest_atomic_has_lse()) {
		__asm__ volatile(".arch_extension lse\n\tldsetal %2, %0, %1\n\tdmb ish"
				 : "=&r"(*old), "+Q"(*word)
				 : "r"(bits)
				 : "memory");
		return true;
	}
	for (int i = 0; i < GUEST_ATOMIC_TRIES && fail != 0; i++) {
		__asm__ volatile("ldaxr %0, %3\n\torr %1, %0, %4\n\tstlxr %w2, %1, %3\n\tdmb ish"
				 : "=&r"(*old), "=&r"(next), "=&r"(fail), "+Q"(*word)
				 : "r"(bits)
				 : "memory");
	}
	return fail == 0;
}

/* *old = *word; *word &= ~bits. False: not done. */
static inline bool __must_check guest_atomic_clear(u64 *word, u64 bits, u64 *old)
{
	u64 next;
	u32 fail = 1;

	if (guest_atomic_has_lse()) {
		__asm__ volatile(".arch_extension lse\n\tldclral %2, %0, %1\n\tdmb ish"
				 : "=&r"(*old), "+Q"(*word)
				 : "r"(bits)
				 : "memory");
		return true;
	}
	for (int i = 0; i < GUEST_ATOMIC_TRIES && fail != 0; i++) {
		__asm__ volatile("ldaxr %0, %3\n\tbic %1, %0, %4\n\tstlxr %w2, %1, %3\n\tdmb ish"
				 : "=&r"(*old), "=&r"(next), "=&r"(fail), "+Q"(*word)
				 : "r"(bits)
				 : "memory");
	}
	return fail == 0;
}

/* Store desired if *word is *expected; otherwise, or after a lost race, false with *expected =
 * *word. */
static inline bool __must_check guest_atomic_cmpxchg(u32 *word, u32 *expected, u32 desired)
{
	u32 seen, fail = 1;

	__asm__ volatile(
		"ldaxr %w0, %2\n\tcmp %w0, %w3\n\tb.ne 1f\n\tstlxr %w1, %w4, %2\n1:\tdmb ish"
		: "=&r"(seen), "+&r"(fail), "+Q"(*word)
		: "r"(*expected), "r"(desired)
		: "memory", "cc");
	*expected = seen;
	return fail == 0;
}

#endif
#endif
