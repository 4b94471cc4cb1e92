/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that a domain is loaded with: lists of ranges of machine memory. Boot loads a domain's
 * memory from them, and each restart does so again, unless they have been dropped. Boot modules
 * stay where the boot loader put them; what is made by the hypervisor at boot, and what a domain
 * has that the toolstack has built, is copied into blocks of the hypervisor's.
 *
 * The checksum goes over all images as 64-bit words (h ^ word) * odd, folded: each step is a
 * bijection of h, so no change of a single word goes unnoticed, and any other one with a chance of
 * 2^-64. It is against bits that rot and stray writes, not against an attacker, who would need EL2.
 * Each function here is a slice of a page at most.
 */
#include <hv/arch.h>
#include <hv/control.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/softirq.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/window.h>

#include "restart.h"

#define SUM_FACTOR 0x9e3779b97f4a7c15UL
#define SUM_PIECE  512UL
#define SEAL_PIECE 2048UL
#define COPY_PIECE 1024UL

static u64 to_boundary(u64 at, u64 bytes, u64 unit)
{
	return MIN(bytes, unit - (at & (unit - 1)));
}

static u64 sum_word(u64 sum, u64 word)
{
	sum = (sum ^ word) * SUM_FACTOR;
	return sum ^ sum >> 32;
}

static u64 sum_bytes(u64 sum, const char *at, u64 bytes)
{
	const u64 *words = (const void *)at;
	u64 nr = IS_ALIGNED((uintptr_t)at, sizeof(u64)) ? bytes / sizeof(u64) : 0;

#pragma GCC unroll 4
	for (u64 i = 0; i < nr; i++) {
		sum = sum_word(sum, words[i]);
	}
	/* What no word holds, and all of an image that begins between two words. */
	for (u64 i = nr * sizeof(u64); i < bytes; i++) {
		sum = sum_word(sum, (u8)at[i]);
	}
	return sum;
}

/* On to the next piece of the images. */
static void advance(struct health *h, u64 bytes)
{
	h->done += bytes;
	if (h->done == h->image[h->at].bytes) {
		h->done = 0;
		h->at++;
	}
}

int health_sum_images(struct health *h)
{
	const struct health_image *image = &h->image[h->at];
	u64 from, n;
	char *page;

	if (h->at == h->nr_images) {
		return 0;
	}
	from = image->from + h->done;
	/* A restart does more in one go, and bytes take longer than words. */
	n = h->has_images || !IS_ALIGNED(image->from, sizeof(u64)) ? SUM_PIECE : SEAL_PIECE;
	n = to_boundary(from, image->bytes - h->done, n);
	page = window_map(pa_to_mfn(pa(from)));
	h->sum = sum_bytes(h->sum, page + (from & (PAGE_SIZE - 1)), n);
	window_unmap(page);
	advance(h, n);
	return -ERESTART;
}

/* The next owner may start with its caches off. */
static void copy(u64 to, u64 from, u64 bytes)
{
	for (u64 n; bytes != 0; bytes -= n, to += n, from += n) {
		char *source = window_map(pa_to_mfn(pa(from)));
		char *page = window_map(pa_to_mfn(pa(to)));

		n = to_boundary(from, to_boundary(to, bytes, PAGE_SIZE), PAGE_SIZE);
		memcpy(page + (to & (PAGE_SIZE - 1)), source + (from & (PAGE_SIZE - 1)), n);
		arch_cache_clean_invalidate(page + (to & (PAGE_SIZE - 1)), n);
		window_unmap(page);
		window_unmap(source);
	}
}

/* More than a page in one piece only while nobody can take memory from the domain. */
static int load(struct health *h, u64 piece)
{
	const struct health_image *image = &h->image[h->at];
	struct s2_entry leaf;
	u64 to, n;

	if (h->at == h->nr_images) {
		h->at = 0;
		return 0;
	}
	to = image->to + h->done;
	leaf = s2_lookup(h->d, ipa_to_gfn(ipa(to)));
	n = to_boundary(to, image->bytes - h->done, MIN(piece, PAGE_SIZE << leaf.order));
	if (leaf.kind != S2_RAM || !frame_get(leaf.frame, h->d->id)) {
		return -EFAULT;
	}
	copy(mfn_to_pa(leaf.frame).v + (to & (PAGE_SIZE - 1)), image->from + h->done, n);
	frame_put(leaf.frame);
	advance(h, n);
	return -ERESTART;
}

int health_load_images(struct health *h)
{
	return load(h, COPY_PIECE);
}

int health_load(struct domain *d, u64 piece)
{
	return load(d->health, piece);
}

