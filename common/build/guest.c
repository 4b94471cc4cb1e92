/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot-time domains, built. In two rounds: first all nodes are read, and each domain is made with
 * its vCPUs, its static memory and the regions that have an address of their own, so that nothing
 * else can take these places; then each, in the tree's order, gets the rest and starts, while the
 * next one is still being built. Its own vCPU 0 then clears its memory and copies its images
 * (common/health), or this CPU copies them in a build without CONFIG_HEALTH. Dom0 comes after them.
 *
 * Whatever fails, the domain's destruction gives back what it had: all memory is mapped as soon as
 * it is allocated.
 */
#include "describe.h"

#include <hv/compiler.h>
#include <hv/heap.h>
#include <hv/printk.h>
#include <hv/refusals.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/wallclock.h>
#include <hv/dom_console.h>

#define EXTRA_PAGES  16U /* beside its memory: console */
#define EXTRA_TABLES 24U
#define SPLIT_MAX    64UL /* blocks of RAM from anywhere that the guest may split */
#define NO_GIC	     "the interrupt controller does not serve %lu vCPUs: lower it"
#define NO_ROOM	     "the hypervisor has no memory left for it: raise heap="

int build_nodes[BUILD_MAX] __initdata;
struct build *builds[BUILD_MAX];

/* Stage-2 tables: for each 2 MiB that may be no block, for some pages given away, and above. */
static __init u32 count_tables(const struct build *b, u64 nr)
{
	nr += EXTRA_TABLES;

	for (u32 i = 0; i < b->nr_ranges; i++) {
		u64 most = b->nr_static || i >= b->nr_ram ? ~0UL : SPLIT_MAX;

		nr += 3 + MIN(b->range[i].bytes >> 21, most) + (b->range[i].bytes >> 30);
	}
	return (u32)nr;
}

static __init bool is_creation_bad(struct build *b)
{
	struct device_needs needs = { .nr_spis = MAX(b->nr_spis, (u32)b->has_vuart) };
	struct domain_config config = { .nr_vcpus = b->nr_vcpus,
					.is_host_layout = b->is_direct_mapped,
					.uuid = { [15] = (u8)b->id } };
	int err;

	if (build_bad(b, !b->nr_static && b->memory >> PAGE_SHIFT > frame_nr_free(), "memory",
		      REFUSAL_MEMORY_FREE, b->memory >> 10, frame_nr_free() << 2)) {
		return true;
	}
	if (IS_ENABLED(CONFIG_PASSTHROUGH)) {
		build_partial_needs(b, &needs);
	}
	config.nr_spis = needs.nr_spis;
	err = domain_create(b->id, &config, &b->d);
	if (build_bad(b, err == -EINVAL, "cpus", NO_GIC, (u64)b->nr_vcpus) || err) {
		return true;
	}
	string_copy(b->d->name, b->name, sizeof(b->d->name));
	b->d->name_hash = domain_name_hash(b->name);
	if (IS_ENABLED(CONFIG_SCHED_ARINC653)) {
		sched_owner_bind(b->name, NULL, b->id);
	}
	b->d->max_pages = (b->memory >> PAGE_SHIFT) + EXTRA_PAGES;
	do {
		err = s2_pool_set(b->d, count_tables(b, needs.nr_tables));
	} while (err == -ERESTART);
	return err ||
	       build_bad(b, b->has_vuart && vuart_init(b->d), "vpl011",
			 "its place is taken: leave it out") ||
	       build_schedule_bad(b);
}

static __init bool is_static_bad(struct build *b)
{
	for (u32 i = 0; i < b->nr_static; i++) {
		u64 base = b->range[i].pa, bytes = b->range[i].bytes;

		if (build_claim_bad(b, base, bytes, b->id)) {
			return true;
		}
		if (s2_map(b->d, gfn(b->range[i].gpa >> PAGE_SHIFT), mfn(base >> PAGE_SHIFT),
			   bytes >> PAGE_SHIFT, S2_RAM)) {
			build_unclaim(base, bytes);
			return true;
		}
	}
	return false;
}

