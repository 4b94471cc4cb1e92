/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting boot-time domains, at boot and again. At a restart (common/health) the domain's vCPUs
 * are down, so nobody else reads or writes what is its own, and its description changes no more. No
 * lock.
 */
#include "describe.h"

#include <hv/images.h>

__init int build_start(struct build *b)
{
	int err = vcpu_power_on(b->d->vcpus[0], b->images.entry, b->images.tree);

	if (IS_ENABLED(CONFIG_HEALTH)) {
		return err ? err : build_keep(b);
	}
	err = err ? err : -ERESTART;
	while (err == -ERESTART) {
		err = images_load(b->d, IMAGES_PIECE);
	}
	images_drop(b->d);
	if (IS_ENABLED(CONFIG_STATIC_COMM) || IS_ENABLED(CONFIG_XENSTORE)) {
		return err ? err : build_open_channels(b->d);
	}
	return err;
}
