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

/* nr bytes that lie in one page of the target; src 0 means zeros. */
static int load_piece(struct domain *d, u64 dst, u64 src, u64 nr)
{
	mfn_t frame;
	char *to;
	int err = 0;

	if (s2_get_frame(d, gfn(dst >> PAGE_SHIFT), true, &frame) != 0) {
		return -ENXIO;
	}
	to = window_map(frame);
	if (src != 0) {
		err = guest_copy_from(to + dst % PAGE_SIZE, src, nr);
	} else {
		memset(to + dst % PAGE_SIZE, 0, nr);
	}
	arch_cache_clean_invalidate(to + dst % PAGE_SIZE, nr);
	window_unmap(to);
	frame_put(frame);
	return err;
}

int ext_load(struct domain *d, void *arg)
{
	struct bulkhead_load *load = arg;
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
