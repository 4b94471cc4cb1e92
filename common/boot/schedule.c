/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arinc653 schedule in a pool's node of the boot device tree: bulkhead,major-frame-us, and one
 * child node per window:
 *
 *	window@300 {
 *		reg = <300 200>;                  begins, us from the start of the frame; length, us
 *		bulkhead,domain = "autopilot";    or bulkhead,uuid = "…"; or bulkhead,domid = <0>;
 *		bulkhead,vcpu = <0>;              default 0
 *	};
 *
 * In any order; between them the CPU idles. A name or UUID may be that of a domain to come. All
 * windows are checked before the first is put into the schedule. Boot only, no lock.
 */
#include "pools.h"

#include <hv/compiler.h>
#include <hv/domain.h>
#include <hv/ctype.h>
#include <hv/errno.h>
#include <hv/refusals.h>
#include <hv/string.h>

#define MAJOR_MAX_US 10000000UL
#define DOMID_END    0x7ff0U /* Xen's reserved ones begin */

struct boot_window {
	const char *node, *domain; /* domain: NULL: uuid or id */
	u64 start, us;
	u8 uuid[16];
	bool has_uuid;
	u16 id, vcpu;
};

/* By start. */
static __initdata struct boot_window windows[SCHED_WINDOWS_MAX];
static __initdata u32 nr_windows;

/* A property of one cell; -ENOENT, or -EINVAL when it is something else. */
static __init int read_cell(int node, const char *name, u32 *value)
{
	int bytes;
	const void *cell = devtree_property(node, name, &bytes);

	if (!cell || bytes != 4) {
		return cell ? -EINVAL : -ENOENT;
	}
	*value = (u32)devtree_cells(cell, 1);
	return 0;
}

/* 8-4-4-4-12 digits. */
static __init bool is_uuid(const char *text, u8 uuid[16])
{
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-') {
			return false;
		}
		high = ctype_digit(text[0]);
		low = high < 16 ? ctype_digit(text[1]) : 16;
		if (low >= 16) {
			return false;
		}
		uuid[i] = (u8)(high << 4 | low);
		text += 2;
	}
	return *text == '\0';
}

/* Whose it is: one of three properties. */
static __init bool is_owner_bad(struct boot_window *w, int node)
{
	bool has_name = devtree_has(node, "bulkhead,domain");
	const char *name = devtree_string(node, "bulkhead,domain");
	const char *uuid = devtree_string(node, "bulkhead,uuid");
	size_t length = name ? strlen(name) : 0;
	u32 id = 0, nr;
	int err = read_cell(node, "bulkhead,domid", &id);

	w->has_uuid = devtree_has(node, "bulkhead,uuid");
	nr = (has_name ? 1U : 0U) + (w->has_uuid ? 1U : 0U) + (err != -ENOENT ? 1U : 0U);
	w->domain = length && strcmp(name, "Domain-0") == 0 ? NULL : name; /* NULL: id 0 */
	w->id = (u16)id;
	return pools_bad(w->node, nr != 1,
			 "has %u of bulkhead,domain, bulkhead,uuid and bulkhead,domid", nr) ||
	       pools_bad(w->node, has_name && (length == 0 || length >= SCHED_OWNER_NAME),
			 "bulkhead,domain is no name of 1 to %u characters",
			 SCHED_OWNER_NAME - 1) ||
	       pools_bad(w->node, w->has_uuid && !(uuid && is_uuid(uuid, w->uuid)),
			 "bulkhead,uuid has not the form 8-4-4-4-12") ||
	       pools_bad(w->node, err == -EINVAL || id >= DOMID_END,
			 "bulkhead,domid %u is no id below %u", id, DOMID_END);
}

static __init bool is_place_bad(struct boot_window *w, int node, u64 major)
{
	int bytes;
	const u32 *reg = devtree_property(node, "reg", &bytes);

	if (pools_bad(w->node, bytes != 8,
		      "reg has %d bytes, not two cells: start and length in us", bytes)) {
		return true;
	}
	w->start = devtree_cells(reg, 1);
	w->us = devtree_cells(reg + 1, 1);
	return pools_bad(w->node, w->us == 0, REFUSAL_WINDOW_EMPTY, w->start) ||
	       pools_bad(w->node, w->start + w->us > major, REFUSAL_WINDOW_BEHIND, w->start + w->us,
			 major);
}

