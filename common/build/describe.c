/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A boot-time domain's node (docs/bindings.md) read into its description: what the node alone says,
 * its modules, its static memory. The first fault is told in one line and ends the reading; nothing
 * has been allocated by then. Functions whose name has "bad" return true after such a line.
 *
 * Plain numbers, words and flags are rows of one table, in which each has its limits and what holds
 * when it is absent; what no row names and begins with "bulkhead," is misspelt. Boot only, no lock.
 */
#include "describe.h"

#include <hv/ctype.h>
#include <hv/printk.h>
#include <hv/refusals.h>
#include <hv/string.h>
#include <public/arch-arm.h>

#define CMDTEXT_MAX 1023UL
#define REQUIRED    (~0U)
#define RAM0_END    (GUEST_RAM0_BASE + GUEST_RAM0_SIZE)
#define RATE_MIN    THROTTLE_RATE_MIN
#define RATE_MAX    THROTTLE_RATE_MAX
#define NO_RATE	    THROTTLE_RATE_DEFAULT

enum kind {
	NUMBER,
	RATE, /* a number that may be 0 as well */
	WORD, /* one byte: the place in the list of words */
	FLAG,
	OTHER /* read elsewhere */
};

#define AT(field)      offsetof(struct build, field)
#define NR_MEMORY_ROWS 5 /* the first, which are not for Dom0 */
#define IF(option)     (IS_ENABLED(CONFIG_##option) ? NULL : "CONFIG_" #option)

static const struct row {
	const char *name;
	u64 at;
	enum kind kind;
	u32 min, max, absent;
	const char *words;
	const char *missing; /* the option, if this build does without it */
} rows[] = {
	{ "cpus", AT(nr_vcpus), NUMBER, 1, DOMAIN_VCPUS_MAX, REQUIRED, NULL, NULL },
	{ "nr_spis", AT(nr_spis), NUMBER, 0, 960, 0, NULL, NULL },
	{ "vpl011", AT(has_vuart), FLAG, 0, 0, 0, NULL, IF(VUART) },
	{ "direct-map", AT(is_direct_mapped), FLAG, 0, 0, 0, NULL, NULL },
	{ "xen,enhanced", AT(enhanced), WORD, 0, 0, 0, "disabled, enabled, no-xenstore", NULL },
	{ "bulkhead,extratime", AT(has_extratime), FLAG, 0, 0, 0, NULL, NULL },
	{ "bulkhead,weight", AT(weight), NUMBER, 1, 65535, 256, NULL, NULL },
	{ "bulkhead,cap", AT(cap), NUMBER, 0, 6400, 0, NULL, NULL },
	{ "bulkhead,trap-rate", AT(rates[0]), RATE, RATE_MIN, RATE_MAX, NO_RATE, NULL,
	  IF(THROTTLE) },
	{ "bulkhead,interrupt-rate", AT(rates[1]), RATE, RATE_MIN, RATE_MAX, NO_RATE, NULL,
	  IF(THROTTLE) },
	{ "bulkhead,log-rate", AT(rates[2]), RATE, RATE_MIN, RATE_MAX, NO_RATE, NULL,
	  IF(THROTTLE) },
	{ "bulkhead,restart", AT(restart), WORD, 0, 0, 0, "never, warm, cold", IF(HEALTH) },
	{ "bulkhead,give-up", AT(give_up), WORD, 0, 0, 0, "disable, reset", IF(HEALTH) },
	{ "bulkhead,warm-limit", AT(warm_limit), NUMBER, 0, 100, 3, NULL, IF(HEALTH) },
	{ "bulkhead,cold-limit", AT(cold_limit), NUMBER, 1, 100, 3, NULL, IF(HEALTH) },
	{ "bulkhead,window-s", AT(window_s), NUMBER, 1, 86400, 60, NULL, IF(HEALTH) },
	{ "bulkhead,watchdog-ms", AT(watchdog_ms), NUMBER, 0, 3600000, 0, NULL, IF(HEALTH) },
	{ "bulkhead,affinity", 0, OTHER, 0, 0, 0, NULL, NULL },
	{ "bulkhead,period-us", 0, OTHER, 0, 0, 0, NULL, NULL },
	{ "bulkhead,budget-us", 0, OTHER, 0, 0, 0, NULL, NULL },
};

