/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading at boot: copies between memory that EL2 does not map, through the window, cleaned to the
 * point of coherency because the new owner starts with its caches off; and the header of kernel
 * images.
 */
#include <hv/arch.h>
#include <hv/bootinfo.h>
#include <hv/compiler.h>
#include <hv/errno.h>
#include <hv/string.h>
#include <hv/window.h>

#define IMAGE_MAGIC	      0x644d5241U /* "ARM\x64" */
#define IMAGE_FLAG_BIG_ENDIAN 1UL

struct image_header {
	u32 code[2];
	u64 text_offset;
	u64 image_size;
	u64 flags;
	u64 reserved[3];
	u32 magic;
	u32 pe_offset;
};
_Static_assert(sizeof(struct image_header) == 64, "arm64 Image header");

static u64 in_page(u64 address, u64 bytes)
{
	return MIN(bytes, PAGE_SIZE - (address & (PAGE_SIZE - 1)));
}

void boot_copy_from(pa_t dst, const void *src, u64 bytes)
{
	const char *from = src;

	while (bytes) {
		u64 n = in_page(dst.v, bytes);
		char *to = (char *)window_map(pa_to_mfn(dst)) + (dst.v & (PAGE_SIZE - 1));

		memcpy(to, from, n);
		arch_cache_clean_invalidate(to, n);
		window_unmap(to);
		dst.v += n;
		from += n;
		bytes -= n;
	}
}

void boot_copy(pa_t dst, pa_t src, u64 bytes)
{
	while (bytes) {
		u64 n = in_page(src.v, bytes);
		char *from = window_map(pa_to_mfn(src));

		boot_copy_from(dst, from + (src.v & (PAGE_SIZE - 1)), n);
		window_unmap(from);
		dst.v += n;
		src.v += n;
		bytes -= n;
	}
}

__init void boot_peek(void *dst, pa_t src, size_t bytes)
{
	char *to = dst;

	while (bytes) {
		u64 n = in_page(src.v, bytes);
		char *from = window_map(pa_to_mfn(src));

		memcpy(to, from + (src.v & (PAGE_SIZE - 1)), n);
		window_unmap(from);
		src.v += n;
		to += n;
		bytes -= n;
	}
}

__init int boot_image_parse(const struct devtree_range *at, struct boot_image *out)
{
	struct image_header header = { .magic = 0 };

	if (at->bytes >= sizeof(header)) {
		boot_peek(&header, pa(at->base), sizeof(header));
	}
	out->magic = header.magic;
	if (header.magic != IMAGE_MAGIC) {
		return -EINVAL;
	}
	out->text_offset = header.text_offset & (MIB(2) - 1);
	out->bytes = ALIGN_UP(MAX(header.image_size, at->bytes), PAGE_SIZE);
	return header.flags & IMAGE_FLAG_BIG_ENDIAN ? -EOPNOTSUPP : 0;
}
