/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nodes are those that xl writes (docs/store.md). A back end's nodes are
 * Dom0's and the domain may read them; a front end's are the domain's.
 *
 * A device is taken away by its back end being told that it is not to stay
 * ("online") and is to close; when the domain is gone or does not answer, its
 * front end's nodes are removed, which Linux's back ends take as closed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <xen/io/xenbus.h>

#include "device.h"
#include "text.h"
#include "xstore.h"

#define BACK_MS	 10000
#define CLOSE_MS 3000

void device_back(const struct device *d, char *path)
{
	snprintf(path, XSTORE_PATH, "/local/domain/0/backend/%s/%u/%u", d->kind, d->domid, d->id);
}

static void device_front(const struct device *d, char *path)
{
	snprintf(path, XSTORE_PATH, "/local/domain/%u/device/%s/%u", d->domid, d->kind, d->id);
}

static void device_note(const struct device *d, char *path)
{
	snprintf(path, XSTORE_PATH, "/libxl/%u/device/%s/%u", d->domid, d->kind, d->id);
}

static int device_write(const char *path, const struct device_node *nodes)
{
	int rc = 0;

	for (; nodes->name && rc == 0; nodes++) {
		rc = xstore_write(nodes->value, "%s/%s", path, nodes->name);
	}
	return rc;
}

int device_make(const struct device *d, const struct device_node *back,
		const struct device_node *front)
{
	char back_path[XSTORE_PATH];
	char front_path[XSTORE_PATH];
	char note[XSTORE_PATH];
	char id[16];
	const struct device_node common_back[] = {
		{ "frontend", front_path },
		{ "frontend-id", id },
		{ "online", "1" },
		{ NULL, NULL },
	};
	const struct device_node common_front[] = {
		{ "backend", back_path },
		{ "backend-id", "0" },
		{ "trusted", "1" },
		{ NULL, NULL },
	};
	const struct device_node first[] = { { "state", "1" }, { NULL, NULL } };
	char *there;
	int rc;

	device_back(d, back_path);
	device_front(d, front_path);
	device_note(d, note);
	snprintf(id, sizeof(id), "%u", d->domid);
	there = xstore_read("%s/frontend", note);
	free(there);
	if (there) {
		return -EEXIST;
	}
	/* The back end looks as soon as it has a state, so that comes last. */
	rc = xstore_make(0, 0, "%s", note);
	rc = rc ? rc : device_write(note, common_back);
	rc = rc ? rc : xstore_write(back_path, "%s/backend", note);
	rc = rc ? rc : device_write(note, back);
	rc = rc ? rc : device_write(note, first);
	rc = rc ? rc : xstore_make(d->domid, 0, "%s", front_path);
	rc = rc ? rc : device_write(front_path, common_front);
	rc = rc ? rc : device_write(front_path, front);
	rc = rc ? rc : xstore_make(0, d->domid, "%s", back_path);
	rc = rc ? rc : device_write(back_path, common_back);
	rc = rc ? rc : device_write(back_path, back);
	rc = rc ? rc : device_write(front_path, first);
	return rc ? rc : device_write(back_path, first);
}

static void device_sleep(void)
{
	struct timespec step = { .tv_nsec = 10000000 };

	nanosleep(&step, NULL);
}

int device_wait_back(const struct device *d)
{
	char path[XSTORE_PATH];

	device_back(d, path);
	for (unsigned int t = 0; t < BACK_MS; t += 10) {
		uint64_t state = xstore_number(0, "%s/state", path);

		if (state >= XenbusStateClosing) {
			return -EIO;
		}
		if (state >= XenbusStateInitWait) {
			return 0;
		}
		device_sleep();
	}
	return -ETIMEDOUT;
}

int device_wait_attribute(const struct device *d, const char *name)
{
	char path[128];
	int rc = device_wait_back(d);

	snprintf(path, sizeof(path), "/sys/bus/xen-backend/devices/%s-%u-%u/%s", d->kind, d->domid,
		 d->id, name);
	for (unsigned int t = 0; rc == 0 && access(path, F_OK); t += 10) {
		rc = t < BACK_MS ? device_wait_back(d) : -ETIMEDOUT;
		device_sleep();
	}
	return rc;
}

/* Whether the kernel still has the back end. */
static bool device_is_driven(const struct device *d)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/xen-backend/devices/%s-%u-%u", d->kind, d->domid,
		 d->id);
	return access(path, F_OK) == 0;
}

/* Removes the empty folders on the way to a back end. */
static void device_prune(const struct device *d)
{
	const char *const formats[] = { "/local/domain/0/backend/%s/%u",
					"/local/domain/0/backend/%s", "/local/domain/0/backend" };
	char path[XSTORE_PATH];
	unsigned int nr;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		snprintf(path, sizeof(path), formats[i], d->kind, d->domid);
		free(xstore_list(&nr, "%s", path));
		if (nr == 0) {
			xstore_remove("%s", path);
		}
	}
}

/* Waits until the back end has closed or gone. */
static bool device_wait_closed(const struct device *d, unsigned int ms)
{
	char back[XSTORE_PATH];

	device_back(d, back);
	for (unsigned int t = 0;
	     device_is_driven(d) && xstore_number(6, "%s/state", back) != XenbusStateClosed;
	     t += 10) {
		if (t >= ms) {
			return false;
		}
		device_sleep();
	}
	return true;
}

static void device_ask(const struct device *d)
{
	char back[XSTORE_PATH];

	device_back(d, back);
	if (device_is_driven(d)) {
		xstore_write("0", "%s/online", back);
		xstore_write("5", "%s/state", back);
	}
}

int device_detach(const struct device *d, unsigned int ms)
{
	device_ask(d);
	if (!device_wait_closed(d, ms)) {
		return -EBUSY;
	}
	device_remove(d);
	return 0;
}

void device_remove(const struct device *d)
{
	char back[XSTORE_PATH];
	char front[XSTORE_PATH];
	char note[XSTORE_PATH];

	device_back(d, back);
	device_front(d, front);
	device_note(d, note);
	device_ask(d);
	xstore_remove("%s", front);
	(void)device_wait_closed(d, CLOSE_MS);
	xstore_remove("%s", back);
	xstore_remove("%s", note);
	device_prune(d);
}

void device_remove_all(uint32_t domid)
{
	unsigned int nr_kinds;
	char **kinds = xstore_list(&nr_kinds, "/local/domain/0/backend");

	for (unsigned int k = 0; k < nr_kinds; k++) {
		unsigned int nr;
		char **ids = xstore_list(&nr, "/local/domain/0/backend/%s/%u", kinds[k], domid);

		for (unsigned int i = 0; i < nr; i++) {
			struct device d = { .domid = domid,
					    .kind = kinds[k],
					    .id = (uint32_t)strtoul(ids[i], NULL, 10) };

			device_remove(&d);
		}
		free(ids);
	}
	free(kinds);
}

uint32_t device_free_id(uint32_t domid, const char *kind)
{
	uint32_t id = 0;
	char *there;

	while ((there = xstore_read("/libxl/%u/device/%s/%u", domid, kind, id)) != NULL) {
		free(there);
		id++;
	}
	return id;
}
