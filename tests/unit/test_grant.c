/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grant tables: single uses of an entry, and random operations of three domains with withdrawals,
 * removals and deaths in between, after which every frame has the references that its mappings
 * explain and every entry the flags that its pins explain.
 *
 * sources: common/grant/grant.c common/grant/grant_map.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <hv/grant.h>
#include <public/grant_table.h>

#include "domain_world.h"

#define D(n)	   (&world_domain[n])
#define NR_RAM	   16U
#define MAP_GFN	   32U /* first guest frame without memory */
#define NR_HANDLES 64U

static struct grant_entry_v1 *entry_of(unsigned int d, u32 ref)
{
	mfn_t frame;

	while (grant_get_frame(D(d), 0, &frame) == -ERESTART) {}
	frame_put(frame);
	return (struct grant_entry_v1 *)world_frames[frame.v].bytes + ref;
}

static void offer(unsigned int d, u32 ref, unsigned int to, u32 g, u16 flags)
{
	struct grant_entry_v1 *e = entry_of(d, ref);

	e->domid = (u16)to;
	e->frame = g;
	e->flags = flags;
}

static int setup(void **state)
{
	world_reset(NR_RAM);
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		assert_int_equal(grant_init(D(i), 4, 0), 0);
	}
	return 0;
}

static int teardown(void **state)
{
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		while (grant_unmap_all(D(i)) == -ERESTART) {}
	}
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		while (grant_free_slice(D(i))) {}
		assert_int_equal(D(i)->refs, 1);
		assert_int_equal(world_crashes[i], 0);
	}
	return 0;
}

static int map(unsigned int user, unsigned int from, u32 ref, u64 g, bool is_ro, u32 *handle)
{
	struct gnttab_map_grant_ref op = {
		.host_addr = g << PAGE_SHIFT,
		.flags = GNTMAP_host_map | (is_ro ? GNTMAP_readonly : 0),
		.ref = ref,
	};
	int status = grant_map(D(user), D(from), &op);

	*handle = op.handle;
	return status;
}

static int unmap(unsigned int user, u64 g, u32 handle)
{
	struct gnttab_unmap_grant_ref op = { .host_addr = g << PAGE_SHIFT, .handle = handle };

	return grant_unmap(D(user), &op);
}

static void test_map(void **state)
{
	mfn_t frame = world_machine(1, 5);
	u32 h, h2;

	offer(1, 9, 0, 5, GTF_permit_access);
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_okay);
	assert_int_equal(world_s2[0][40].kind, S2_GRANT_RW);
	assert_int_equal(world_s2[0][40].frame.v, frame.v);
	assert_int_equal(world_frames[frame.v].refs, 2);
	assert_int_equal(entry_of(1, 9)->flags, GTF_permit_access | GTF_reading | GTF_writing);
	assert_int_equal(map(0, 1, 9, 41, true, &h2), GNTST_okay);
	assert_int_equal(world_s2[0][41].kind, S2_GRANT_RO);
	assert_int_equal(unmap(0, 40, h), GNTST_okay);
	assert_int_equal(entry_of(1, 9)->flags, GTF_permit_access | GTF_reading);
	assert_int_equal(unmap(0, 40, h), GNTST_bad_handle);
	assert_int_equal(unmap(0, 42, h2), GNTST_bad_handle);
	assert_int_equal(unmap(0, 41, h2), GNTST_okay);
	assert_int_equal(entry_of(1, 9)->flags, GTF_permit_access);
	assert_int_equal(world_frames[frame.v].refs, 1);
}

static void test_refused(void **state)
{
	u32 h;

	offer(1, 9, 2, 5, GTF_permit_access);
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_general_error);
	offer(1, 9, 0, 5, GTF_invalid);
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_general_error);
	offer(1, 9, 0, 5, GTF_transitive);
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_general_error);
	offer(1, 9, 0, 5, GTF_permit_access | GTF_readonly);
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_general_error);
	assert_int_equal(entry_of(1, 9)->flags, GTF_permit_access | GTF_readonly);
	offer(1, 9, 0, 50, GTF_permit_access);
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_bad_page);
	assert_int_equal(entry_of(1, 9)->flags, GTF_permit_access);
	assert_int_equal(map(0, 1, 512, 40, false, &h), GNTST_bad_gntref);
	assert_int_equal(map(0, 1, ~0U, 40, false, &h), GNTST_bad_gntref);
	offer(1, 9, 0, 5, GTF_permit_access);
	assert_int_equal(map(0, 1, 9, WORLD_GFNS, false, &h), GNTST_general_error);
	assert_int_equal(entry_of(1, 9)->flags, GTF_permit_access);
	assert_int_equal(world_frames[world_machine(1, 5).v].refs, 1);
	D(1)->is_dying = true;
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_bad_domain);
}

