/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that a domain is loaded with (hv/images.h). Boot modules stay where the boot loader put
 * them; what is made by the hypervisor at boot, and what a domain has that the toolstack has built,
 * is in blocks of the hypervisor's. What a domain still has of them goes with its structure, in
 * slices.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/images.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/window.h>

void images_advance(struct images *images, u64 bytes)
{
	images->done += bytes;
	if (images->done == images->image[images->at].bytes) {
		images->done = 0;
		images->at++;
	}
}

/* The next owner may start with its caches off. */
void images_copy(u64 to, u64 from, u64 bytes)
{
	for (u64 n; bytes != 0; bytes -= n, to += n, from += n) {
		char *source = window_map(pa_to_mfn(pa(from)));
		char *page = window_map(pa_to_mfn(pa(to)));

		n = images_to_boundary(from, images_to_boundary(to, bytes, PAGE_SIZE), PAGE_SIZE);
		memcpy(page + (to & (PAGE_SIZE - 1)), source + (from & (PAGE_SIZE - 1)), n);
		arch_cache_clean_invalidate(page + (to & (PAGE_SIZE - 1)), n);
		window_unmap(page);
		window_unmap(source);
	}
}

int images_load(struct domain *d, u64 piece)
{
	struct images *images = d->images;
	const struct image *image = &images->image[images->at];
	struct s2_entry leaf;
	u64 to, n;

	if (images->at == images->nr) {
		images->at = 0;
		return 0;
	}
	to = image->to + images->done;
	leaf = s2_lookup(d, ipa_to_gfn(ipa(to)));
	n = images_to_boundary(to, image->bytes - images->done,
			       MIN(piece, PAGE_SIZE << leaf.order));
	if (leaf.kind != S2_RAM || !frame_get(leaf.frame, d->id)) {
		return -EFAULT;
	}
	images_copy(mfn_to_pa(leaf.frame).v + (to & (PAGE_SIZE - 1)), image->from + images->done,
		    n);
	frame_put(leaf.frame);
	images_advance(images, n);
	return -ERESTART;
}

bool images_free_slice(struct domain *d)
{
	struct images *images = d->images;
	mfn_t first;

	if (images == NULL) {
		return false;
	}
	if (images->nr == 0) {
		heap_pages_free(images, 0);
		d->images = NULL;
		return true;
	}
	first = pa_to_mfn(pa(images->image[--images->nr].from));
	if (frame_owner(first) == HV_DOMID_HYP) {
		frame_free_dirty(first, images->block_order);
	}
	return true;
}

void images_drop(struct domain *d)
{
	while (images_free_slice(d)) {}
}

int images_add(struct domain *d, u64 from, u64 bytes, u64 to)
{
	d->images = d->images != NULL ? d->images : heap_pages_alloc(0);
	if (d->images == NULL) {
		return -ENOMEM;
	}
	if (d->images->nr == IMAGES_MAX) {
		return -ENOSPC;
	}
	d->images->image[d->images->nr++] = (struct image){ from, bytes, to };
	return 0;
}

int images_add_block(struct domain *d, unsigned int order, u64 to)
{
	bool is_dirty;
	mfn_t block = frame_alloc_dirty(order, HV_DOMID_HYP, &is_dirty);
	int err;

	if (!mfn_is_valid_value(block)) {
		return -ENOMEM;
	}
	err = images_add(d, mfn_to_pa(block).v, 0, to);
	if (err != 0) {
		frame_free_dirty(block, order);
	} else {
		d->images->block_order = order;
	}
	return err;
}

int images_add_copy(struct domain *d, const char *from, u64 bytes, u64 to)
{
	u64 nr = DIV_ROUND_UP(bytes, PAGE_SIZE), done = 0;
	int err = images_add_block(d, 63 - (unsigned int)__builtin_clzl(2 * nr - 1), to);

	while (err == 0 && done < bytes) {
		struct image *image = &d->images->image[d->images->nr - 1];
		char *page = window_map(pa_to_mfn(pa(image->from + done)));

		image->bytes = MIN(bytes, done + PAGE_SIZE);
		memcpy(page, from + done, image->bytes - done);
		window_unmap(page);
		done = image->bytes;
	}
	return err;
}
