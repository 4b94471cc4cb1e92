/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide: what a decision of the scheduler costs with 2 to 256 vCPUs that want to run. The
 * scheduler's own sources are linked into this guest (world.c), compiled as for the hypervisor, and
 * it runs on the bare machine: `run -m bare -i decide`. One line per case, `decide POLICY NR min
 * mean max` in ticks, which are instructions under -icount. null has at most as many vCPUs as a
 * pool has CPUs, 64. Option: count= decisions per case (default 2000).
 */
#include "lib.h"
#include "world.h"

const char guest_name[] = "decide";

#define WINDOWS 64 /* of a frame of arinc653 */

uint64_t counter(void)
{
	return sysreg_read(cntvct_el0);
}

void broken(const char *what)
{
	check(false, "%s", what);
	finish();
}

static void measure(const char *policy, unsigned int nr, uint64_t less)
{
	uint64_t count = opt_u64("count", 2000), min = UINT64_MAX, max = 0, sum = 0, t;

	if (!world_setup(policy, nr)) {
		broken(policy);
	}
	for (unsigned int i = 0; i < 2 * nr; i++) {
		world_decide();
	}
	for (uint64_t i = 0; i < count; i++) {
		t = world_decide() - less;
		sum += t;
		min = t < min ? t : min;
		max = t > max ? t : max;
	}
	check(world_nr_served() == (nr < WINDOWS || policy[0] != 'a' ? nr : WINDOWS),
	      "%s: whose turn it is, runs", policy);
	printf("decide %s %u %lu %lu %lu\n", policy, nr, min, sum / count, max);
	world_clear();
}

void guest_main(void)
{
	static const unsigned int numbers[] = { 2, 8, 32, 64, 128, 256 };
	static const char *const policies[] = { "credit", "rtds", "arinc653", "null" };
	uint64_t less = UINT64_MAX;

	for (unsigned int i = 0; i < 8; i++) {
		uint64_t begin = counter(), t = counter() - begin;

		less = t < less ? t : less;
	}
	for (unsigned int p = 0; p < ARRAY_SIZE(policies); p++) {
		for (unsigned int n = 0; n < ARRAY_SIZE(numbers); n++) {
			if (p < 3 || numbers[n] <= 64) {
				measure(policies[p], numbers[n], less);
			}
		}
	}
	check(true, "every case measured");
}
