/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linger: in Dom0's place, makes and destroys a domain of many vCPUs, whose structures EL2 frees
 * piece by piece, one at each exit, and then does nothing that exits: the work goes on all the
 * same, since deferred work waits no longer for an exit than 1 ms. On one CPU, with -icount.
 */
#include "lib.h"

#define CREATE	      1u
#define DESTROY	      2u
#define MAX_VCPUS     15u
#define NR_VCPUS      32u
#define LINGER_MS     200u
#define HEAP_PAGES_AT 9 /* word of the answer of get_info: heap_free_pages */

const char guest_name[] = "linger";

static uint64_t arg[64];

static uint64_t heap_pages(void)
{
	arg[0] = 1 | 0ull << 32; /* get_info */
	check_eq(xen_call(XEN_BULKHEAD_OP, (uint64_t)arg, 0, 0, 0), 0, "get_info");
	return arg[HEAP_PAGES_AT];
}

static long domctl(uint32_t cmd)
{
	arg[0] = cmd | 0x17ull << 32;
	return xen_call(XEN_DOMCTL, (uint64_t)arg, 0, 0, 0);
}

static void create(void)
{
	uint32_t *w = (uint32_t *)&arg[2];

	for (unsigned int i = 0; i < ARRAY_SIZE(arg); i++) {
		arg[i] = 0;
	}
	w[5] = 3; /* hvm, hap */
	w[7] = NR_VCPUS;
	w[8] = 1023;
	w[9] = 1;
	w[10] = 1;
	w[11] = 1;
	w[16] = 32;
	check_eq(domctl(CREATE), 0, "createdomain");
	arg[2] = NR_VCPUS;
	check_eq(domctl(MAX_VCPUS), 0, "max_vcpus");
}

void guest_main(void)
{
	uint64_t before = heap_pages(), end;
	uint16_t domid;
	long result;

	create();
	domid = (uint16_t)arg[1];
	check(heap_pages() + NR_VCPUS < before, "its vCPUs take memory");
	arg[1] = domid;
	irq_off();
	result = domctl(DESTROY);
	for (end = ticks() + tick_hz() / 1000 * LINGER_MS; ticks() < end;) {}
	check_eq(result, 0, "destroydomain");
	check_eq(heap_pages(), before, "all of it is free again");
}