/* The place of a word in a list like "never, warm, cold", or -1. */
static __init int find_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (int i = 0; n && words; i++) {
		if (strncmp(words, word, n) == 0 && (words[n] == ',' || words[n] == '\0')) {
			return i;
		}
		words = strchr(words, ',');
		words = words ? words + 2 : NULL;
	}
	return -1;
}

static __init bool is_bad_word(struct build *b, const struct row *row, const char *word)
{
	int place = word ? find_word(row->words, word) : -1;

	*((u8 *)b + row->at) = (u8)place;
	return build_bad(b, !word, row->name, REFUSAL_TYPE, "a text") ||
	       build_bad(b, place < 0, row->name, REFUSAL_WORD, word, row->words);
}

static __init bool is_bad_row(struct build *b, const struct row *row)
{
	int bytes;
	const void *value = devtree_property(b->node, row->name, &bytes);
	u64 n = value ? devtree_u32(b->node, row->name, 0) : row->absent;

	if (build_bad(b, value && row->missing, row->name, REFUSAL_NOT_BUILT, row->missing)) {
		return true;
	}
	if (row->kind == FLAG) {
		*((bool *)b + row->at) = value != NULL;
	}
	if (row->kind == WORD && value) {
		return is_bad_word(b, row, bytes ? devtree_string(b->node, row->name) : "enabled");
	}
	if (row->kind > RATE) {
		return false;
	}
	*(u32 *)((char *)b + row->at) = (u32)n;
	return build_bad(b, !value && row->kind == NUMBER && n == REQUIRED, row->name,
			 REFUSAL_MISSING) ||
	       build_bad(b, value && bytes != 4, row->name, REFUSAL_TYPE, "a number") ||
	       build_bad(b, value && (n < row->min || n > row->max) && (n || row->kind == NUMBER),
			 row->name, REFUSAL_RANGE, n, (u64)row->min, (u64)row->max);
}

__init bool build_rows_bad(struct build *b)
{
	struct devtree_property p = { .bytes = 0 };

	while (devtree_next_property(b->node, &p)) {
		size_t i = strncmp(p.name, "bulkhead,", 9) ? ARRAY_SIZE(rows) + 1 : 0;

		while (i < ARRAY_SIZE(rows) && strcmp(rows[i].name, p.name) != 0) {
			i++;
		}
		if (build_bad(b, i == ARRAY_SIZE(rows), p.name, REFUSAL_UNKNOWN)) {
			return true;
		}
	}
	for (size_t i = b->id ? 0 : NR_MEMORY_ROWS; i < ARRAY_SIZE(rows); i++) {
		if (is_bad_row(b, &rows[i])) {
			return true;
		}
	}
	return false;
}

static __init bool is_name_bad(struct build *b)
{
	const char *name = devtree_name(b->node);
	const char *at = strchr(name, '@');
	size_t n = at ? (size_t)(at - name) : strlen(name);
	bool is_bad = n < 1 || n >= DOMAIN_NAME_MAX, is_twice = false;

	string_copy(b->name, name, MIN(n + 1, sizeof(b->name)));
	for (size_t i = 0; b->name[i]; i++) {
		is_bad = is_bad || (ctype_digit(name[i]) == 36 && !strchr(".,_+-", name[i]));
	}
	for (u32 i = 0; i < BUILD_MAX; i++) {
		is_twice = is_twice ||
			   (builds[i] && builds[i] != b && strcmp(builds[i]->name, b->name) == 0);
	}
	return build_bad(b, is_bad || strcmp(b->name, "Domain-0") == 0, "name", REFUSAL_NAME,
			 b->name) ||
	       build_bad(b, is_twice, "name", REFUSAL_NAME_TWICE, b->name);
}

