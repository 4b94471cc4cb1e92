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
#include <hv/errno.h>
#include <hv/format.h>
#include <hv/string.h>
#include <libfdt.h>

#define MAJOR_MAX_US 10000000U
#define UUID_TEXT    36U
#define DOMID_END    0x7ff0U /* Xen's reserved ones begin */

struct boot_window {
	const char *node, *domain; /* domain: NULL: uuid or id */
	u32 start, us;
	u8 uuid[16];
	bool has_uuid;
	u16 id, vcpu;
};

/* By start. */
static __initdata struct boot_window windows[SCHED_WINDOWS_MAX];
static __initdata u32 nr_windows;
static __initdata char *reason; /* POOLS_WHY_BYTES */

/* Say why, with a text and up to two numbers, and which window. */
static __init int bad(const struct boot_window *w, const char *what, u64 a, u64 b)
{
	size_t at = 0;

	if (w) {
		at = format(reason, POOLS_WHY_BYTES, "%.40s: ", w->node);
	}
	format(reason + at, POOLS_WHY_BYTES - at, what, (unsigned long)a, (unsigned long)b);
	return -EINVAL;
}

/* A property of one cell; -ENOENT, or -EINVAL when it is something else. */
static __init int read_cell(int node, const char *name, u32 *value)
{
	int bytes;
	const void *cell = fdt_getprop(devtree_blob(), node, name, &bytes);

	if (!cell || bytes != 4) {
		return cell ? -EINVAL : -ENOENT;
	}
	*value = (u32)devtree_cells(cell, 1);
	return 0;
}

static __init int hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 8-4-4-4-12 digits. */
static __init bool parse_uuid(const char *text, u8 uuid[16])
{
	unsigned int nr = 0;

	if (strlen(text) != UUID_TEXT) {
		return false;
	}
	for (unsigned int i = 0; i < UUID_TEXT; i++) {
		int digit = hex_digit(text[i]);

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			digit = text[i] == '-' ? 0 : -1;
		} else if (digit >= 0) {
			uuid[nr / 2] = (u8)(uuid[nr / 2] << 4 | digit);
			nr++;
		}
		if (digit < 0) {
			return false;
		}
	}
	return true;
}

static __init int read_name(struct boot_window *w, const char *name)
{
	size_t bytes = name ? strlen(name) : 0;

	if (bytes == 0 || bytes >= SCHED_OWNER_NAME) {
		return bad(w, "bulkhead,domain is no name of 1 to %lu characters",
			   SCHED_OWNER_NAME - 1, 0);
	}
	w->domain = strcmp(name, "Domain-0") == 0 ? NULL : name; /* NULL: id 0 */
	return 0;
}

/* Whose it is: one of three properties. */
static __init int read_owner(struct boot_window *w, int node)
{
	const void *fdt = devtree_blob();
	bool has_name = fdt_getprop(fdt, node, "bulkhead,domain", NULL) != NULL;
	const char *uuid;
	u32 id = 0, nr = has_name ? 1 : 0;
	int err;

	w->has_uuid = fdt_getprop(fdt, node, "bulkhead,uuid", NULL) != NULL;
	nr += w->has_uuid ? 1 : 0;
	err = read_cell(node, "bulkhead,domid", &id);
	nr += err != -ENOENT ? 1 : 0;
	if (nr != 1) {
		return bad(w, "has %lu of bulkhead,domain, bulkhead,uuid and bulkhead,domid", nr,
			   0);
	}
	if (has_name) {
		return read_name(w, devtree_string(node, "bulkhead,domain"));
	}
	uuid = w->has_uuid ? devtree_string(node, "bulkhead,uuid") : NULL;
	if (w->has_uuid && !(uuid && parse_uuid(uuid, w->uuid))) {
		return bad(w, "bulkhead,uuid has not the form 8-4-4-4-12", 0, 0);
	}
	if (!w->has_uuid && (err || id >= DOMID_END)) {
		return bad(w, "bulkhead,domid %lu is no id below %lu", id, DOMID_END);
	}
	w->id = (u16)id;
	return 0;
}

static __init int read_place(struct boot_window *w, int node, u32 major)
{
	int bytes = 0;
	const char *reg = fdt_getprop(devtree_blob(), node, "reg", &bytes);

	if (!reg || bytes != 8) {
		return bad(w, "reg has %lu bytes, not two cells: start and length in us",
			   reg ? (u64)bytes : 0, 0);
	}
	w->start = (u32)devtree_cells(reg, 1);
	w->us = (u32)devtree_cells(reg + 4, 1);
	if (w->us == 0) {
		return bad(w, "has the length 0", 0, 0);
	}
	if ((u64)w->start + w->us > major) {
		return bad(w, "ends at %lu us, the major frame at %lu", (u64)w->start + w->us,
			   major);
	}
	return 0;
}

