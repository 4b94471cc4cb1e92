/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated devices of a domain: a short list of regions, filled while the domain is built and
 * constant when it runs, so that look-ups need no lock. The region hit last stands nowhere: with at
 * most eight regions and the distributor first, a search is as cheap as a cache.
 */
#include <hv/domain.h>
#include <hv/errno.h>

#define ACCESS_BYTES_MAX 8U

bool mmio_overlaps(const struct domain *d, u64 start, u64 bytes)
{
	const struct arch_domain *a = &d->arch;

	for (u32 i = 0; i < a->nr_mmio; i++) {
		if (start < a->mmio[i].start + a->mmio[i].bytes &&
		    a->mmio[i].start < start + bytes) {
			return true;
		}
	}
	return false;
}

int mmio_register(struct domain *d, const struct mmio_region *region)
{
	struct arch_domain *a = &d->arch;

	if (region->bytes < ACCESS_BYTES_MAX || region->start + region->bytes < region->start) {
		return -EINVAL;
	}
	if (mmio_overlaps(d, region->start, region->bytes)) {
		return -EEXIST;
	}
	if (a->nr_mmio == MMIO_REGIONS_MAX) {
		return -ENOSPC;
	}
	a->mmio[a->nr_mmio++] = *region;
	return 0;
}

bool mmio_dispatch(struct vcpu *v, u64 ipa, struct mmio_access *access)
{
	const struct mmio_region *region = v->domain->arch.mmio;
	u64 bytes = access->bytes;

	/*
	 * All of it must be inside, and no region is smaller than an access. The one without a
	 * handler is all zeros, and for this comparison nothing is outside of it, since
	 * addresses have 52 bits at most.
	 */
	while (ipa - region->start > region->bytes - bytes) {
		region++;
	}
	if (unlikely(region->handler == NULL)) {
		return false;
	}
	access->offset = ipa - region->start;
	return region->handler(v, access, region->arg);
}
