/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grant tables, version 1: a domain lets another one map or copy single pages of it.
 *
 * The table is made of frames owned by the hypervisor and mapped into its domain, which writes
 * entries at any time. The state machine of a grant and the locking are explained in
 * common/grant/grant.c. Without CONFIG_GRANT_TABLE a stub stands in its place and everything
 * answers -ENOSYS.
 */
#ifndef HV_GRANT_H
#define HV_GRANT_H

#include <hv/errno.h>
#include <hv/types.h>

struct domain;
struct gnttab_map_grant_ref;
struct gnttab_unmap_grant_ref;
struct gnttab_copy;
struct gnttab_cache_flush;

#ifdef CONFIG_GRANT_TABLE
int grant_init(struct domain *d, u32 max_frames, u32 max_maptrack_frames);
/* Give up every grant that the dying or stopped domain has mapped: -ERESTART until done. */
int grant_unmap_all(struct domain *d);
/* Give back the table's frames: -ERESTART until done. A dying domain gets no new ones. */
int grant_release(struct domain *d);
/* Free some of the structure; false when nothing was left of it. */
bool grant_free_slice(struct domain *d);

u32 grant_nr_frames(const struct domain *d);
u32 grant_max_frames(const struct domain *d);
/*
 * Grow the table to nr frames if it is smaller. -ENOMEM, -EINVAL beyond the limit, -ERESTART: a
 * slice is done, come again.
 */
int grant_grow(struct domain *d, u32 nr);
/* Frame idx of the table, growing it on demand (as above), with one reference for the caller. */
int grant_get_frame(struct domain *d, u32 idx, mfn_t *frame);

/*
 * One element each; returns the outcome for its status, GNTST_*. d is the caller's domain; a
 * granter is the domain the element names, referenced by the caller and allowed to it.
 */
int grant_map(struct domain *d, struct domain *granter, struct gnttab_map_grant_ref *op);
int grant_unmap(struct domain *d, const struct gnttab_unmap_grant_ref *op);
/* A granter is NULL where the element means a page of the caller's own. */
int grant_copy(struct domain *d, struct domain *from_granter, struct domain *to_granter,
	       const struct gnttab_copy *op);
/* Clean or invalidate (as clean and invalidate) a piece of a page that d has mapped by a grant. */
int grant_cache_flush(struct domain *d, const struct gnttab_cache_flush *flush);
#else
static inline int grant_init(struct domain *d, u32 max_frames, u32 max_maptrack_frames)
{
	(void)d;
	(void)max_frames;
	(void)max_maptrack_frames;
	return 0;
}

static inline int grant_unmap_all(struct domain *d)
{
	(void)d;
	return 0;
}

static inline int grant_release(struct domain *d)
{
	(void)d;
	return 0;
}

static inline bool grant_free_slice(struct domain *d)
{
	(void)d;
	return false;
}

static inline u32 grant_max_frames(const struct domain *d)
{
	(void)d;
	return 0;
}

static inline int grant_get_frame(struct domain *d, u32 idx, mfn_t *frame)
{
	(void)d;
	(void)idx;
	(void)frame;
	return -ENOSYS;
}
#endif

#endif
