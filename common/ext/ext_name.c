/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall: names of domains. No two domains that are not dying have the same one.
 * A hash beside each name keeps the search short. Locks: control_lock for changes, the domain's
 * own for the text.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/string.h>

#include "ext.h"

_Static_assert(BULKHEAD_NAME_LEN == DOMAIN_NAME_MAX, "one length of names");

struct wanted {
	const char *name;
	u32 hash;
};

static bool has_name(struct domain *d, const void *arg)
{
	const struct wanted *wanted = arg;
	bool same;

	if (READ_ONCE(d->name_hash) != wanted->hash) {
		return false;
	}
	spin_lock(&d->lock);
	same = !d->is_dying && strncmp(d->name, wanted->name, DOMAIN_NAME_MAX) == 0;
	spin_unlock(&d->lock);
	return same;
}

/* The domain that is not dying with this name, referenced, or NULL. */
static struct domain *find(const char *name)
{
	struct wanted wanted = { name, domain_name_hash(name) };

	return domain_find(has_name, &wanted);
}

static bool name_is_valid(const char *name)
{
	size_t len = strnlen(name, DOMAIN_NAME_MAX);

	for (size_t i = 0; i < len; i++) {
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '/') {
			return false;
		}
	}
	return len != 0 && len < DOMAIN_NAME_MAX;
}

int ext_set_name(struct domain *d, void *arg)
{
	const struct bulkhead_name *in = arg;
	struct domain *other;

	if (!name_is_valid(in->name)) {
		return -EINVAL;
	}
	other = find(in->name);
	domain_put(other);
	if (other != NULL && other != d) {
		return -EEXIST;
	}
	spin_lock(&d->lock);
	memset(d->name, 0, sizeof(d->name));
	string_copy(d->name, in->name, sizeof(d->name));
	WRITE_ONCE(d->name_hash, domain_name_hash(in->name));
	spin_unlock(&d->lock);
	if (IS_ENABLED(CONFIG_SCHED_ARINC653)) {
		sched_owner_bind(in->name, NULL, d->id);
	}
	domain_changed(d, false);
	return 0;
}

int ext_get_name(struct domain *d, void *arg)
{
	struct bulkhead_name *out = arg;

	spin_lock(&d->lock);
	memcpy(out->name, d->name, sizeof(d->name));
	spin_unlock(&d->lock);
	return 0;
}

int ext_find_name(struct domain *d, void *arg)
{
	const struct bulkhead_name *in = arg;
	size_t len = strnlen(in->name, BULKHEAD_NAME_LEN);

	if (len == 0 || len == BULKHEAD_NAME_LEN) {
		return -EINVAL;
	}
	d = find(in->name);
	if (d == NULL) {
		return -ENOENT;
	}
	container_of(arg, struct bulkhead_op, u)->domid = d->id;
	domain_put(d);
	return 0;
}