static __init int find_ram(const struct devtree_range *ram, void *arg)
{
	const struct devtree_range *at = arg;

	return at->base >= ram->base && at->base - ram->base < ram->bytes &&
	       at->bytes <= ram->bytes - (at->base - ram->base);
}

__init bool build_is_ram(u64 base, u64 bytes)
{
	struct devtree_range at = { base, bytes };

	return devtree_for_each_memory(find_ram, &at) != 0;
}

/* One more range of memory: at its own address, or behind the last in the guest's two banks. */
static __init void add_ram(struct build *b, u64 pa, u64 bytes)
{
	const struct build_range *last = &b->range[b->nr_ram ? b->nr_ram - 1 : 0];
	u64 gpa = b->nr_ram ? last->gpa + last->bytes : GUEST_RAM0_BASE;

	gpa = gpa <= RAM0_END && bytes > RAM0_END - gpa ? GUEST_RAM1_BASE : gpa;
	b->range[b->nr_ram++] = (struct build_range){ pa, b->is_direct_mapped ? pa : gpa, bytes };
}

static __init bool is_static_bad(struct build *b, const u32 *cells, int bytes)
{
	static const char name[] = "xen,static-mem";
	u64 nr = (u64)bytes / 16, sum = 0;

	if (build_bad(b, bytes == 0 || bytes % 16, name, REFUSAL_TYPE,
		      "pairs of address and size") ||
	    build_bad(b, nr > BUILD_STATIC_MAX, name, REFUSAL_STATIC_MANY, nr, BUILD_STATIC_MAX)) {
		return true;
	}
	for (; nr; nr--, cells += 4) {
		u64 base = devtree_cells(cells, 2), size = devtree_cells(cells + 2, 2);

		if (build_bad(b, !IS_ALIGNED(base | size, PAGE_SIZE) || !size || base + size < base,
			      name, REFUSAL_STATIC_UNIT, base, base + size, PAGE_SIZE >> 10)) {
			return true;
		}
		add_ram(b, base, size);
		sum += size;
	}
	b->nr_static = b->nr_ram;
	return build_bad(b, sum != b->memory, name, REFUSAL_STATIC_SUM, sum >> 10, b->memory >> 10);
}

static __init bool is_memory_bad(struct build *b)
{
	int bytes, err;
	const u32 *cells = devtree_property(b->node, "xen,static-mem", &bytes);
	u64 unit = cells ? 4 : 2048, kib = 0;

	err = devtree_number(b->node, "memory", &kib);
	if (build_bad(b, err == -ENOENT, "memory", REFUSAL_MISSING) ||
	    build_bad(b, err != 0, "memory", REFUSAL_TYPE, "a size in KiB") ||
	    build_bad(b, kib == 0 || kib % unit, "memory", REFUSAL_MEMORY_UNIT, kib, unit) ||
	    build_bad(b, b->is_direct_mapped && !cells, "direct-map", REFUSAL_DIRECT_MAP)) {
		return true;
	}
	b->memory = MIN(kib, GUEST_RAM_MAX >> 10) << 10;
	if (cells) {
		return is_static_bad(b, cells, bytes);
	}
	add_ram(b, BUILD_ANYWHERE, MIN(b->memory, GUEST_RAM0_SIZE));
	if (b->memory > GUEST_RAM0_SIZE) {
		add_ram(b, BUILD_ANYWHERE, b->memory - GUEST_RAM0_SIZE);
	}
	return false;
}

/* What boot has read of a module's node; NULL: nothing usable. */
static __init struct boot_module *find_module(int node)
{
	for (unsigned int i = 0; i < boot_info.nr_modules; i++) {
		if (boot_info.modules[i].node == node) {
			return &boot_info.modules[i];
		}
	}
	return NULL;
}

