/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time: nanoseconds since boot from the free-running counter and back, without division.
 *
 * Both directions multiply by a fixed-point factor into 128 bits: ns = ticks * ns_per_tick / 2^52
 * and ticks = ns * ticks_per_ns / 2^60. Both factors are rounded up (by less than one part in 2^50:
 * 10 ns after 4 months), so that the time at the counter value of a deadline is never before the
 * deadline. Results that do not fit are the largest number. Written once at boot, read by
 * everybody.
 */
#include <hv/arch.h>
#include <hv/compiler.h>
#include <hv/errno.h>
#include <hv/timer.h>

#define NS_SHIFT      52
#define TICKS_SHIFT   60
#define FREQUENCY_MIN 1000000UL
#define FREQUENCY_MAX 4000000000UL

static u64 origin __sealed; /* value of the counter at time 0 */
static u64 ns_per_tick __sealed;
static u64 ticks_per_ns __sealed;

static u64 multiply_shift(u64 a, u64 b, unsigned int shift)
{
	unsigned __int128 result = (unsigned __int128)a * b >> shift;

	return result >> 64 ? ~0UL : (u64)result;
}

/* a * 2^shift / b rounded up, for a and b below 2^32 and a shift of 32 to 64, in two steps. */
static __init u64 ratio(u64 a, u64 b, unsigned int shift)
{
	u64 quotient = (a << 32) / b, rest = (a << 32) % b << (shift - 32);

	return (quotient << (shift - 32)) + DIV_ROUND_UP(rest, b);
}

__init int time_init(u64 frequency_hz)
{
	if (frequency_hz < FREQUENCY_MIN || frequency_hz > FREQUENCY_MAX) {
		return -EINVAL;
	}
	ns_per_tick = ratio(NSEC_PER_SEC, frequency_hz, NS_SHIFT);
	ticks_per_ns = ratio(frequency_hz, NSEC_PER_SEC, TICKS_SHIFT);
	origin = arch_counter();
	return 0;
}

u64 time_from_ticks(u64 ticks)
{
	return multiply_shift(ticks, ns_per_tick, NS_SHIFT);
}

u64 time_to_ticks(u64 ns)
{
	u64 ticks = multiply_shift(ns, ticks_per_ns, TICKS_SHIFT);

	return time_from_ticks(ticks) < ns && ticks != ~0UL ? ticks + 1 : ticks;
}

u64 time_now(void)
{
	return multiply_shift(arch_counter() - origin, ns_per_tick, NS_SHIFT);
}

u64 time_of_counter(u64 counter)
{
	return counter > origin ? time_from_ticks(counter - origin) : 0;
}

u64 time_to_counter(u64 ns)
{
	u64 ticks = time_to_ticks(ns);

	return ticks < ~0UL - origin ? origin + ticks : ~0UL;
}
