/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile: a domain that uses what PV drivers use, at random and wrongly, on all vCPUs at once and
 * until it is destroyed: entries of its grant table that change under whoever uses them; maps,
 * unmaps and copies of its own and of others' references, one over the other and over its memory;
 * versions that there are not; ports opened, bound, sent on, closed and reset beside its peers'
 * own; its memory given back while others map it, and a balloon that never stops. Of its own memory
 * it touches the table, its arguments and its stacks, which it keeps. Options: seed=, first= id of
 * the lowest domain that it names (default 0), calls= after which it ends (default: never).
 */
#include "lib.h"

const char guest_name[] = "hostile";

#define GNTTABOP_map	  0
#define GNTTABOP_unmap	  1
#define GNTTABOP_copy	  5
#define NR_GNTTABOPS	  14
#define MAP_REF_HOST	  2
#define GTF_permit_access 1
#define XENMEM_populate	  6
#define XENMEM_decrease	  1
#define XENMAPSPACE_grant 1
#define NR_TABLE_FRAMES	  4
#define NR_ENTRIES	  (NR_TABLE_FRAMES * 512)
#define NR_PORTS	  64
#define SCRATCH_OFFSET	  (32ull << 20) /* of this guest's memory: may go and come back */
#define SCRATCH_PAGES	  512
#define NR_PEERS	  6

struct entry {
	uint16_t flags, domid;
	uint32_t frame;
};

static struct entry table[NR_ENTRIES] __attribute__((aligned(4096)));
static uint64_t first_peer, nr_calls, limit;
static uint64_t mapped_at[64]; /* by handle */
static volatile uint64_t nr_accepted[4];

static uint64_t pick(uint64_t n)
{
	return rnd() % n;
}

static uint16_t peer(void)
{
	return pick(8) == 0   ? (pick(2) != 0 ? DOMID_SELF : (uint16_t)rnd())
	       : pick(8) == 0 ? 0
			      : (uint16_t)(first_peer + pick(NR_PEERS));
}

static uint64_t scratch(void)
{
	return plat.ram_base + SCRATCH_OFFSET + pick(SCRATCH_PAGES) * 4096;
}

/* Few references and handles, so that several hit the same. */
static uint32_t ref(void)
{
	return (uint32_t)(pick(32) == 0 ? rnd() : pick(16) == 0 ? pick(NR_ENTRIES) : 8 + pick(24));
}

static void change_entry(void)
{
	volatile struct entry *e = &table[pick(16) == 0 ? pick(NR_ENTRIES) : 8 + pick(24)];

	e->frame = (uint32_t)(pick(16) == 0 ? rnd() : scratch() >> 12);
	e->domid = peer();
	e->flags = (uint16_t)(pick(4) != 0 ? GTF_permit_access | (rnd() & 4) : rnd() & 0x1f);
}

/* The outcome of one element, where the structure of this operation has it; else of the call. */
static long outcome(uint64_t op, const uint64_t *arg, long result)
{
	return op == GNTTABOP_map     ? (int16_t)(arg[2] >> 16)
	       : op == GNTTABOP_unmap ? (int16_t)(arg[2] >> 32)
	       : op == GNTTABOP_copy  ? (int16_t)(arg[4] >> 32)
				      : result;
}

static long grant(void)
{
	uint64_t op = pick(4) == 0   ? pick(NR_GNTTABOPS + 1)
		      : pick(3) == 0 ? GNTTABOP_copy
				     : pick(2);
	uint64_t arg[8] = { rnd(), rnd(), rnd(), rnd(), rnd(), rnd() };
	long result;

	if (op == GNTTABOP_map) {
		arg[0] = scratch() | (pick(32) == 0 ? rnd() : 0);
		arg[1] = (pick(8) == 0 ? rnd() & 0xff : MAP_REF_HOST | (rnd() & 4)) |
			 (uint64_t)ref() << 32;
		arg[2] = peer();
	} else if (op == GNTTABOP_unmap) {
		arg[2] = pick(16) == 0 ? rnd() : pick(64);
		arg[0] = pick(4) == 0 ? scratch() : mapped_at[arg[2] % 64];
	} else if (op == GNTTABOP_copy) {
		arg[0] = pick(2) != 0 ? ref() : scratch() >> 12;
		arg[1] = peer() | pick(4096) << 16;
		arg[2] = pick(2) != 0 ? ref() : scratch() >> 12;
		arg[3] = (pick(2) != 0 ? DOMID_SELF : peer()) | pick(4096) << 16;
		arg[4] = pick(2048) | pick(4) << 16;
	}
	result = xen_call(XEN_GRANT_TABLE_OP, op, (uint64_t)arg, pick(16) == 0 ? rnd() : 1, 0);
	result = result == 0 ? outcome(op, arg, result) : result;
	if (op == GNTTABOP_map && result == 0) {
		mapped_at[(arg[2] >> 32) % 64] = arg[0];
	}
	return result;
}

