/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the boot loader left in memory: modules by Xen's multiboot bindings (/chosen, compatible
 * "multiboot,module"), and the RAM ranges that are free for use. Boot only.
 */
#ifndef HV_BOOTINFO_H
#define HV_BOOTINFO_H

#include <hv/devtree_write.h>
#include <hv/types.h>

enum boot_module_kind {
	BOOT_MODULE_KERNEL,
	BOOT_MODULE_RAMDISK,
	BOOT_MODULE_TREE, /* of a domain, partial */
	BOOT_MODULE_OTHER,
};

struct boot_module {
	enum boot_module_kind kind;
	struct devtree_range at;
	int node;	 /* of the device tree */
	bool is_domains; /* of a boot-time domain, not Dom0's */
	bool is_kept;	 /* needed after boot */
};

#define BOOT_MODULES_MAX 32U

struct boot_info {
	struct devtree_range image, fdt;
	struct boot_module modules[BOOT_MODULES_MAX];
	unsigned int nr_modules;
	int console;	    /* node of the hypervisor's UART, < 0: none */
	int pool_nodes[16]; /* of the device tree, by id of the pool; 0: none describes it */
};

extern struct boot_info boot_info;

/* Read /chosen; modules that are broken are reported and left out. */
void bootinfo_init(u64 image_pa_start, u64 image_bytes, u64 fdt_pa);
/* The first module of a kind that is a direct child of /chosen, or NULL. */
struct boot_module *bootinfo_find(enum boot_module_kind kind);
/* A node that is a module; its kind. */
bool bootinfo_is_module(int node);
enum boot_module_kind bootinfo_kind(int node);

/*
 * Find the RAM, take what the hypervisor keeps (heap, frame table) out of it, map that, and give
 * the rest to the frame allocator, except modules. Returns 0, or -errno after a message.
 */
int boot_memory_init(void);
/*
 * The modules have been copied: a piece of the memory of those that are not kept becomes free.
 * -ERESTART until that was the last.
 */
int boot_memory_release_modules(void);
/* Boot is over: what the hypervisor will not need becomes domains' memory. */
void boot_memory_seal(void);

/* The first bytes of a module, to look at its header. */
void boot_peek(void *dst, pa_t src, size_t bytes);

/* What a domain is loaded with; where the parts go in its memory, in this order. */
struct boot_images {
	struct boot_module *kernel, *ramdisk; /* NULL: no ramdisk */
	u64 magic;		      /* of the kernel, as found; 0: too short to have one */
	u64 entry, tree, initrd, end; /* guest addresses */
	u32 tree_bytes;
};

struct domain;
struct timer;
/* For memory from base on. -EINVAL: the kernel is no arm64 Image; -EOPNOTSUPP: big-endian. */
int boot_images_place(struct boot_images *images, u64 base);
/* The ramdisk's place, for /chosen of the domain's tree. */
void boot_images_show(const struct boot_images *images, struct devtree_writer *w);
/* Hand them over to common/health, with that tree; is_kept: for restarts, too. -ENOMEM. */
int boot_images_add(struct domain *d, const struct boot_images *images, const void *tree,
		    bool is_kept);

/*
 * For the device trees of domains, from the template, guest.dts: one of its templates or top-level
 * nodes (NULL: its root); begin a node like that, with an address in its name; a domain's CPUs.
 */
extern const char build_template_blob[];
#define BUILD_NO_ADDRESS (~0UL)
int build_template(const char *name);
void build_tree_add(struct devtree_writer *w, const char *name, u64 at);
void build_tree_cpus(struct devtree_writer *w, const struct domain *d);

/*
 * Build Dom0 from the modules and the host's device tree; paused, and its images are still to be
 * copied. 0 or -errno after a message.
 */
int dom0_build(void);
/* Copy a slice of them: -ERESTART until all is there and Dom0 starts, then 0. */
int dom0_load(void);
/*
 * A slice of the checksum over what a restart of Dom0 needs; the timer, which is nobody else's
 * then, makes the others. Until all is done, no restart can be.
 */
void dom0_seal(struct timer *timer);

/* Device tree, command line, time, console, banner, modules, memory; stops when one is missing. */
void boot_early(u64 image_pa_start, u64 image_bytes, u64 fdt_pa, const void *fdt, size_t mapped);
/* Access control, Dom0; then nothing of boot is needed any more and Dom0 runs. */
void boot_domains(void);
/*
 * Seal EL2's map; boot is over when the images of Dom0, if there is one, have been copied, and then
 * its code is unmapped. Not to be called from there.
 */
void boot_finish(void);
/* Default budgets of domains, before the first one (rates.c). */
void boot_rates(void);
/* Say why boot cannot go on and stop this CPU. */
void boot_stop(const char *why) __attribute__((noreturn));

#endif
