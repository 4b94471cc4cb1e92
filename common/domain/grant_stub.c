/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In place of grant.c and grant_map.c in configurations without CONFIG_GRANT_TABLE: no domain has a
 * table, the hypercall answers -ENOSYS before it gets here, and nothing is ever mapped.
 */
#include <hv/errno.h>
#include <hv/grant.h>
#include <public/grant_table.h>

int grant_init(struct domain *d, u32 max_frames, u32 max_maptrack_frames)
{
	(void)d;
	(void)max_frames;
	(void)max_maptrack_frames;
	return 0;
}

int grant_unmap_all(struct domain *d)
{
	(void)d;
	return 0;
}

void grant_release(struct domain *d)
{
	(void)d;
}

void grant_free(struct domain *d)
{
	(void)d;
}

u32 grant_nr_frames(const struct domain *d)
{
	(void)d;
	return 0;
}

u32 grant_max_frames(const struct domain *d)
{
	(void)d;
	return 0;
}

int grant_grow(struct domain *d, u32 nr)
{
	(void)d;
	(void)nr;
	return -ENOSYS;
}

int grant_get_frame(struct domain *d, u32 idx, mfn_t *frame)
{
	(void)d;
	(void)idx;
	(void)frame;
	return -ENOSYS;
}

void grant_map(struct domain *d, struct domain *granter, struct gnttab_map_grant_ref *op)
{
	(void)d;
	(void)granter;
	op->status = GNTST_general_error;
}

void grant_unmap(struct domain *d, struct gnttab_unmap_grant_ref *op)
{
	(void)d;
	op->status = GNTST_general_error;
}

void grant_copy(struct domain *d, struct domain *from_granter, struct domain *to_granter,
		struct gnttab_copy *op)
{
	(void)d;
	(void)from_granter;
	(void)to_granter;
	op->status = GNTST_general_error;
}

int grant_cache_flush(struct domain *d, const struct gnttab_cache_flush *flush)
{
	(void)d;
	(void)flush;
	return -ENOSYS;
}