static __init bool is_window_bad(int node, u64 major)
{
	struct boot_window w = { .node = devtree_name(node) };
	u32 vcpu = 0, at = nr_windows;
	int err = read_cell(node, "bulkhead,vcpu", &vcpu);

	if (pools_bad(w.node, nr_windows == SCHED_WINDOWS_MAX, REFUSAL_WINDOW_MANY,
		      (u64)SCHED_WINDOWS_MAX) ||
	    pools_bad(w.node, strncmp(w.node, "window", 6) != 0,
		      "is no window, the name does not begin so") ||
	    is_place_bad(&w, node, major) || is_owner_bad(&w, node) ||
	    pools_bad(w.node, err == -EINVAL || vcpu >= DOMAIN_VCPUS_MAX,
		      "bulkhead,vcpu %u is no vCPU below %u", vcpu, DOMAIN_VCPUS_MAX)) {
		return true;
	}
	w.vcpu = (u16)vcpu;
	for (; at > 0 && windows[at - 1].start > w.start; at--) {
		windows[at] = windows[at - 1];
	}
	windows[at] = w;
	nr_windows++;
	return false;
}

static __init bool are_windows_bad(int node, u64 major)
{
	int child;

	devtree_for_each_child(child, node) {
		if (is_window_bad(child, major)) {
			return true;
		}
	}
	for (u32 i = 1; i < nr_windows; i++) {
		u64 end = windows[i - 1].start + windows[i - 1].us;

		if (pools_bad(windows[i].node, windows[i].start < end, REFUSAL_WINDOW_OVERLAP,
			      windows[i].start)) {
			return true;
		}
	}
	return pools_bad(MAJOR_FRAME, nr_windows == 0, REFUSAL_WINDOW_NONE);
}

/* Into the schedule, behind a gap of so many us. */
static __init bool is_put_bad(struct sched_schedule *schedule, const struct boot_window *w,
			      u64 idle)
{
	struct sched_window *to = &schedule->windows[schedule->nr_windows];

	if (pools_bad(w->node, schedule->nr_windows + (idle != 0) >= SCHED_WINDOWS_MAX,
		      REFUSAL_WINDOW_MANY, (u64)SCHED_WINDOWS_MAX)) {
		return true;
	}
	if (idle) {
		*to++ = (struct sched_window){ .domain = SCHED_NOBODY, .ns = idle * NSEC_PER_USEC };
		schedule->nr_windows++;
	}
	*to = (struct sched_window){ .domain = w->id,
				     .vcpu = w->vcpu,
				     .ns = w->us * NSEC_PER_USEC };
	schedule->nr_windows++;
	return pools_bad(w->node,
			 (w->domain || w->has_uuid) &&
				 sched_owner_add(w->domain, w->uuid, &to->domain),
			 REFUSAL_WINDOW_OWNERS, (u64)SCHED_OWNERS_MAX);
}

__init bool schedule_bad(int node, struct sched_schedule *schedule)
{
	u32 major = 0;
	u64 end = 0;
	bool is_bad;
	int err = read_cell(node, MAJOR_FRAME, &major);

	nr_windows = 0;
	memset(schedule, 0, sizeof(*schedule));
	if (err == -ENOENT && devtree_child(node) < 0) {
		return false;
	}
	is_bad = pools_bad(MAJOR_FRAME, err == -ENOENT, REFUSAL_MISSING) ||
		 pools_bad(MAJOR_FRAME, err, REFUSAL_TYPE, "a number") ||
		 pools_bad(MAJOR_FRAME, major == 0 || major > MAJOR_MAX_US, REFUSAL_RANGE,
			   (u64)major, 1UL, MAJOR_MAX_US) ||
		 are_windows_bad(node, major);
	for (u32 i = 0; i < nr_windows && !is_bad; i++) {
		is_bad = is_put_bad(schedule, &windows[i], windows[i].start - end);
		end = windows[i].start + windows[i].us;
	}
	schedule->major_frame_ns = major * NSEC_PER_USEC;
	return is_bad;
}