/* What another vCPU of the mapping domain does meanwhile: it guesses the handle. */
static u64 raced_gfn;
static int raced_status;

static void unmap_early(void)
{
	world_other_cpu = NULL;
	raced_status = unmap(0, raced_gfn, 0);
}

/* Unmapping a handle that is being set up must neither end its use nor drop what it holds. */
static void test_unmap_during_map(void **state)
{
	mfn_t frame = world_machine(1, 5);
	u32 h;

	offer(1, 9, 0, 5, GTF_permit_access);
	raced_gfn = 40;
	world_other_cpu = unmap_early;
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_okay);
	assert_int_equal(raced_status, GNTST_bad_handle);
	assert_int_equal(D(1)->refs, 2);
	assert_int_equal(entry_of(1, 9)->flags, GTF_permit_access | GTF_reading | GTF_writing);
	assert_int_equal(unmap(0, 40, h), GNTST_okay);

	/* The same with a mapping that fails in the end. */
	raced_gfn = WORLD_GFNS;
	raced_status = 0;
	world_other_cpu = unmap_early;
	assert_int_equal(map(0, 1, 9, WORLD_GFNS, false, &h), GNTST_general_error);
	assert_int_equal(raced_status, GNTST_bad_handle);
	assert_int_equal(D(1)->refs, 1);
	assert_int_equal(entry_of(1, 9)->flags, GTF_permit_access);
	assert_int_equal(world_frames[frame.v].refs, 1);
}

static void test_copy(void **state)
{
	struct gnttab_copy op = {
		.source = { .u.ref = 3, .offset = 100 },
		.dest = { .u.gmfn = 2, .offset = 4000 },
		.len = 96,
		.flags = GNTCOPY_source_gref,
	};

	offer(1, 3, 0, 7, GTF_permit_access | GTF_readonly);
	memset(world_frames[world_machine(1, 7).v].bytes, 0x5a, PAGE_SIZE);
	assert_int_equal(grant_copy(D(0), D(1), NULL, &op), GNTST_okay);
	assert_int_equal(world_frames[world_machine(0, 2).v].bytes[3999], 0);
	assert_int_equal(world_frames[world_machine(0, 2).v].bytes[4000], 0x5a);
	assert_int_equal(world_frames[world_machine(0, 2).v].bytes[4095], 0x5a);
	assert_int_equal(entry_of(1, 3)->flags, GTF_permit_access | GTF_readonly);
	op.len = 97;
	assert_int_equal(grant_copy(D(0), D(1), NULL, &op), GNTST_bad_copy_arg);
	op.len = 0xffff;
	op.dest.offset = 0;
	assert_int_equal(grant_copy(D(0), D(1), NULL, &op), GNTST_bad_copy_arg);
	op.len = 1;
	op.dest.u.gmfn = 1UL << 40;
	assert_int_equal(grant_copy(D(0), D(1), NULL, &op), GNTST_bad_page);
	assert_int_equal(entry_of(1, 3)->flags, GTF_permit_access | GTF_readonly);
	assert_int_equal(world_frames[world_machine(1, 7).v].refs, 1);
}

static void test_granter_dies(void **state)
{
	mfn_t frame = world_machine(1, 5);
	u32 h;

	offer(1, 9, 0, 5, GTF_permit_access);
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_okay);
	D(1)->is_dying = true;
	while (grant_unmap_all(D(1)) == -ERESTART) {}
	while (grant_release(D(1)) == -ERESTART) {}
	s2_unmap(D(1), gfn(5), 1);
	/* The page stays until its last user gives it back. */
	assert_int_equal(world_frames[frame.v].refs, 1);
	assert_int_equal(D(1)->refs, 2);
	assert_int_equal(unmap(0, 40, h), GNTST_okay);
	assert_int_equal(world_frames[frame.v].refs, 0);
}

