/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies to and from guest memory (hv/guest_access.h).
 *
 * A virtual address goes through stage 1 of the current vCPU by an address-translation instruction,
 * as EL1 would see it; the intermediate physical address goes through our own stage-2 tables, and
 * the frame is held there while the window is open: no other vCPU can give it away under the copy.
 */
#include <asm/sysreg.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/window.h>

#define PAR_F BIT(0)

int guest_translate(u64 gva, bool write, ipa_t *out)
{
	u64 saved = read_sysreg(par_el1);
	u64 par;

	if (write) {
		__asm__ volatile("at s1e1w, %0" : : "r"(gva));
	} else {
		__asm__ volatile("at s1e1r, %0" : : "r"(gva));
	}
	isb();
	par = read_sysreg(par_el1);
	write_sysreg(saved, par_el1);
	if (par & PAR_F) {
		return -EFAULT;
	}
	*out = ipa((par & PT_ADDR_MASK) | (gva & (PAGE_SIZE - 1)));
	return 0;
}

enum access {
	ACCESS_READ,
	ACCESS_WRITE,
	ACCESS_CLEAR
};

/* One piece inside one page. */
static int access_page(struct domain *d, ipa_t at, void *buffer, size_t bytes, enum access access)
{
	mfn_t frame = s2_hold(d, ipa_to_gfn(at), access != ACCESS_READ);
	size_t offset = at.v & (PAGE_SIZE - 1);
	char *va;

	if (!mfn_is_valid_value(frame)) {
		return -EFAULT;
	}
	va = window_map(frame);
	if (access == ACCESS_READ) {
		memcpy(buffer, va + offset, bytes);
	} else if (access == ACCESS_WRITE) {
		memcpy(va + offset, buffer, bytes);
	} else {
		memset(va + offset, 0, bytes);
	}
	window_unmap(va);
	s2_release(d);
	return 0;
}

static int access_gva(u64 gva, void *buffer, size_t bytes, enum access access)
{
	struct domain *d = current_domain();
	char *at = buffer;

	while (bytes) {
		size_t n = MIN(bytes, PAGE_SIZE - (gva & (PAGE_SIZE - 1)));
		ipa_t where;
		int rc = guest_translate(gva, access != ACCESS_READ, &where);

		rc = rc ? rc : access_page(d, where, at, n, access);
		if (rc) {
			return rc;
		}
		gva += n;
		at = at ? at + n : NULL;
		bytes -= n;
	}
	return 0;
}

int guest_copy_from(void *dst, u64 gva, size_t bytes)
{
	return access_gva(gva, dst, bytes, ACCESS_READ);
}

int guest_copy_to(u64 gva, const void *src, size_t bytes)
{
	/* The buffer is only read with ACCESS_WRITE. */
	return access_gva(gva, (void *)(uintptr_t)src, bytes, ACCESS_WRITE);
}

int guest_clear(u64 gva, size_t bytes)
{
	return access_gva(gva, NULL, bytes, ACCESS_CLEAR);
}
