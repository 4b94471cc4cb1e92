/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schedule of a pool with arinc653, set and read by sysctl. The interface names a domain by its
 * UUID, the scheduler by its id; a window whose UUID is all ones belongs to nobody. Run under the
 * control lock, which also protects the two buffers: a schedule is too large for the stack.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/string.h>
#include <public/sysctl.h>

#include "sysctl_pool.h"

static struct xen_sysctl_arinc653_schedule table;
static struct sched_schedule schedule;

int sysctl_put_schedule(u32 pool, u64 from)
{
	int err = 0;

	if (guest_copy_from(&table, from, sizeof(table)) != 0) {
		return -EFAULT;
	}
	if (table.num_sched_entries > MIN(SCHED_WINDOWS_MAX, ARINC653_MAX_DOMAINS_PER_SCHEDULE)) {
		return -EINVAL;
	}
	memset(&schedule, 0, sizeof(schedule));
	schedule.major_frame_ns = table.major_frame;
	schedule.nr_windows = table.num_sched_entries;
	for (u32 i = 0; i < schedule.nr_windows && err == 0; i++) {
		struct sched_window *w = &schedule.windows[i];
		u32 vcpu = table.sched_entries[i].vcpu_id;

		err = vcpu < DOMAIN_VCPUS_MAX
			      ? domain_find_uuid(table.sched_entries[i].dom_handle, &w->domain)
			      : -EINVAL;
		w->vcpu = (u16)vcpu;
		w->ns = table.sched_entries[i].runtime;
	}
	return err != 0 ? err : sched_schedule_set(pool, &schedule);
}

int sysctl_get_schedule(u32 pool, u64 to)
{
	int err = sched_schedule_get(pool, &schedule);

	if (err != 0) {
		return err;
	}
	memset(&table, 0, sizeof(table));
	table.major_frame = schedule.major_frame_ns;
	table.num_sched_entries = (u8)schedule.nr_windows;
	for (u32 i = 0; i < schedule.nr_windows; i++) {
		const struct sched_window *w = &schedule.windows[i];
		struct domain *d = domain_get(w->domain);
		u8 *uuid = table.sched_entries[i].dom_handle;

		memset(uuid, 0xff, sizeof(d->uuid));
		if (d != NULL) {
			memcpy(uuid, d->uuid, sizeof(d->uuid));
			domain_put(d);
		}
		table.sched_entries[i].vcpu_id = w->vcpu;
		table.sched_entries[i].runtime = w->ns;
	}
	return guest_copy_to(to, &table, sizeof(table)) != 0 ? -EFAULT : 0;
}
