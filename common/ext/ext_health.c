/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall: the fault table of a domain, what has happened to it, and the images
 * that its restarts need, which are copied out of its memory before it runs. A preemption point
 * after each piece; op->u.keep_image.done is the place.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/health.h>
#include <hv/images.h>
#include <hv/softirq.h>
#include <hv/stage2.h>
#include <hv/string.h>

#include "ext.h"

#define COPY_PIECE 1024UL

int ext_set_health(struct domain *d, void *arg)
{
	return health_set_policy(d, arg);
}

int ext_get_health(struct domain *d, void *arg)
{
	struct bulkhead_health *out = arg;
	const struct health *h = load_acquire(&d->health);

	memset(out, 0, sizeof(*out));
	if (h == NULL) {
		return 0;
	}
	*out = h->shown;
	out->policy = h->table.policy;
	for (u32 i = 0; i < ARRAY_SIZE(h->watchdog); i++) {
		out->nr_watchdogs += h->watchdog[i].ns != 0;
	}
	for (u32 i = 0; h->has_images && i < d->images->nr; i++) {
		out->image_bytes += d->images->image[i].bytes;
	}
	return 0;
}

/* A piece of the guest's memory at gpa; returns its bytes, or -errno. */
static int keep_piece(struct domain *d, u64 gpa, u64 bytes)
{
	struct images *images = d->images;
	struct image *image = images != NULL ? &images->image[images->nr - 1] : NULL;
	u64 to, n;
	mfn_t frame;

	if (image == NULL || image->to + image->bytes != gpa || image->bytes == MIB(2)) {
		return images_add_block(d, ORDER_2M, gpa);
	}
	to = image->from + image->bytes;
	n = images_to_boundary(gpa, images_to_boundary(to, bytes, COPY_PIECE), COPY_PIECE);
	if (s2_get_frame(d, ipa_to_gfn(ipa(gpa)), false, &frame) != 0) {
		return -ENXIO;
	}
	images_copy(to, mfn_to_pa(frame).v + (gpa & (PAGE_SIZE - 1)), n);
	frame_put(frame);
	image->bytes += n;
	return (int)n;
}

static int keep(struct domain *d, struct bulkhead_keep_image *arg)
{
	while (arg->done < arg->bytes) {
		int n = keep_piece(d, arg->gpa + arg->done, arg->bytes - arg->done);

		if (n < 0) {
			return n;
		}
		arg->done += (u64)n;
		if (softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
	return 0;
}

static int finish(struct health *h)
{
	int err;

	if (h->d->vcpus[0] == NULL || h->d->images == NULL) {
		return -EINVAL;
	}
	do {
		err = health_note(h->d);
		err = err != 0 ? err : health_seal(h->d);
	} while (err == -ERESTART && !softirq_preempt_needed());
	return err;
}

int ext_keep_image(struct domain *d, void *op)
{
	struct bulkhead_keep_image *arg = op;
	struct health *h = health_get(d);

	if (h == NULL) {
		return -ENOMEM;
	}
	if (arg->done > arg->bytes || arg->gpa + arg->bytes < arg->gpa || d->is_created ||
	    d->is_dying || h->has_images) {
		return -EINVAL;
	}
	return arg->bytes != 0 ? keep(d, arg) : finish(h);
}
