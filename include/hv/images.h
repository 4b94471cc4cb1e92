/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that a domain is loaded with: ranges of machine memory and where they go. Boot loads a
 * domain's memory from them, and each restart by policy does so again (hv/health.h); where there
 * is none, boot drops them.
 *
 * One user at a time: boot, the toolstack's loading of a domain that has not run, or the domain's
 * restart. No lock.
 */
#ifndef HV_IMAGES_H
#define HV_IMAGES_H

#include <hv/types.h>

struct domain;

/* Copied from machine address from to guest address to. */
struct image {
	u64 from, bytes, to;
};

#define IMAGES_MAX 170U

/* A heap page. */
struct images {
	u16 nr;
	u16 at;		 /* what is copied, or summed up, next */
	u32 block_order; /* of images that are in frames of the hypervisor's */
	u64 done;	 /* bytes of image[at] */
	struct image image[IMAGES_MAX];
};
_Static_assert(sizeof(struct images) == PAGE_SIZE, "a page of images");

/* Bytes from at to the next multiple of unit, but at most so many. */
static inline u64 images_to_boundary(u64 at, u64 bytes, u64 unit)
{
	return MIN(bytes, unit - (at & (unit - 1)));
}

/*
 * One more image: bytes that nobody changes any more where they are; an empty one in a new block of
 * the hypervisor's, which is only ever read as far as it has been written; a copy of the
 * hypervisor's (boot: not for a domain that the toolstack keeps images of). -ENOMEM, -ENOSPC.
 */
int images_add(struct domain *d, u64 from, u64 bytes, u64 to);
int images_add_block(struct domain *d, unsigned int order, u64 to);
int images_add_copy(struct domain *d, const char *from, u64 bytes, u64 to);

/*
 * Copy a piece of at most that many bytes to the domain: -ERESTART until all are there; -EFAULT: no
 * memory there. More than a page only while nobody can take memory from the domain.
 */
#define IMAGES_PIECE (4 * PAGE_SIZE)
int images_load(struct domain *d, u64 piece);
/* The piece is done: on to the next. */
void images_advance(struct images *images, u64 bytes);
/* From machine address to machine address, cleaned to the point of coherency. */
void images_copy(u64 to, u64 from, u64 bytes);

/* Free one image, or the list; false: nothing was left. And all of them. */
bool images_free_slice(struct domain *d);
void images_drop(struct domain *d);

#endif
