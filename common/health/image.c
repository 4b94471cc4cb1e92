/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a restart needs to be sure of a domain's images: where it starts, and a checksum over all of
 * them. That is made of 64-bit words (h ^ word) * odd, folded: each step is a bijection of h, so no
 * change of a single word goes unnoticed, and any other one with a chance of 2^-64. It is against
 * bits that rot and stray writes, not against an attacker, who would need EL2. Each function here
 * is a slice of a page at most.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/images.h>
#include <hv/window.h>

#include "restart.h"

#define SUM_FACTOR 0x9e3779b97f4a7c15UL
#define SUM_PIECE  512UL
#define SEAL_PIECE 1024UL

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

int health_sum_images(struct health *h)
{
	struct images *images = h->d->images;
	const struct image *image = &images->image[images->at];
	u64 from, n;
	char *page;

	if (images->at == images->nr) {
		images->at = 0;
		return 0;
	}
	from = image->from + images->done;
	/* A restart does more in one go, and bytes take longer than words. */
	n = h->has_images || !IS_ALIGNED(image->from, sizeof(u64)) ? SUM_PIECE : SEAL_PIECE;
	n = images_to_boundary(from, image->bytes - images->done, n);
	page = window_map(pa_to_mfn(pa(from)));
	h->sum = sum_bytes(h->sum, page + (from & (PAGE_SIZE - 1)), n);
	window_unmap(page);
	images_advance(images, n);
	return -ERESTART;
}

int health_note(struct domain *d)
{
	struct health *h = d->health;
	int err = h->step == 0 ? restart_note_ram(h) : 0;

	if (err == 0 && h->step == 0) {
		h->entry = d->vcpus[0]->arch.regs.pc;
		h->x0 = d->vcpus[0]->arch.regs.x[0];
		restart_enter(h, h->step + 1);
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
