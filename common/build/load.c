/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images that boot gives a domain: whether its kernel is one (Linux' booting.rst), and where
 * kernel, device tree and ramdisk go. common/image loads them, in slices, because it does the same
 * at each restart. Boot only, no lock.
 */
#include <hv/bootinfo.h>
#include <hv/compiler.h>
#include <hv/errno.h>
#include <hv/images.h>
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

__init void boot_peek(void *dst, pa_t src, size_t bytes)
{
	char *to = dst;

	while (bytes) {
		u64 n = MIN(bytes, PAGE_SIZE - (src.v & (PAGE_SIZE - 1)));
		char *from = window_map(pa_to_mfn(src));

		memcpy(to, from + (src.v & (PAGE_SIZE - 1)), n);
		window_unmap(from);
		src.v += n;
		to += n;
		bytes -= n;
	}
}

__init int boot_images_place(struct boot_images *images, u64 base)
{
	const struct devtree_range *kernel = &images->kernel->at;
	struct image_header header = { .magic = 0 };

	if (kernel->bytes >= sizeof(header)) {
		boot_peek(&header, pa(kernel->base), sizeof(header));
	}
	images->magic = header.magic;
	if (header.magic != IMAGE_MAGIC) {
		return -EINVAL;
	}
	images->entry = ALIGN_UP(base, MIB(2)) + (header.text_offset & (MIB(2) - 1));
	images->tree = ALIGN_UP(images->entry + MAX(header.image_size, kernel->bytes), MIB(2));
	images->initrd = images->tree + MIB(2);
	images->end = images->initrd + (images->ramdisk ? images->ramdisk->at.bytes : 0);
	return header.flags & IMAGE_FLAG_BIG_ENDIAN ? -EOPNOTSUPP : 0;
}

__init void boot_images_show(const struct boot_images *images, struct devtree_writer *w)
{
	if (images->ramdisk) {
		devtree_add_cells(w, images->initrd, 2);
		devtree_put_cells(w, "linux,initrd-start");
		devtree_add_cells(w, images->end, 2);
		devtree_put_cells(w, "linux,initrd-end");
	}
}

static __init int add(struct domain *d, struct boot_module *module, u64 to, bool is_kept)
{
	module->is_kept = module->is_kept || is_kept;
	return images_add(d, module->at.base, module->at.bytes, to);
}

__init int boot_images_add(struct domain *d, const struct boot_images *images, const void *tree,
			   bool is_kept)
{
	int rc = images_add_copy(d, tree, images->tree_bytes, images->tree);

	rc = rc ? rc : add(d, images->kernel, images->entry, is_kept);
	return rc || !images->ramdisk ? rc : add(d, images->ramdisk, images->initrd, is_kept);
}
