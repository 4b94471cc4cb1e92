/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall: loading of images. Copies from the caller's memory straight into the
 * target's, page by page through two windows, and cleans what it wrote to the point of coherency,
 * because the guest starts with its caches off. A preemption point after each page; op->u.load.done
 * is the place.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/softirq.h>
#include <hv/string.h>
#include <hv/window.h>

#include "ext.h"

/* The caller's page behind gva, referenced, or -EFAULT. */
static int get_source(u64 gva, mfn_t *frame)
{
	ipa_t at;

	if (guest_translate(gva, false, &at) != 0 ||
	    s2_get_frame(current_domain(), ipa_to_gfn(at), false, frame) != 0) {
		return -EFAULT;
	}
	return 0;
}

static void fill(mfn_t to, u64 offset, const char *from, u64 nr)
{
	char *page = window_map(to);

	if (from != NULL) {
		memcpy(page + offset, from, nr);
	} else {
		memset(page + offset, 0, nr);
	}
	arch_cache_clean_invalidate(page + offset, nr);
	window_unmap(page);
}

/* nr bytes that lie in one page of the target and one of the source; src 0 means zeros. */
static int load_piece(struct domain *d, u64 dst, u64 src, u64 nr)
{
	mfn_t to, from;
	char *page;
	int err;

	if (s2_get_frame(d, gfn(dst >> PAGE_SHIFT), true, &to) != 0) {
		return -ENXIO;
	}
	if (src == 0) {
		fill(to, dst % PAGE_SIZE, NULL, nr);
		frame_put(to);
		return 0;
	}
	err = get_source(src, &from);
	if (err == 0) {
		page = window_map(from);
		fill(to, dst % PAGE_SIZE, page + src % PAGE_SIZE, nr);
		window_unmap(page);
		frame_put(from);
	}
	frame_put(to);
	return err;
}

int ext_load(struct domain *d, struct bulkhead_op *op)
{
	struct bulkhead_load *load = &op->u.load;
	u64 dst, src, nr;
	int err;

	if (d == current_domain() || load->done > load->size ||
	    load->dst_gpa + load->size < load->dst_gpa) {
		return -EINVAL;
	}
	while (load->done < load->size) {
		dst = load->dst_gpa + load->done;
		src = load->src.va == 0 ? 0 : load->src.va + load->done;
		nr = MIN(load->size - load->done, PAGE_SIZE - dst % PAGE_SIZE);
		if (src != 0) {
			nr = MIN(nr, PAGE_SIZE - src % PAGE_SIZE);
		}
		err = load_piece(d, dst, src, nr);
		if (err != 0) {
			return err;
		}
		load->done += nr;
		if (load->done < load->size && softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
	return 0;
}