bool health_free_image(struct health *h)
{
	if (h->image != NULL && h->nr_images != 0) {
		mfn_t first = pa_to_mfn(pa(h->image[--h->nr_images].from));

		if (frame_owner(first) == HV_DOMID_HYP) {
			frame_free_dirty(first, h->block_order);
		}
		return true;
	}
	heap_pages_free(h->image, 0);
	h->image = NULL;
	h->has_images = false;
	return false;
}

void health_drop_images(struct domain *d)
{
	while (health_free_image(d->health)) {}
}

int health_add_image(struct domain *d, u64 from, u64 bytes, u64 to)
{
	struct health *h = health_get(d);

	if (h != NULL && h->image == NULL) {
		h->image = heap_pages_alloc(0);
	}
	if (h == NULL || h->image == NULL) {
		return -ENOMEM;
	}
	if (h->nr_images == HEALTH_IMAGES_MAX) {
		return -ENOSPC;
	}
	h->image[h->nr_images++] = (struct health_image){ from, bytes, to };
	return 0;
}

int health_note(struct domain *d)
{
	struct health *h = d->health;
	int err = h->step == 0 ? restart_note_ram(h) : 0;

	if (err == 0 && h->step == 0) {
		h->entry = d->vcpus[0]->arch.regs.pc;
		h->x0 = d->vcpus[0]->arch.regs.x[0];
		restart_next_step(h);
	}
	return err;
}

int health_seal(struct domain *d)
{
	struct health *h = d->health;
	int err = health_sum_images(h);

	h->wanted = h->sum;
	h->has_images = err == 0;
	return err;
}

/* An empty image in a new block; it is only ever read as far as it has been written. */
static int add_block(struct domain *d, unsigned int order, u64 gpa)
{
	bool is_dirty;
	mfn_t block = frame_alloc_dirty(order, HV_DOMID_HYP, &is_dirty);
	int err;

	if (!mfn_is_valid_value(block)) {
		return -ENOMEM;
	}
	err = health_add_image(d, mfn_to_pa(block).v, 0, gpa);
	if (err != 0) {
		frame_free_dirty(block, order);
	} else {
		d->health->block_order = order;
	}
	return err;
}

int health_add_copy(struct domain *d, const char *from, u64 bytes, u64 to)
{
	u64 nr = DIV_ROUND_UP(bytes, PAGE_SIZE), done = 0;
	int err = add_block(d, 63 - (unsigned int)__builtin_clzl(2 * nr - 1), to);

	while (err == 0 && done < bytes) {
		struct health_image *image = &d->health->image[d->health->nr_images - 1];
		char *page = window_map(pa_to_mfn(pa(image->from + done)));

		image->bytes = MIN(bytes, done + PAGE_SIZE);
		memcpy(page, from + done, image->bytes - done);
		window_unmap(page);
		done = image->bytes;
	}
	return err;
}

/* A piece of the guest's memory at gpa; returns its bytes, or -errno. */
static int keep_piece(struct domain *d, u64 gpa, u64 bytes)
{
	struct health *h = d->health;
	struct health_image *image = h->nr_images != 0 ? &h->image[h->nr_images - 1] : NULL;
	u64 to, n;
	mfn_t frame;

	if (image == NULL || image->to + image->bytes != gpa || image->bytes == MIB(2)) {
		return add_block(d, ORDER_2M, gpa);
	}
	to = image->from + image->bytes;
	n = to_boundary(gpa, to_boundary(to, bytes, COPY_PIECE), COPY_PIECE);
	if (s2_get_frame(d, ipa_to_gfn(ipa(gpa)), false, &frame) != 0) {
		return -ENXIO;
	}
	copy(to, mfn_to_pa(frame).v + (gpa & (PAGE_SIZE - 1)), n);
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

	if (h->d->vcpus[0] == NULL || h->nr_images == 0) {
		return -EINVAL;
	}
	do {
		err = health_note(h->d);
		err = err != 0 ? err : health_seal(h->d);
	} while (err == -ERESTART && !softirq_preempt_needed());
	return err;
}

int health_op_keep(struct domain *d, void *op)
{
	struct bulkhead_keep_image *arg = op;
	struct health *h = health_get(d);
	int err;

	if (h == NULL) {
		return -ENOMEM;
	}
	if (arg->done > arg->bytes || arg->gpa + arg->bytes < arg->gpa) {
		return -EINVAL;
	}
	spin_lock(&control_lock);
	if (d->is_created || d->is_dying || h->has_images) {
		err = -EINVAL;
	} else {
		err = arg->bytes != 0 ? keep(d, arg) : finish(h);
	}
	spin_unlock(&control_lock);
	return err;
}
