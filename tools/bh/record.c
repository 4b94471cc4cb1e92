/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of nodes: xenstore-paths(7) of Xen's documentation, and what
 * xenstore-ls shows for a domain of xl.
 *
 * The console is left out but for its terminal: the hypervisor serves it, and
 * bh's monitor offers it as a terminal (tty.h). xenconsoled leaves alone what
 * has no ring.
 */
#define _GNU_SOURCE
#include "hyp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xenforeignmemory.h>
#include <xenstore.h>

#include "build.h"
#include "device.h"
#include "record.h"
#include "xstore.h"

#define HOME "/local/domain/%u"

bool record_is(uint32_t domid)
{
	char *text = xstore_read(HOME, domid);

	free(text);
	return text != NULL;
}

bool record_name(uint32_t domid, char name[BULKHEAD_NAME_LEN])
{
	char *text = xstore_read(HOME "/name", domid);
	bool ok = text && text[0] && strlen(text) < BULKHEAD_NAME_LEN;

	if (ok) {
		strcpy(name, text);
	}
	free(text);
	return ok;
}

bool record_find(const char *name, uint32_t *domid)
{
	char found[BULKHEAD_NAME_LEN];
	unsigned int nr;
	char **ids = xstore_list(&nr, "/local/domain");
	bool is_found = false;

	for (unsigned int i = 0; i < nr && !is_found; i++) {
		uint32_t id = (uint32_t)strtoul(ids[i], NULL, 10);

		if (record_name(id, found) && !strcmp(found, name)) {
			*domid = id;
			is_found = true;
		}
	}
	free(ids);
	return is_found;
}

int record_rename(uint32_t domid, const char *name)
{
	char *vm = xstore_read(HOME "/vm", domid);
	int rc = xstore_write(name, HOME "/name", domid);

	if (vm && rc == 0) {
		rc = xstore_write(name, "%s/name", vm);
	}
	free(vm);
	return rc;
}

int record_ask(uint32_t domid, const char *feature, const char *path, const char *value)
{
	char *set;
	bool is_set;

	if (!record_is(domid)) {
		return -ENOENT;
	}
	set = feature ? xstore_read(HOME "/%s", domid, feature) : NULL;
	is_set = !feature || (set && !strcmp(set, "1"));
	free(set);
	return is_set ? xstore_write(value, HOME "/%s", domid, path) : -ENOTCONN;
}

/* ---- a new domain ---- */

/* xenstored maps the domain's page by a grant that the toolstack enters into its table. */
static int record_grant(uint32_t domid)
{
	xenforeignmemory_handle *fm = xenforeignmemory_open(hyp_quiet(), 0);
	xenforeignmemory_resource_handle *res = NULL;
	struct grant_entry_v1 *table = NULL;
	void *at = NULL;
	int rc = 0;

	if (!fm) {
		return -errno;
	}
	res = xenforeignmemory_map_resource(fm, (domid_t)domid, XENMEM_resource_grant_table,
					    XENMEM_resource_grant_table_id_shared, 0, 1, &at,
					    PROT_READ | PROT_WRITE, 0);
	if (res) {
		table = at;
		table[GNTTAB_RESERVED_XENSTORE].frame = BUILD_STORE_GFN;
		table[GNTTAB_RESERVED_XENSTORE].domid = 0;
		__atomic_store_n(&table[GNTTAB_RESERVED_XENSTORE].flags, GTF_permit_access,
				 __ATOMIC_RELEASE);
		xenforeignmemory_unmap_resource(fm, res);
	} else {
		rc = -errno;
	}
	xenforeignmemory_close(fm);
	return rc;
}

int record_introduce(uint32_t domid)
{
	struct xs_handle *xs = xstore_handle();
	uint64_t port = 0;
	char text[32];
	int rc = hyp_hvm_get(domid, HVM_PARAM_STORE_EVTCHN, &port);

	if (!xs || rc) {
		return rc ? rc : -ENOTCONN;
	}
	snprintf(text, sizeof(text), "%u", (unsigned int)port);
	xstore_write(text, HOME "/store/port", domid);
	snprintf(text, sizeof(text), "%u", (unsigned int)BUILD_STORE_GFN);
	xstore_write(text, HOME "/store/ring-ref", domid);
	if (xs_is_domain_introduced(xs, domid)) {
		xs_release_domain(xs, domid);
	}
	rc = record_grant(domid);
	if (rc == 0 && !xs_introduce_domain(xs, domid, BUILD_STORE_GFN, (unsigned int)port)) {
		rc = -errno;
	}
	return rc;
}

