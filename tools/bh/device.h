/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paravirtual devices in the shared store, whatever their kind: a front end in
 * the domain, a back end in Dom0's kernel, and a note for toolstacks. Back and
 * front end meet by the states of io/xenbus.h.
 */
#ifndef BH_DEVICE_H
#define BH_DEVICE_H

#include <stdint.h>

struct device {
	uint32_t domid;
	const char *kind; /* "vbd", "vif" */
	uint32_t id;
};

struct device_node {
	const char *name, *value;
};

/*
 * Enters a device: the nodes common to all, then @back into the back end and the note, @front into
 * the front end (each ends with a NULL name). 0 or -errno; -EEXIST: it has such a device.
 */
int device_make(const struct device *d, const struct device_node *back,
		const struct device_node *front);
/* Waits until the back end has found what it needs. 0, -ETIMEDOUT, or -EIO: it gave up. */
int device_wait_back(const struct device *d);
/* Takes the device away, whatever the guest does. */
void device_remove(const struct device *d);
/*
 * Waits until Linux's back end shows this attribute in sysfs, which it does when it has opened
 * what is behind the device. 0, -ETIMEDOUT, or -EIO: it gave up.
 */
int device_wait_attribute(const struct device *d, const char *name);
/*
 * Has the guest let go of it, then takes it away. -EBUSY: it has not within @ms; the request
 * stands.
 */
int device_detach(const struct device *d, unsigned int ms);
/* The lowest number that no device of this kind has. */
uint32_t device_free_id(uint32_t domid, const char *kind);
void device_remove_all(uint32_t domid);
/* Path of the back end in the store. */
void device_back(const struct device *d, char *path);

#endif