static long event(void)
{
	static const uint8_t often[] = { 0, 0, 0, 1, 3, 3, 4, 4, 4, 5, 6, 6, 6, 7, 8, 9 };
	uint64_t op = pick(256) == 0 ? pick(16) : often[pick(ARRAY_SIZE(often))];
	uint32_t arg[8] = { (uint32_t)pick(NR_PORTS), (uint32_t)pick(NR_PORTS), 0 };

	if (op == EVTCHNOP_bind_interdomain) {
		arg[0] = peer();
	} else if (op == EVTCHNOP_alloc_unbound) {
		arg[0] = (pick(16) == 0 ? peer() : DOMID_SELF) | (uint32_t)peer() << 16;
	} else if (op == 10) {
		arg[0] = DOMID_SELF;
	}
	return xen_call(XEN_EVENT_CHANNEL_OP, op, (uint64_t)arg, 0, 0);
}

/* Memory given away, taken again, and more than there may be. */
static long balloon(void)
{
	uint64_t frames[8], op = pick(2) != 0 ? XENMEM_populate : XENMEM_decrease;
	uint64_t arg[3] = { (uint64_t)frames, 1 + pick(8), DOMID_SELF };

	for (unsigned int i = 0; i < ARRAY_SIZE(frames); i++) {
		frames[i] = (pick(4) == 0 && op == XENMEM_populate
				     ? 0x80000000 + (rnd() & 0xfffffff)
				     : scratch()) >>
			    12;
	}
	arg[1] |= pick(32) == 0 ? 9ull << 32 : 0;
	return xen_call(XEN_MEMORY_OP, op, (uint64_t)arg, 0, 0);
}

static long move_page(void)
{
	struct {
		uint16_t domid;
		uint64_t gpfn;
	} hole = { pick(8) == 0 ? peer() : DOMID_SELF, scratch() >> 12 };
	struct xen_add_to_physmap add = { .domid = DOMID_SELF,
					  .space = pick(3) == 0 ? (uint32_t)pick(6)
								: XENMAPSPACE_grant,
					  .idx = pick(8),
					  .gpfn = scratch() >> 12 };

	return pick(2) != 0
		       ? xen_call(XEN_MEMORY_OP, XENMEM_remove_from_physmap, (uint64_t)&hole, 0, 0)
		       : xen_call(XEN_MEMORY_OP, XENMEM_add_to_physmap, (uint64_t)&add, 0, 0);
}

static void storm(unsigned int cpu)
{
	static long (*const kinds[])(void) = { grant, grant, event, balloon, move_page };

	for (uint64_t i = 0; i < limit; i++) {
		unsigned int kind = (unsigned int)pick(ARRAY_SIZE(kinds));

		change_entry();
		if (kinds[kind]() >= 0 && kind != 0) {
			__atomic_add_fetch(&nr_accepted[kind - 1], 1, __ATOMIC_RELAXED);
		}
		if (cpu == 0 && (i + 1) % 20000 == 0) {
			printf("# %lu calls; accepted: grants %lu, events %lu, balloon %lu, "
			       "pages %lu\n",
			       i + 1, nr_accepted[0], nr_accepted[1], nr_accepted[2],
			       nr_accepted[3]);
		}
	}
	__atomic_add_fetch(&nr_calls, limit, __ATOMIC_SEQ_CST);
}

void guest_main(void)
{
	uint64_t done = 0;

	console_leave_ring(); /* its port is closed some time */
	first_peer = opt_u64("first", 0);
	limit = opt_u64("calls", UINT64_MAX);
	for (unsigned int i = 0; i < NR_TABLE_FRAMES; i++) {
		struct xen_add_to_physmap add = { .domid = DOMID_SELF,
						  .space = XENMAPSPACE_grant,
						  .idx = i,
						  .gpfn = ((uint64_t)table >> 12) + i };

		check_eq(xen_call(XEN_MEMORY_OP, XENMEM_add_to_physmap, (uint64_t)&add, 0, 0), 0,
			 "a frame of the grant table is mapped");
	}
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		check_eq(cpu_start(cpu, storm), 0, "vCPU started");
	}
	storm(0);
	check(WAIT_FOR((done = nr_calls) == limit * plat.nr_cpus, 60000000), "all have ended");
	check(nr_accepted[0] != 0 && nr_accepted[1] != 0 && nr_accepted[2] != 0,
	      "some were accepted");
}
