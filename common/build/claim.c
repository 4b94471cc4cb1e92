/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Machine memory at a given address, taken for static memory or a shared region, or given back. It
 * must be RAM and free; who has it instead is told. Boot only, no lock.
 */
#include "describe.h"

#include <hv/format.h>
#include <hv/frame.h>
#include <hv/refusals.h>

static __init unsigned int block_order(u64 base, u64 bytes)
{
	u64 fit = 63 - (u64)__builtin_clzl(bytes >> PAGE_SHIFT);

	fit = base ? MIN(fit, (u64)__builtin_ctzl(base >> PAGE_SHIFT)) : fit;
	return (unsigned int)MIN(fit, (u64)ORDER_1G);
}

__init void build_unclaim(u64 base, u64 bytes)
{
	for (u64 n; bytes; base += n, bytes -= n) {
		n = PAGE_SIZE << block_order(base, bytes);
		frame_free_dirty(pa_to_mfn(pa(base)), block_order(base, bytes));
	}
}

/* What the first frame is that is not free, for the message. */
static __init const char *what_is_at(domid_t id, u64 at, u64 end)
{
	static __initdata char text[DOMAIN_NAME_MAX + 24];
	domid_t owner;

	while (at + PAGE_SIZE < end && frame_is_ram(pa_to_mfn(pa(at))) &&
	       !frame_refs(pa_to_mfn(pa(at)))) {
		at += PAGE_SIZE;
	}
	owner = frame_owner(pa_to_mfn(pa(at)));
	if (owner - 1U < BUILD_MAX && builds[owner - 1]) {
		format(text, sizeof(text), owner == id ? "another range of %s" : "the memory of %s",
		       builds[owner - 1]->name);
		return text;
	}
	return owner == HV_DOMID_HYP ? "shared memory" : "a module or the hypervisor's memory";
}

__init bool build_claim_bad(struct build *b, u64 base, u64 bytes, domid_t owner)
{
	bool is_shm = owner == HV_DOMID_HYP;
	const char *name = is_shm ? BUILD_SHM_PLACE : "xen,static-mem", *what;
	u64 at = base, end = base + bytes;

	if (build_bad(b, !build_is_ram(base, bytes), name,
		      is_shm ? REFUSAL_SHM_RAM : REFUSAL_STATIC_RAM, base, end)) {
		return true;
	}
	while (at < end) {
		unsigned int order = block_order(at, end - at);
		mfn_t first = pa_to_mfn(pa(at)), stop = mfn(first.v + BIT(order));

		if (!mfn_is_valid_value(frame_alloc_range(order, owner, first, stop))) {
			what = what_is_at(b->id, at, end);
			build_unclaim(base, at - base);
			return build_bad(b, true, name,
					 is_shm ? REFUSAL_SHM_HOST : REFUSAL_STATIC_OVERLAP, base,
					 end, what);
		}
		at += PAGE_SIZE << order;
	}
	return false;
}