static __init int read_window(int node, u32 major)
{
	struct boot_window w = { .node = fdt_get_name(devtree_blob(), node, NULL) };
	u32 vcpu = 0, at = nr_windows;
	int err;

	if (nr_windows == SCHED_WINDOWS_MAX) {
		return bad(&w, "is one more than the %lu windows of a schedule", SCHED_WINDOWS_MAX,
			   0);
	}
	if (strncmp(w.node, "window", 6) != 0) {
		return bad(&w, "is no window, the name does not begin so", 0, 0);
	}
	err = read_place(&w, node, major);
	err = err ? err : read_owner(&w, node);
	if (err) {
		return err;
	}
	if (read_cell(node, "bulkhead,vcpu", &vcpu) == -EINVAL || vcpu >= DOMAIN_VCPUS_MAX) {
		return bad(&w, "bulkhead,vcpu %lu is no vCPU below %lu", vcpu, DOMAIN_VCPUS_MAX);
	}
	w.vcpu = (u16)vcpu;
	for (; at > 0 && windows[at - 1].start > w.start; at--) {
		windows[at] = windows[at - 1];
	}
	windows[at] = w;
	nr_windows++;
	return 0;
}

static __init int read_windows(int node, u32 major)
{
	int child, err = 0;

	fdt_for_each_subnode(child, devtree_blob(), node) {
		err = read_window(child, major);
		if (err) {
			return err;
		}
	}
	for (u32 i = 1; i < nr_windows; i++) {
		const struct boot_window *before = &windows[i - 1];

		if (windows[i].start < before->start + before->us) {
			return bad(&windows[i], "begins at %lu us, another ends at %lu",
				   windows[i].start, before->start + before->us);
		}
	}
	return nr_windows ? 0 : bad(NULL, "bulkhead,major-frame-us without a window", 0, 0);
}

static __init int put_window(struct sched_schedule *schedule, const struct boot_window *w, u32 idle)
{
	struct sched_window *to = &schedule->windows[schedule->nr_windows];

	if (schedule->nr_windows + (idle != 0) >= SCHED_WINDOWS_MAX) {
		return bad(w, "is, with the gaps, one more than the %lu windows of a schedule",
			   SCHED_WINDOWS_MAX, 0);
	}
	if (idle) {
		*to++ = (struct sched_window){ .domain = SCHED_NOBODY, .ns = idle * NSEC_PER_USEC };
		schedule->nr_windows++;
	}
	*to = (struct sched_window){ .domain = w->id,
				     .vcpu = w->vcpu,
				     .ns = w->us * NSEC_PER_USEC };
	schedule->nr_windows++;
	if ((w->domain || w->has_uuid) && sched_owner_add(w->domain, w->uuid, &to->domain)) {
		return bad(w, "is of one more than the %lu domains that schedules can name",
			   SCHED_OWNERS_MAX, 0);
	}
	return 0;
}

__init int schedule_read(int node, struct sched_schedule *schedule, char why[POOLS_WHY_BYTES])
{
	u32 major = 0, end = 0;
	int err = read_cell(node, "bulkhead,major-frame-us", &major);

	reason = why;
	nr_windows = 0;
	memset(schedule, 0, sizeof(*schedule));
	if (err == -ENOENT && fdt_first_subnode(devtree_blob(), node) < 0) {
		return 0;
	}
	if (err || major == 0 || major > MAJOR_MAX_US) {
		return bad(NULL, "bulkhead,major-frame-us %lu is not 1 to %lu in one cell", major,
			   MAJOR_MAX_US);
	}
	err = read_windows(node, major);
	for (u32 i = 0; i < nr_windows && !err; i++) {
		err = put_window(schedule, &windows[i], windows[i].start - end);
		end = windows[i].start + windows[i].us;
	}
	schedule->major_frame_ns = major * NSEC_PER_USEC;
	return err;
}

__init bool schedule_has(const struct sched_schedule *schedule, u16 domain, u16 vcpu)
{
	for (u32 i = 0; i < schedule->nr_windows; i++) {
		if (schedule->windows[i].domain == domain && schedule->windows[i].vcpu == vcpu) {
			return true;
		}
	}
	return false;
}
