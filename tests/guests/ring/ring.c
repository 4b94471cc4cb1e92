/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring: one of two sides that talk through static shared memory and a static event channel, both
 * from the boot device tree. Messages of 496 bytes go both ways at once through two rings of 64
 * slots; their numbers and contents are checked.
 *
 * All state is two indices per ring in the shared memory, and message number i has contents that
 * follow from i: a side that is restarted goes on where it was. Nothing of the peer's is believed:
 * an index too far away counts as garbage. Options: side= 0 or 1, port= own port, count= messages
 * (default 100000). garbage=1: write random words everywhere for seconds= (default 2) instead, or,
 * with side=0, survive that. reset= number of a message behind which this side asks for a reboot;
 * again=1: it does so when both sides are through, and has unmapped a page of the region by then.
 */
#include "lib.h"

const char guest_name[] = "ring";

#define SLOTS 64
#define WORDS 62 /* 496 bytes */

struct slot {
	uint64_t number, sum;
	uint64_t data[WORDS];
};

struct ring {
	volatile uint64_t head, bye, pad0[6]; /* written by the sender: messages sent, it is done */
	volatile uint64_t tail, pad1[7];      /* by the receiver: messages taken */
	struct slot slot[SLOTS];
};

static struct {
	struct ring *out, *in;
	uint64_t count, reset, nr_bad, nr_wrong, nr_polls;
	uint32_t port;
} side;

static uint64_t next(uint64_t x)
{
	x ^= x << 13;
	x ^= x >> 7;
	return x ^ x << 17;
}

/* Contents of message number i, and their sum. */
static uint64_t word(uint64_t *x)
{
	*x = next(*x);
	return *x;
}

static bool send_one(void)
{
	uint64_t head = side.out->head, x = head + 1, sum = 0;
	struct slot *slot = &side.out->slot[head % SLOTS];

	if (head == side.count || head - side.out->tail >= SLOTS) {
		side.nr_bad += head - side.out->tail > SLOTS;
		return false;
	}
	slot->number = head;
	for (unsigned int i = 0; i < WORDS; i++) {
		slot->data[i] = word(&x);
		sum += slot->data[i];
	}
	slot->sum = sum;
	__atomic_store_n(&side.out->head, head + 1, __ATOMIC_RELEASE);
	return true;
}

static bool take_one(void)
{
	uint64_t tail = side.in->tail, x = tail + 1, sum = 0, wrong = 0;
	uint64_t waiting = __atomic_load_n(&side.in->head, __ATOMIC_ACQUIRE) - tail;
	const struct slot *slot = &side.in->slot[tail % SLOTS];

	if (waiting == 0 || waiting > SLOTS) {
		side.nr_bad += waiting > SLOTS;
		return false;
	}
	for (unsigned int i = 0; i < WORDS; i++) {
		wrong += slot->data[i] != word(&x);
		sum += slot->data[i];
	}
	side.nr_wrong += wrong != 0 || slot->sum != sum || slot->number != tail;
	__atomic_store_n(&side.in->tail, tail + 1, __ATOMIC_RELEASE);
	if (tail == side.reset) {
		smccc_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	}
	return true;
}

static long tell(void)
{
	uint32_t port = side.port;

	return xen_call(XEN_EVENT_CHANNEL_OP, EVTCHNOP_send, (uint64_t)&port, 0, 0);
}

/* Sleep until the peer has done something, or 5 ms. */
static void sleep(void)
{
	uint32_t port = side.port;
	struct {
		uint64_t ports;
		uint32_t nr;
		uint64_t timeout;
	} poll = { (uint64_t)&port, 1, 0 };

	poll.timeout = ticks() * 1000000000 / tick_hz() + 5000000;
	side.nr_polls++;
	xen_call(XEN_SCHED_OP, SCHEDOP_poll, (uint64_t)&poll, 0, 0);
	__atomic_and_fetch(&shared_info->pending[port / 64], ~(1ull << port % 64),
			   __ATOMIC_SEQ_CST);
}

/* Both ways until all is through, or, against garbage, until the time is over. */
static void run(uint64_t end)
{
	bool is_busy;

	do {
		is_busy = false;
		while (send_one() || take_one()) {
			is_busy = true;
		}
		if (is_busy) {
			tell();
		} else {
			sleep();
		}
	} while (end != 0 ? ticks() < end
			  : side.out->head < side.count || side.in->tail < side.count ||
				    side.out->tail < side.count);
}

/* What a new life finds. */
static void look(const volatile uint64_t *at, uint64_t bytes)
{
	uint64_t used = 0;

	for (uint64_t i = 0; i < bytes / 8; i++) {
		used |= at[i];
	}
	printf("# region %s: sent %lu taken %lu\n", used != 0 ? "used" : "clean", side.out->head,
	       side.in->tail);
}

/* XENMEM_remove_from_physmap of this domain. */
static long remove_page(uint64_t at)
{
	struct {
		uint16_t domid;
		uint64_t gpfn;
	} arg = { 0x7ff0, at / 4096 };

	return xen_call(XEN_MEMORY_OP, XENMEM_remove_from_physmap, (uint64_t)&arg, 0, 0);
}

static void write_garbage(volatile uint64_t *at, uint64_t bytes, uint64_t end)
{
	while (ticks() < end) {
		at[rnd() % (bytes / 8)] = rnd();
	}
}

void guest_main(void)
{
	uint64_t bytes = plat.shm_size, base = plat.shm_base, number = opt_u64("side", 0);
	uint64_t end = ticks() + us_to_ticks(opt_u64("seconds", 2) * 1000000);
	bool is_garbage = opt_is("garbage", "1");
	struct ring *rings = (struct ring *)base;

	check(base != 0 && bytes >= 2 * sizeof(struct ring), "there is shared memory");
	check_eq(evtchn_init(), 0, "shared info is mapped");
	if (!all_ok()) {
		return;
	}
	mmu_map_normal(base);
	side.out = &rings[number];
	side.in = &rings[1 - number];
	side.count = opt_u64("count", 100000);
	side.reset = opt_u64("reset", UINT64_MAX);
	side.port = (uint32_t)opt_u64("port", 1);
	check_eq(tell(), 0, "the channel is there");
	look((const volatile uint64_t *)base, bytes);
	if (is_garbage && number != 0) {
		write_garbage((volatile uint64_t *)base, bytes, end);
		return;
	}
	run(is_garbage ? end : 0);
	printf("# side %lu: sent %lu taken %lu wrong %lu bad indices %lu polls %lu\n", number,
	       side.out->head, side.in->tail, side.nr_wrong, side.nr_bad, side.nr_polls);
	if (is_garbage) {
		check(side.nr_bad + side.nr_wrong != 0, "garbage is noticed");
		return;
	}
	check_eq(side.in->tail, side.count, "all messages have come");
	check_eq(side.nr_wrong, 0, "no message is lost, doubled or damaged");
	check_eq(side.nr_bad, 0, "no index is out of place");
	check_eq(tell(), 0, "the channel is still there");
	side.out->bye = 1;
	if (opt_is("again", "1")) {
		while (side.in->bye == 0) {
			sleep();
		}
		check_eq(remove_page(base), 0, "a page of the region is unmapped");
		smccc_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	}
}