static int record_guest_nodes(uint32_t domid)
{
	static const char *const own[] = {
		"control/shutdown",
		"control/feature-poweroff",
		"control/feature-reboot",
		"control/feature-suspend",
		"control/sysrq",
		"device/suspend/event-channel",
		"data",
		"drivers",
		"feature",
		"attr",
		"error",
	};
	static const char *const fixed[][2] = {
		{ "control/platform-feature-multiprocessor-suspend", "1" },
		{ "control/platform-feature-xs_reset_watches", "1" },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && rc == 0; i++) {
		rc = xstore_make(domid, domid, HOME "/%s", domid, own[i]);
	}
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]) && rc == 0; i++) {
		rc = xstore_write(fixed[i][1], HOME "/%s", domid, fixed[i][0]);
	}
	return rc;
}

static int record_numbers(const struct cfg *c, uint32_t domid)
{
	char text[32];
	int rc = 0;

	for (uint32_t v = 0; v < c->maxvcpus && rc == 0; v++) {
		rc = xstore_write(v < c->vcpus ? "online" : "offline", HOME "/cpu/%u/availability",
				  domid, v);
	}
	/* What it starts with: Linux takes the difference to this for memory that it never had. */
	snprintf(text, sizeof(text), "%llu", (unsigned long long)c->memory_kib);
	rc = rc ? rc : xstore_write(text, HOME "/memory/static-max", domid);
	rc = rc ? rc : xstore_write(text, HOME "/memory/target", domid);
	rc = rc ? rc : xstore_write("0", HOME "/memory/videoram", domid);
	snprintf(text, sizeof(text), "%u", domid);
	return rc ? rc : xstore_write(text, HOME "/domid", domid);
}

/* The part for the toolstack: /vm/UUID and /libxl/N. */
static int record_tools(const struct cfg *c, uint32_t domid)
{
	char uuid[TEXT_UUID];
	char text[64];
	struct timespec now;
	int rc;

	text_uuid(c->uuid, uuid);
	clock_gettime(CLOCK_REALTIME, &now);
	rc = xstore_make(0, domid, "/vm/%s", uuid);
	rc = rc ? rc : xstore_write(c->name, "/vm/%s/name", uuid);
	rc = rc ? rc : xstore_write(uuid, "/vm/%s/uuid", uuid);
	snprintf(text, sizeof(text), "%lld.%02ld", (long long)now.tv_sec, now.tv_nsec / 10000000);
	rc = rc ? rc : xstore_write(text, "/vm/%s/start_time", uuid);
	snprintf(text, sizeof(text), "/vm/%s", uuid);
	rc = rc ? rc : xstore_write(text, HOME "/vm", domid);
	rc = rc ? rc : xstore_write("pvh", "/libxl/%u/type", domid);
	return rc ? rc : xstore_write("qemu_xen", "/libxl/%u/dm-version", domid);
}

int record_make(const struct cfg *c, uint32_t domid)
{
	int rc;

	if (!xstore_runs()) {
		return 0;
	}
	rc = xstore_make(0, domid, HOME, domid);
	rc = rc ? rc : record_tools(c, domid);
	rc = rc ? rc : record_numbers(c, domid);
	rc = rc ? rc : record_guest_nodes(domid);
	rc = rc ? rc : xstore_write(c->name, HOME "/name", domid);
	return rc ? rc : record_introduce(domid);
}

/* ---- the end of a domain ---- */

void record_remove(uint32_t domid)
{
	char *vm;

	if (!xstore_runs()) {
		return;
	}
	device_remove_all(domid);
	vm = xstore_read(HOME "/vm", domid);
	if (vm && !strncmp(vm, "/vm/", 4) && vm[4]) {
		xstore_remove("%s", vm);
	}
	free(vm);
	xstore_remove(HOME, domid);
	xstore_remove("/libxl/%u", domid);
}
