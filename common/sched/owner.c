/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners of windows (hv/sched.h): a schedule of the boot tree names domains that have no id yet, by
 * a name or a UUID. An owner is one of these and the id of the domain that has it now, if any;
 * window.domain is SCHED_OWNER + n. With arinc653 only.
 *
 * Lock: the pools' for changes; an id is one word and read without.
 */
#include "pool.h"

#include <hv/errno.h>
#include <hv/string.h>

static struct owner {
	char name[SCHED_OWNER_NAME]; /* empty: uuid counts */
	u8 uuid[16];
	u16 domain; /* SCHED_NOBODY: there is none */
} owners[SCHED_OWNERS_MAX];
static u32 nr_owners;

static bool is_owner(const struct owner *owner, const char *name, const u8 *uuid)
{
	if (name) {
		return strcmp(owner->name, name) == 0;
	}
	return owner->name[0] == '\0' && memcmp(owner->uuid, uuid, sizeof(owner->uuid)) == 0;
}

int sched_owner_add(const char *name, const u8 *uuid, u16 *domain)
{
	u32 i = 0;

	while (i < nr_owners && !is_owner(&owners[i], name, uuid)) {
		i++;
	}
	if (i == SCHED_OWNERS_MAX) {
		return -ENOSPC;
	}
	if (i == nr_owners) {
		owners[i] = (struct owner){ .domain = SCHED_NOBODY };
		if (name) {
			string_copy(owners[i].name, name, sizeof(owners[i].name));
		} else {
			memcpy(owners[i].uuid, uuid, sizeof(owners[i].uuid));
		}
		nr_owners++;
	}
	*domain = (u16)(SCHED_OWNER + i);
	return 0;
}

void sched_owner_bind(const char *name, const u8 *uuid, u16 domain)
{
	spin_lock(&sched_pools_lock);
	for (u32 i = 0; i < nr_owners; i++) {
		struct owner *owner = &owners[i];

		if (is_owner(owner, name, uuid)) {
			WRITE_ONCE(owner->domain, domain);
		} else if (owner->domain == domain && (!name || owner->name[0] != '\0')) {
			WRITE_ONCE(owner->domain, SCHED_NOBODY); /* its former name, or id */
		}
	}
	spin_unlock(&sched_pools_lock);
}

u16 sched_owner_domain(u16 domain)
{
	return domain < SCHED_OWNER ? domain : READ_ONCE(owners[domain - SCHED_OWNER].domain);
}

bool sched_owner_is(u16 domain)
{
	return domain < SCHED_OWNER + nr_owners;
}
