/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall: names of domains. No two domains that are not dying have the same one.
 * A hash beside each name keeps the search short. Locks: control_lock for changes, the domain's
 * own for the text.
 */
#include <hv/control.h>
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

static int rename(struct domain *d, const char *name)
{
	struct domain *other;
	bool is_taken;

	if (!name_is_valid(name)) {
		return -EINVAL;
	}
	other = find(name);
	is_taken = other != NULL && other != d;
	if (other != NULL) {
		domain_put(other);
	}
	if (is_taken) {
		return -EEXIST;
	}
	spin_lock(&d->lock);
	memset(d->name, 0, sizeof(d->name));
	string_copy(d->name, name, sizeof(d->name));
	WRITE_ONCE(d->name_hash, domain_name_hash(name));
	spin_unlock(&d->lock);
	if (IS_ENABLED(CONFIG_SCHED_ARINC653)) {
		sched_owner_bind(name, NULL, d->id);
	}
	domain_changed(d, false);
	return 0;
}

int ext_set_name(struct domain *d, struct bulkhead_op *op)
{
	char *name = op->u.name.name;
	int err;

	spin_lock(&control_lock);
	err = rename(d, name);
	spin_unlock(&control_lock);
	return err;
}

int ext_get_name(struct domain *d, struct bulkhead_op *op)
{
	spin_lock(&d->lock);
	memcpy(op->u.name.name, d->name, sizeof(d->name));
	spin_unlock(&d->lock);
	return 0;
}

int ext_find_name(struct domain *d, struct bulkhead_op *op)
{
	if (strnlen(op->u.name.name, BULKHEAD_NAME_LEN) == BULKHEAD_NAME_LEN ||
	    op->u.name.name[0] == '\0') {
		return -EINVAL;
	}
	d = find(op->u.name.name);
	if (d == NULL) {
		return -ENOENT;
	}
	op->domid = d->id;
	domain_put(d);
	return 0;
}