/* Memory from anywhere, in the largest blocks there are. */
static __init bool is_ram_bad(struct build *b, const struct build_range *ram)
{
	u64 at = ram->gpa, left = ram->bytes, size = GIB(1);
	unsigned int order = ORDER_1G;
	bool is_dirty;

	while (left) {
		mfn_t frame = mfn(INVALID_FRAME);

		if (IS_ALIGNED(at, size) && left >= size) {
			frame = frame_alloc_dirty(order, b->id, &is_dirty);
		}
		if (!mfn_is_valid_value(frame)) {
			if (build_bad(b, order == ORDER_2M, "memory", REFUSAL_MEMORY_FREE,
				      b->memory >> 10, (b->memory - left) >> 10)) {
				return true;
			}
			size = PAGE_SIZE << --order;
			continue;
		}
		if (s2_map(b->d, gfn(at >> PAGE_SHIFT), frame, BIT(order), S2_RAM)) {
			frame_free_dirty(frame, order);
			return true;
		}
		at += size;
		left -= size;
	}
	return false;
}

static __init bool is_memory_bad(struct build *b)
{
	for (u32 i = b->nr_static; i < b->nr_ram; i++) {
		if (is_ram_bad(b, &b->range[i])) {
			return true;
		}
	}
	return (IS_ENABLED(CONFIG_XENSTORE) && build_console_bad(b)) ||
	       (IS_ENABLED(CONFIG_STATIC_COMM) && build_share_bad(b, true));
}

static __init bool is_content_bad(struct build *b, void *tree)
{
	if (build_tree_bad(b, tree) ||
	    boot_images_add(b->d, &b->images, tree, b->restart != BUILD_RESTART_NEVER)) {
		return true;
	}
	if (IS_ENABLED(CONFIG_TOOLSTACK)) {
		wallclock_show(b->d);
	}
	return build_start(b);
}

/* Everything back, where domains can end; else it keeps what it has, and stays paused. */
static __init void discard(struct build *b)
{
	(void)build_bad(b, !b->is_refused, "memory", NO_ROOM);
	builds[b->id - 1] = NULL;
	if (IS_ENABLED(CONFIG_DESTROY) && b->d) {
		while (domain_destroy(b->d) == -ERESTART) {}
		domain_put(b->d);
	}
	heap_free(b);
}

static __init void read_node(int node, domid_t id)
{
	struct build *b = heap_alloc(sizeof(*b));

	if (!b) {
		pr_err("domain %s is not built: " NO_ROOM "\n", devtree_name(node));
		return;
	}
	b->node = node;
	b->id = id;
	builds[id - 1] = b;
	if (build_describe_bad(b) || is_creation_bad(b) ||
	    (IS_ENABLED(CONFIG_STATIC_COMM) && build_share_bad(b, false)) || is_static_bad(b)) {
		discard(b);
	}
}

static __init void read_nodes(void)
{
	domid_t nr = 0;
	int node;

	devtree_for_each_child(node, devtree_chosen()) {
		if (!devtree_is_compatible(node, "xen,domain")) {
			continue;
		}
		if (nr == BUILD_MAX) {
			pr_err("domain %s is not built: " REFUSAL_TOO_MANY "\n", devtree_name(node),
			       BUILD_MAX);
		} else {
			build_nodes[nr++] = node;
		}
	}
	for (u32 i = 0; i < nr; i++) {
		read_node(build_nodes[i], (domid_t)(i + 1));
	}
}

__init u32 build_domains(void)
{
	void *tree;
	u32 nr = 0;

	read_nodes();
	tree = heap_pages_alloc(BUILD_TREE_ORDER);
	for (u32 i = 0; i < BUILD_MAX; i++) {
		struct build *b = builds[i];

		if (!b) {
			continue;
		}
		if (!tree || is_memory_bad(b) || is_content_bad(b, tree)) {
			discard(b);
			continue;
		}
		pr_info("domain %u: %s, %u vCPUs, %lu MiB, %u KiB of stage-2 tables\n", b->id,
			b->name, b->nr_vcpus, b->memory >> 20, b->d->arch.s2.pool.nr_total << 2);
		(void)domain_control_pause(b->d, false);
		domain_put(b->d);
		nr++;
	}
	heap_pages_free(tree, BUILD_TREE_ORDER);
	if (IS_ENABLED(CONFIG_CONSOLE_KEEP) && !bootinfo_find(BOOT_MODULE_KERNEL)) {
		build_own_console();
	}
	return nr;
}