static void test_mapping_removed(void **state)
{
	u32 h;

	offer(1, 9, 0, 5, GTF_permit_access);
	assert_int_equal(map(0, 1, 9, 40, false, &h), GNTST_okay);
	/* The user takes the page out by other means and puts its own memory there. */
	s2_unmap(D(0), gfn(40), 1);
	s2_map(D(0), gfn(40), frame_alloc(0, 0), 1, S2_RAM);
	assert_int_equal(unmap(0, 40, h), GNTST_okay);
	assert_int_equal(world_s2[0][40].kind, S2_RAM);
	assert_int_equal(entry_of(1, 9)->flags, GTF_permit_access);
}

static void test_growth(void **state)
{
	mfn_t frame;

	assert_int_equal(grant_grow(D(1), 5), -EINVAL);
	assert_int_equal(grant_grow(D(1), 4), -ERESTART);
	assert_int_equal(grant_nr_frames(D(1)), 1);
	while (grant_grow(D(1), 4) == -ERESTART) {}
	assert_int_equal(grant_nr_frames(D(1)), 4);
	assert_int_equal(grant_get_frame(D(1), 4, &frame), -EINVAL);
	assert_int_equal(grant_get_frame(D(1), ~0U, &frame), -EINVAL);
}

struct model_map {
	bool is_used, is_write;
	unsigned int from;
	u32 ref, handle;
};

static struct model_map model[WORLD_DOMAINS][NR_HANDLES / 2];

static void model_step(void)
{
	unsigned int user = (unsigned int)rand() % WORLD_DOMAINS;
	unsigned int from = (unsigned int)rand() % WORLD_DOMAINS;
	u32 ref = (u32)rand() % 8, slot = (u32)rand() % (NR_HANDLES / 2);
	struct model_map *m = &model[user][slot];
	struct grant_entry_v1 *e = entry_of(from, ref);
	bool is_ro = rand() % 2;

	switch (rand() % 4) {
	case 0:
		if ((e->flags & (GTF_reading | GTF_writing)) == 0) {
			offer(from, ref, user, (u32)rand() % NR_RAM,
			      (u16)(rand() % 4 | (rand() % 2 ? GTF_readonly : 0)));
		}
		break;
	case 1:
	case 2:
		if (!m->is_used &&
		    map(user, from, ref, MAP_GFN + slot, is_ro, &m->handle) == GNTST_okay) {
			m->is_used = true;
			m->is_write = !is_ro;
			m->from = from;
			m->ref = ref;
		}
		break;
	default:
		assert_int_equal(unmap(user, MAP_GFN + slot, m->is_used ? m->handle : 9999),
				 m->is_used ? GNTST_okay : GNTST_bad_handle);
		m->is_used = false;
		break;
	}
}

/* Flags and references are what the model's mappings say. */
static void model_check(void)
{
	unsigned int users[WORLD_DOMAINS][8] = { 0 }, writers[WORLD_DOMAINS][8] = { 0 };
	unsigned int refs[WORLD_FRAMES] = { 0 };

	for (unsigned int d = 0; d < WORLD_DOMAINS; d++) {
		for (u32 s = 0; s < NR_HANDLES / 2; s++) {
			const struct model_map *m = &model[d][s];

			if (m->is_used) {
				users[m->from][m->ref]++;
				writers[m->from][m->ref] += m->is_write;
				refs[world_s2[d][MAP_GFN + s].frame.v]++;
			}
		}
	}
	for (unsigned int d = 0; d < WORLD_DOMAINS; d++) {
		for (u32 ref = 0; ref < 8; ref++) {
			u16 flags = entry_of(d, ref)->flags;

			assert_int_equal((flags & GTF_reading) != 0, users[d][ref] != 0);
			assert_int_equal((flags & GTF_writing) != 0, writers[d][ref] != 0);
		}
		for (u64 g = 0; g < NR_RAM; g++) {
			u64 frame = world_machine(d, g).v;

			assert_int_equal(world_frames[frame].refs, 1 + refs[frame]);
		}
	}
}

static void test_random(void **state)
{
	memset(model, 0, sizeof(model));
	srand(7);
	for (int i = 0; i < 50000; i++) {
		model_step();
		if (i % 20 == 0) {
			model_check();
		}
	}
	model_check();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_map, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unmap_during_map, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_granter_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mapping_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_growth, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
