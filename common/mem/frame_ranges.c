/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Machine frames by ranges (CONFIG_FRAME_RANGES), for systems whose domains are all built at boot:
 * a sorted table of runs of frames that have one owner, instead of an entry per frame. A run counts
 * the references of all its frames together, one of each frame's owner included, and is free again
 * when the last of them is gone. So frame_refs() only tells whether anybody beside the owner
 * has a reference to some frame of the run. Neighbours of the same owner are one run, and what is
 * free is always dirty: it is scrubbed when it is handed out. frame_lock (LOCK_RANK_FRAME) protects
 * the table.
 */
#include <hv/frame.h>
#include <hv/panic.h>
#include <hv/spinlock.h>
#include <hv/string.h>

#define RUNS_MAX 128U

struct run {
	u64 first, nr, refs;
	domid_t owner; /* HV_DOMID_NONE: free */
};

static struct spinlock frame_lock = SPINLOCK_INIT(LOCK_RANK_FRAME);
static struct run runs[RUNS_MAX];
static u32 nr_runs;
static u64 nr_free, nr_total;
static void (*scrub_frames)(mfn_t first, u64 nr) __sealed;

/* The first run that ends behind this frame: the one that has it, if there is one. */
static u32 search(u64 frame)
{
	u32 low = 0, high = nr_runs;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (runs[middle].first + runs[middle].nr <= frame) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static struct run *find(u64 frame)
{
	u32 i = search(frame);

	return i < nr_runs && runs[i].first <= frame ? &runs[i] : NULL;
}

/* A free run more, before i. */
static void insert(u32 i, u64 first, u64 nr)
{
	memmove(&runs[i + 1], &runs[i], (nr_runs - i) * sizeof(runs[0]));
	runs[i] = (struct run){ first, nr, 0, HV_DOMID_NONE };
	nr_runs++;
}

static void remove(u32 i)
{
	nr_runs--;
	memmove(&runs[i], &runs[i + 1], (nr_runs - i) * sizeof(runs[0]));
}

/* One run out of i and i + 1 when they touch and have one owner. */
static void join(u32 i)
{
	struct run *a = &runs[i], *b = a + 1;

	if (i + 1 < nr_runs && a->first + a->nr == b->first && a->owner == b->owner) {
		a->nr += b->nr;
		a->refs += b->refs;
		remove(i + 1);
	}
}

static void join_around(u32 i)
{
	join(i);
	if (i != 0) {
		join(i - 1);
	}
}

/* Give frames [first, first + nr) of the free run i to an owner. False: the table is full. */
static bool take(u32 i, u64 first, u64 nr, domid_t owner)
{
	struct run whole = runs[i];
	u64 end = whole.first + whole.nr;

	if (nr_runs + 2 > RUNS_MAX) {
		return false;
	}
	if (first + nr < end) {
		insert(i + 1, first + nr, end - first - nr);
	}
	if (first > whole.first) {
		insert(i++, whole.first, first - whole.first);
	}
	runs[i] = (struct run){ first, nr, nr, owner };
	nr_free -= nr;
	join_around(i);
	return true;
}

mfn_t frame_alloc_range(unsigned int order, domid_t owner, mfn_t min, mfn_t max)
{
	u64 nr = BIT(order), found = INVALID_FRAME;

	spin_lock(&frame_lock);
	for (u32 i = search(min.v); i < nr_runs && found == INVALID_FRAME; i++) {
		u64 end = MIN(max.v, runs[i].first + runs[i].nr);
		u64 first = ALIGN_UP(MAX(min.v, runs[i].first), nr);

		if (runs[i].owner == HV_DOMID_NONE && first < end && end - first >= nr &&
		    take(i, first, nr, owner)) {
			found = first;
		}
	}
	spin_unlock(&frame_lock);
	return mfn(found);
}

mfn_t frame_alloc_dirty(unsigned int order, domid_t owner, bool *is_dirty)
{
	*is_dirty = true;
	return frame_alloc_range(order, owner, mfn(0), mfn(INVALID_FRAME));
}

mfn_t frame_alloc(unsigned int order, domid_t owner)
{
	mfn_t frame = frame_alloc_range(order, owner, mfn(0), mfn(INVALID_FRAME));

	for (u64 done = 0; mfn_is_valid_value(frame) && done < BIT(order); done += BIT(ORDER_2M)) {
		scrub_frames(mfn(frame.v + done), MIN(BIT(order), BIT(ORDER_2M)));
	}
	return frame;
}

/* A copy of the run that has this frame; one without frames when there is none. */
static struct run run_of(mfn_t frame)
{
	const struct run *run, nothing = { .owner = HV_DOMID_NONE };
	struct run copy;

	spin_lock(&frame_lock);
	run = find(frame.v);
	copy = run ? *run : nothing;
	spin_unlock(&frame_lock);
	return copy;
}

bool frame_is_ram(mfn_t frame)
{
	return run_of(frame).nr != 0;
}

domid_t frame_owner(mfn_t frame)
{
	return run_of(frame).owner;
}

unsigned int frame_refs(mfn_t frame)
{
	struct run run = run_of(frame);

	return run.owner == HV_DOMID_NONE ? 0 : 1 + (run.refs > run.nr);
}

bool frame_get(mfn_t frame, domid_t owner)
{
	struct run *run;
	bool is_taken;

	spin_lock(&frame_lock);
	run = find(frame.v);
	is_taken = run && run->owner == owner && owner != HV_DOMID_NONE;
	if (is_taken) {
		run->refs++;
	}
	spin_unlock(&frame_lock);
	return is_taken;
}

/* A block is part of one run: neighbours of one owner always are. */
void frame_put_block(mfn_t first, unsigned int order)
{
	struct run *run;

	spin_lock(&frame_lock);
	run = find(first.v);
	ASSERT(run && run->refs >= BIT(order));
	run->refs -= BIT(order);
	if (run->refs == 0) {
		run->owner = HV_DOMID_NONE;
		nr_free += run->nr;
		join_around((u32)(run - runs));
	}
	spin_unlock(&frame_lock);
}

void frame_free_dirty(mfn_t first, unsigned int order)
{
	frame_put_block(first, order);
}

void frame_put(mfn_t frame)
{
	if (frame_is_ram(frame)) {
		frame_put_block(frame, 0);
	}
}

u64 frame_nr_free(void)
{
	return READ_ONCE(nr_free);
}

u64 frame_nr_total(void)
{
	return nr_total;
}

size_t frame_table_bytes(u64 nr __unused)
{
	return 0;
}

void frame_table_init(void *table __unused, mfn_t base __unused, u64 nr __unused,
		      void (*scrub)(mfn_t first, u64 nr))
{
	scrub_frames = scrub;
	nr_runs = 0;
	nr_free = 0;
	nr_total = 0;
}

void frame_add_range(mfn_t first, u64 nr)
{
	u32 i;

	spin_lock(&frame_lock);
	i = search(first.v);
	if (nr_runs < RUNS_MAX) {
		insert(i, first.v, nr);
		nr_free += nr;
		nr_total += nr;
		join_around(i);
	}
	spin_unlock(&frame_lock);
}
