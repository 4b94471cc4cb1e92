/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world of a few domains for host tests of common/domain: frames with owners and references, a
 * stage 2 per domain as a plain array, a scheduler that only keeps reasons, and counters of what
 * was injected. Include once per test program.
 */
#ifndef FAKE_DOMAIN_WORLD_H
#define FAKE_DOMAIN_WORLD_H

#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/inject.h>
#include <hv/stage2.h>
#include <hv/window.h>
#include <public/xen.h>

#define WORLD_DOMAINS 3U
#define WORLD_VCPUS   2U
#define WORLD_FRAMES  256U
#define WORLD_GFNS    64U

struct world_frame {
	_Alignas(4096) u8 bytes[PAGE_SIZE];
	domid_t owner;
	unsigned int refs;
};

static struct world_frame world_frames[WORLD_FRAMES];
static struct s2_entry world_s2[WORLD_DOMAINS][WORLD_GFNS];
static struct domain world_domain[WORLD_DOMAINS];
static struct vcpu world_vcpu[WORLD_DOMAINS][WORLD_VCPUS];
static struct vcpu *world_vcpus[WORLD_DOMAINS][WORLD_VCPUS];
static struct shared_info world_shared[WORLD_DOMAINS];
static unsigned int world_injected[WORLD_DOMAINS][WORLD_VCPUS];
static unsigned int world_crashes[WORLD_DOMAINS];
static unsigned int world_services[WORLD_DOMAINS];
static unsigned int world_windows;
static struct vcpu *world_current;
static void (*world_other_cpu)(void); /* called while a stage 2 changes */

struct domain *hardware_domain;

struct vcpu *arch_current(void)
{
	return world_current;
}

void *heap_alloc(size_t size)
{
	return calloc(1, size);
}

void heap_free(void *object)
{
	free(object);
}

void *heap_pages_alloc(unsigned int order)
{
	return calloc(1, PAGE_SIZE << order);
}

void heap_pages_free(void *va, unsigned int order)
{
	free(va);
}

mfn_t frame_alloc(unsigned int order, domid_t owner)
{
	u64 nr = BIT(order);

	for (u64 i = nr; i + nr <= WORLD_FRAMES; i += nr) {
		u64 used = 0;

		for (u64 n = 0; n < nr; n++) {
			used += world_frames[i + n].refs;
		}
		if (used != 0) {
			continue;
		}
		for (u64 n = 0; n < nr; n++) {
			memset(world_frames[i + n].bytes, 0, PAGE_SIZE);
			world_frames[i + n].refs = 1;
			world_frames[i + n].owner = owner;
		}
		return mfn(i);
	}
	return mfn(INVALID_FRAME);
}

mfn_t frame_alloc_dirty(unsigned int order, domid_t owner, bool *is_dirty)
{
	*is_dirty = false;
	return frame_alloc(order, owner);
}

void frame_put(mfn_t frame);

void frame_put_block(mfn_t first, unsigned int order)
{
	for (u64 n = 0; n < BIT(order); n++) {
		frame_put(mfn(first.v + n));
	}
}

bool frame_get(mfn_t frame, domid_t owner)
{
	struct world_frame *f = &world_frames[frame.v];

	if (f->refs == 0 || f->owner != owner) {
		return false;
	}
	f->refs++;
	return true;
}

void frame_put(mfn_t frame)
{
	assert_true(frame.v < WORLD_FRAMES && world_frames[frame.v].refs > 0);
	world_frames[frame.v].refs--;
}

void *window_map(mfn_t frame)
{
	assert_true(frame.v < WORLD_FRAMES && world_frames[frame.v].refs > 0);
	assert_true(++world_windows <= 4);
	return world_frames[frame.v].bytes;
}

void window_unmap(void *va)
{
	assert_true(world_windows-- > 0);
}

int s2_map(struct domain *d, gfn_t g, mfn_t m, u64 nr, enum s2_kind kind)
{
	if (world_other_cpu != NULL) {
		world_other_cpu();
	}
	if (g.v >= WORLD_GFNS || nr != 1) {
		return -ERANGE;
	}
	if (world_s2[d->id][g.v].kind != S2_NONE) {
		return -EEXIST;
	}
	world_s2[d->id][g.v] = (struct s2_entry){ .kind = kind, .frame = m };
	return 0;
}