static __init bool is_module_bad(struct build *b, int node)
{
	static const char *const names[] = { "kernel", "ramdisk", "device-tree" };
	enum boot_module_kind kind = bootinfo_kind(node);
	struct boot_module *module = find_module(node);
	struct boot_module **place = kind == BOOT_MODULE_KERNEL	   ? &b->images.kernel
				     : kind == BOOT_MODULE_RAMDISK ? &b->images.ramdisk
								   : &b->partial;
	bool is_full = boot_info.nr_modules == BOOT_MODULES_MAX;
	u64 base = module ? module->at.base : 0, bytes = module ? module->at.bytes : 0;
	const char *name;

	if (kind == BOOT_MODULE_OTHER) {
		return false;
	}
	name = names[kind];
	if (build_bad(b, kind == BOOT_MODULE_TREE && !IS_ENABLED(CONFIG_PASSTHROUGH), name,
		      REFUSAL_NOT_BUILT, "CONFIG_PASSTHROUGH") ||
	    build_bad(b, !module && is_full, name, REFUSAL_MODULES, (u64)BOOT_MODULES_MAX) ||
	    build_bad(b, !module, name, REFUSAL_MODULE_EMPTY, name) ||
	    build_bad(b, *place, name, REFUSAL_MODULE_TWICE, name) ||
	    build_bad(b, !build_is_ram(base, bytes), name, REFUSAL_MODULE_RANGE, name, base,
		      base + bytes)) {
		return true;
	}
	*place = module;
	return false;
}

/* Shared memory or an event channel, if it is that. */
static __init bool is_channel_bad(struct build *b, int node)
{
	bool is_shm = devtree_is_compatible(node, BUILD_SHM);

	if (!is_shm && !devtree_is_compatible(node, BUILD_EVTCHN)) {
		return false;
	}
	if (!IS_ENABLED(CONFIG_STATIC_COMM)) {
		return build_bad(b, true, is_shm ? BUILD_SHM_PLACE : BUILD_EVTCHN_ENDS,
				 REFUSAL_NOT_BUILT, "CONFIG_STATIC_COMM");
	}
	return is_shm ? build_shm_bad(b, node) : build_port_bad(b, node);
}

static __init bool are_children_bad(struct build *b)
{
	int node;

	devtree_for_each_child(node, b->node) {
		if ((bootinfo_is_module(node) && is_module_bad(b, node)) ||
		    is_channel_bad(b, node)) {
			return true;
		}
	}
	return build_bad(b, b->enhanced == BUILD_ENHANCED && !bootinfo_find(BOOT_MODULE_KERNEL),
			 "xen,enhanced", REFUSAL_NEEDS_DOM0) ||
	       build_bad(b, !b->images.kernel, "kernel", REFUSAL_KERNEL_MISSING);
}

static __init bool are_images_bad(struct build *b)
{
	const char *args = devtree_string(b->images.kernel->node, "bootargs");
	u64 base = b->range[0].gpa, length = args ? strlen(args) : 0, need;
	int err = boot_images_place(&b->images, base);

	need = ALIGN_UP(b->images.end, PAGE_SIZE) - base;
	return build_bad(b, err == -EINVAL, "kernel", REFUSAL_KERNEL_FORMAT, b->images.magic) ||
	       build_bad(b, err, "kernel", REFUSAL_KERNEL_ENDIAN) ||
	       build_bad(b, length > CMDTEXT_MAX, "bootargs", REFUSAL_CMDLINE, length,
			 CMDTEXT_MAX) ||
	       build_bad(b, need > b->range[0].bytes, "memory", REFUSAL_MEMORY_SMALL, need >> 10,
			 b->memory >> 10);
}

__init bool build_describe_bad(struct build *b)
{
	bool is_bad = is_name_bad(b) || build_rows_bad(b) || is_memory_bad(b);

	b->nr_ranges = b->nr_ram;
	return is_bad || are_children_bad(b) || are_images_bad(b);
}
