/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that a domain is loaded with: boot's pieces and those of a restart put every byte in its
 * place and touch no other, wherever the images begin and end; the checksum notices each changed
 * bit; what the hypervisor has copied goes with the list, what the boot loader left does not.
 *
 * sources: common/image/images.c common/health/image.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <hv/images.h>

#include "../../common/health/restart.h"
#include "domain_world.h"

#define D	     (&world_domain[1])
#define NR_RAM	     16U
#define MODULE_ORDER 2U
#define MODULE_BYTES 9001U
#define COPY_BYTES   5000U
#define ENTRY	     0x80000UL

static struct health health;
static u8 expected[(NR_RAM + 4) * PAGE_SIZE], tree[COPY_BYTES];
static mfn_t module;

int restart_note_ram(struct health *h)
{
	return h->done++ < 2 ? -ERESTART : 0;
}

void restart_enter(struct health *h, u8 step)
{
	h->step = step;
	h->at = 0;
	h->done = 0;
	h->sum = 0;
}

domid_t frame_owner(mfn_t frame)
{
	return world_frames[frame.v].refs ? world_frames[frame.v].owner : HV_DOMID_NONE;
}

void frame_free_dirty(mfn_t first, unsigned int order)
{
	frame_put_block(first, order);
}

static unsigned int nr_used(void)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < WORLD_FRAMES; i++) {
		nr += world_frames[i].refs;
	}
	return nr;
}

/* A byte of the module; the world's frames do not lie side by side. */
static u8 *byte_of_module(u64 at)
{
	return &world_frames[module.v + at / PAGE_SIZE].bytes[at % PAGE_SIZE];
}

/* A module that begins within a page, and a tree; both go where pages are crossed. */
static void add_images(u64 from, u64 to)
{
	for (unsigned int i = 0; i < MODULE_BYTES; i++) {
		expected[to + i] = (u8)(i * 7 + 1);
		*byte_of_module(from + i) = expected[to + i];
	}
	for (unsigned int i = 0; i < COPY_BYTES; i++) {
		tree[i] = (u8)(i * 5 + 3);
	}
	memcpy(expected + 8 * PAGE_SIZE + 40, tree, COPY_BYTES);
	assert_int_equal(images_add_copy(D, (char *)tree, COPY_BYTES, 8 * PAGE_SIZE + 40), 0);
	memset(tree, 0xff, sizeof(tree)); /* it is a copy */
	assert_int_equal(images_add(D, mfn_to_pa(module).v + from, MODULE_BYTES, to), 0);
}

static int setup(void **state)
{
	world_reset(NR_RAM);
	memset(&health, 0, sizeof(health));
	memset(expected, 0, sizeof(expected));
	health.d = D;
	D->health = &health;
	D->vcpus[0]->arch.regs.pc = ENTRY;
	for (unsigned int g = 0; g < NR_RAM / 2; g++) { /* no two pages side by side */
		struct s2_entry e = world_s2[1][g];

		world_s2[1][g] = world_s2[1][NR_RAM - 1 - g];
		world_s2[1][NR_RAM - 1 - g] = e;
	}
	module = frame_alloc(MODULE_ORDER, HV_DOMID_NONE);
	return 0;
}

static int teardown(void **state)
{
	images_drop(D);
	assert_null(D->images);
	assert_int_equal(world_windows, 0);
	return 0;
}

static void assert_loaded(void)
{
	for (u64 g = 0; g < NR_RAM; g++) {
		u8 *page = world_frames[world_machine(1, g).v].bytes;

		assert_memory_equal(page, expected + g * PAGE_SIZE, PAGE_SIZE);
		assert_int_equal(world_frames[world_machine(1, g).v].refs, 1);
		memset(page, 0, PAGE_SIZE);
	}
}

static void test_every_byte_is_in_its_place(void **state)
{
	static const u64 places[][2] = { { 0, 0 }, { 8, 100 }, { 4095, 1 }, { 3, 4095 } };

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		setup(state);
		add_images(places[i][0], places[i][1]);
		while (images_load(D, IMAGES_PIECE) == -ERESTART) {}
		assert_loaded();
		assert_int_equal(images_load(D, IMAGES_PIECE), -ERESTART); /* from the beginning */
		D->images->at = 0;
		D->images->done = 0;
		while (images_load(D, 1024) == -ERESTART) {}
		assert_loaded();
		images_drop(D);
	}
}

static void test_an_image_outside_of_memory(void **state)
{
	int err;

	add_images(0, (NR_RAM - 1) * PAGE_SIZE - 100);
	do {
		err = images_load(D, IMAGES_PIECE);
	} while (err == -ERESTART);
	assert_int_equal(err, -EFAULT);
}

static int seal(void)
{
	int err = health_note(D);

	return err ? err : health_seal(D);
}

static u64 sum(void)
{
	restart_enter(&health, health.step + 1);
	while (health_sum_images(&health) == -ERESTART) {}
	return health.sum;
}

static void check_sum(u64 from)
{
	add_images(from, 0);
	while (seal() == -ERESTART) {
		assert_false(health.has_images);
	}
	assert_true(health.has_images);
	assert_int_equal(health.entry, ENTRY);
	D->vcpus[0]->arch.regs.pc = 0;
	assert_int_equal(sum(), health.wanted);
	for (unsigned int i = 0; i < MODULE_BYTES; i += 997) {
		*byte_of_module(from + i) ^= (u8)BIT(i % 8);
		assert_int_not_equal(sum(), health.wanted);
		*byte_of_module(from + i) ^= (u8)BIT(i % 8);
	}
	*byte_of_module(from + MODULE_BYTES) ^= 1; /* behind it */
	assert_int_equal(sum(), health.wanted);
}

/* By words, and by bytes. */
static void test_each_bit_counts(void **state)
{
	check_sum(8);
	images_drop(D);
	setup(state);
	check_sum(11);
}

static void test_only_copies_are_freed(void **state)
{
	unsigned int before = nr_used();

	add_images(8, 0);
	assert_int_equal(nr_used(), before + 2); /* two pages of the tree */
	while (seal() == -ERESTART) {}
	images_drop(D);
	assert_int_equal(nr_used(), before);
	assert_null(D->images);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_byte_is_in_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_image_outside_of_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_bit_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_copies_are_freed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