s64 s2_unmap(struct domain *d, gfn_t g, u64 nr)
{
	struct s2_entry *e = &world_s2[d->id][g.v % WORLD_GFNS];

	if (world_other_cpu != NULL) {
		world_other_cpu();
	}
	if (g.v >= WORLD_GFNS) {
		return -ERANGE;
	}
	if (e->kind == S2_NONE) {
		return 0;
	}
	if (e->kind != S2_SHARED && e->kind != S2_DEVICE) {
		frame_put(e->frame);
	}
	e->kind = S2_NONE;
	return 1;
}

struct s2_entry s2_lookup(struct domain *d, gfn_t g)
{
	return g.v < WORLD_GFNS ? world_s2[d->id][g.v] : (struct s2_entry){ .kind = S2_NONE };
}

int s2_get_frame(struct domain *d, gfn_t g, bool write, mfn_t *frame)
{
	struct s2_entry e = s2_lookup(d, g);

	if (e.kind != S2_RAM || !frame_get(e.frame, d->id)) {
		return -EINVAL;
	}
	*frame = e.frame;
	return 0;
}

void sched_block(struct sched_unit *unit, u32 reasons)
{
	unit->blocked |= reasons;
}

bool sched_unblock(struct sched_unit *unit, u32 reasons)
{
	bool was_blocked = unit->blocked != 0;

	unit->blocked &= ~reasons;
	return was_blocked && unit->blocked == 0;
}

void timer_set(struct timer *timer, u64 deadline)
{
	timer->deadline = deadline;
}

void timer_cancel(struct timer *timer)
{
	timer->deadline = TIME_NEVER;
}

void inject_ppi(struct vcpu *v, u32 intid)
{
	assert_int_equal(intid, 31);
	world_injected[v->domain->id][v->id]++;
}

bool inject_is_pending(struct vcpu *v)
{
	return false;
}

void domain_crash(struct domain *d, const char *why)
{
	world_crashes[d->id]++;
}

struct vcpu *domain_vcpu(const struct domain *d, u64 id)
{
	return id < d->nr_vcpus ? d->vcpus[id] : NULL;
}

void domain_put(struct domain *d)
{
	assert_true(d == NULL || d->refs-- > 1);
}

static inline int world_service(struct domain *d)
{
	world_services[d->id]++;
	return 0;
}

static mfn_t world_machine(unsigned int d, u64 g)
{
	return world_s2[d][g].frame;
}

/* Three domains with nr_ram frames of memory each; domain 0 is the hardware domain and current. */
static void world_reset(u64 nr_ram)
{
	fake_reset(4);
	memset(world_frames, 0, sizeof(world_frames));
	memset(world_s2, 0, sizeof(world_s2));
	memset(world_domain, 0, sizeof(world_domain));
	memset(world_vcpu, 0, sizeof(world_vcpu));
	memset(world_shared, 0, sizeof(world_shared));
	memset(world_injected, 0, sizeof(world_injected));
	memset(world_crashes, 0, sizeof(world_crashes));
	memset(world_services, 0, sizeof(world_services));
	world_windows = 0;
	world_other_cpu = NULL;
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		struct domain *d = &world_domain[i];

		d->id = (domid_t)i;
		d->refs = 1;
		d->nr_vcpus = WORLD_VCPUS;
		d->vcpus = world_vcpus[i];
		d->shared_info = &world_shared[i];
		d->evtchn_ppi = 31;
		for (u16 v = 0; v < WORLD_VCPUS; v++) {
			world_vcpu[i][v].domain = d;
			world_vcpu[i][v].id = v;
			world_vcpu[i][v].info_frame = mfn(INVALID_FRAME);
			world_vcpus[i][v] = &world_vcpu[i][v];
		}
		for (u64 g = 0; g < nr_ram; g++) {
			s2_map(d, gfn(g), frame_alloc(0, d->id), 1, S2_RAM);
		}
	}
	hardware_domain = &world_domain[0];
	world_current = &world_vcpu[0][0];
}

#endif
