/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes and single-access helpers.
 *
 * READ_ONCE/WRITE_ONCE are for words shared between CPUs without a lock; anything that carries an
 * ordering uses the C11-style builtins load_acquire/store_release, and each use names its partner.
 */
#ifndef HV_COMPILER_H
#define HV_COMPILER_H

#define __packed       __attribute__((packed))
#define __aligned(n)   __attribute__((aligned(n)))
#define __printf(f, a) __attribute__((format(printf, f, a)))
#define __noreturn     __attribute__((noreturn))
#define __used	       __attribute__((used))
#define __unused       __attribute__((unused))
#define __section(s)   __attribute__((section(s)))
#define __must_check   __attribute__((warn_unused_result))
#define __cold	       __attribute__((cold, noinline))
#define __noinline     __attribute__((noinline))
/*
 * What only boot needs: code, constants with pointers to it, and variables, zero at first. Their
 * pages are unmapped and given to domains when boot is over; the linker refuses what is left and
 * refers to them (bulkhead.lds.S).
 */
#define __init	    __section(".init.text") __attribute__((cold))
#define __initconst __section(".init.rodata")
#define __initdata  __section(".bss.init")
/* Written during boot only; zero at first, or with a value. */
#define __sealed       __section(".bss.sealed")
#define __sealed_value __section(".data.sealed")

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define READ_ONCE(x)	       (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)       (*(volatile __typeof__(x) *)&(x) = (v))
#define load_acquire(p)	       __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store_release(p, v)    __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define atomic_fetch_add(p, v) __atomic_fetch_add((p), (v), __ATOMIC_ACQ_REL)
#define atomic_fetch_sub(p, v) __atomic_fetch_sub((p), (v), __ATOMIC_ACQ_REL)
#define atomic_fetch_or(p, v)  __atomic_fetch_or((p), (v), __ATOMIC_ACQ_REL)
#define atomic_fetch_and(p, v) __atomic_fetch_and((p), (v), __ATOMIC_ACQ_REL)
#define barrier()	       __asm__ volatile("" ::: "memory")

#endif
