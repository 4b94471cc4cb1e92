/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hcfuzz, plausible arguments: structures of the ABI with fields that fit and now and then one that
 * does not. Random words alone never get past the first check of a domctl; these create, fill,
 * break and destroy domains 1 to 7. Domain 0 and DOMID_SELF are never the target of an operation of
 * the toolstack: that would be suicide.
 */
#include "hcfuzz.h"

#define DOMCTL_VERSION 0x17ull
#define SYSCTL_VERSION 0x15ull
#define NR_VICTIMS     7
#define NR_VCPUS       2

static uint64_t victim(void)
{
	return 1 + rnd() % NR_VICTIMS;
}

static uint64_t any_domain(void)
{
	uint64_t r = rnd();

	return (r & 3) == 0 ? DOMID_SELF : (r & 3) == 1 ? r >> 8 & 0xffff : r >> 8 & 7;
}

/* Low ones, and RAM of a victim or of this guest that holds nothing: 16 to 32 MiB after its start.
 */
static uint64_t frame(void)
{
	uint64_t r = rnd(), base = (r & 1) != 0 ? 0x40000000 : plat.ram_base;

	return (r & 6) == 0 ? r >> 8 & 0x3ff : (base >> 12) + 0x1000 + (r >> 8 & 0xeff);
}

static uint64_t page(unsigned int n)
{
	return (uint64_t)(buffer + n * BUFFER_WORDS);
}

void aim_setup(void)
{
	struct {
		uint16_t domid;
		uint64_t gpfn;
	} hole = { DOMID_SELF, page(1) >> 12 };
	struct xen_add_to_physmap table = {
		.domid = DOMID_SELF, .space = 1, .idx = cpu_id(), .gpfn = page(3) >> 12
	};
	long rc = xen_call(XEN_MEMORY_OP, 15, (uint64_t)&hole, 0, 0);

	hole.gpfn = page(4) >> 12;
	rc |= xen_call(XEN_MEMORY_OP, 15, (uint64_t)&hole, 0, 0);
	if (rc != 0) {
		printf("# remove_from_physmap is refused: long lists will be long\n");
	}
	if (xen_call(XEN_MEMORY_OP, XENMEM_add_to_physmap, (uint64_t)&table, 0, 0) != 0) {
		printf("# no grant table\n");
	}
}

/* createdomain: flags hvm and hap, sane limits; every other time one word is spoilt. */
static void createdomain(void)
{
	uint32_t *w = (uint32_t *)&buffer[2];

	w[1] = (uint32_t)rnd();
	w[5] = 3;
	w[7] = NR_VCPUS;
	w[8] = 1023;
	w[9] = rnd() % 65;
	w[10] = rnd() % 1025;
	w[11] = 1;
	w[15] = (rnd() & 1) * 3;
	w[16] = rnd() % 961;
	if ((rnd() & 1) != 0) {
		w[rnd() % 18] = (uint32_t)interesting();
	}
}

static void domctl(struct call *c)
{
	static const uint8_t often[] = { 1,  1,	 2,  3,	 4,  4,	 5,  9,	 11, 11, 12, 12, 13,
					 15, 15, 15, 16, 25, 68, 71, 71, 86, 86, 86, 89 };
	uint64_t cmd = (rnd() & 3) == 0 ? rnd() & 127 : often[rnd() % ARRAY_SIZE(often)];

	for (unsigned int i = 2; i < 20; i++) {
		buffer[i] = cmd == 1 ? 0 : (rnd() & 1) != 0 ? rnd() & 15 : interesting();
	}
	buffer[0] = cmd | (rnd() % 64 == 0 ? interesting() : DOMCTL_VERSION) << 32;
	buffer[1] = cmd == 5 ? any_domain() : victim();
	if (cmd == 1) {
		createdomain();
	} else if (cmd == 11) {
		buffer[2] = rnd() & 0xfffff; /* KiB */
	} else if (cmd == 86) {
		buffer[2] = (rnd() & 0xfff) << 12;
	} else if (cmd == 15) {
		buffer[2] = (rnd() & 7) == 0 ? interesting() : NR_VCPUS;
	} else if (cmd == 12) {
		buffer[2] = rnd() % (NR_VCPUS + 1);
		buffer[3] = page(0) + 512;
	}
	c->arg[0] = page(0);
}

static void sysctl(struct call *c)
{
	static const uint8_t often[] = { 1, 3, 4, 6, 16, 18, 18, 18, 19, 21 };

	for (unsigned int i = 1; i < 20; i++) {
		buffer[i] = (rnd() & 1) != 0 ? rnd() & 15 : interesting();
	}
	buffer[0] = ((rnd() & 7) == 0 ? rnd() & 31 : often[rnd() % ARRAY_SIZE(often)]) |
		    SYSCTL_VERSION << 32;
	c->arg[0] = page(0);
}

static void private_op(struct call *c)
{
	for (unsigned int i = 2; i < 16; i++) {
		buffer[i] = (rnd() & 1) != 0 ? pointer() : interesting();
	}
	buffer[0] = 1 | (rnd() & 15) << 32;
	buffer[1] = victim();
	c->arg[0] = page(0);
}

/* populate, decrease and exchange for somebody; add_to_physmap of this and that. */
static void memory_op(struct call *c)
{
	static const uint8_t often[] = { 1, 6, 6, 6, 7, 7, 11, 15, 23, 24, 26, 28 };

	c->arg[0] = often[rnd() % ARRAY_SIZE(often)];
	c->arg[1] = page(0);
	for (unsigned int i = 64; i < 96; i++) {
		buffer[i] = frame();
	}
	if (c->arg[0] == 7) {
		buffer[0] = DOMID_SELF | (rnd() & 7) << 32;
		buffer[1] = rnd() & 63;
		buffer[2] = rnd() & 0x3ff;
		return;
	}
	if (c->arg[0] == 15) {
		buffer[0] = any_domain();
		buffer[1] = rnd() & 0x3ff;
		return;
	}
	buffer[0] = page(0) + 512;
	buffer[1] = 1 + rnd() % 32;
	buffer[2] = (rnd() & 3) == 0 ? rnd() & 15 : 0;
	buffer[3] = c->arg[0] == 6 ? victim() : any_domain();
	if (buffer[3] == DOMID_SELF || buffer[3] == 0 || plat.uart != 0) {
		buffer[2] &= 3; /* not as far as the image and these pages */
	}
}

static void grant_op(struct call *c)
{
	uint64_t *table = grants;

	for (unsigned int i = 0; i < 8; i++) {
		table[rnd() % 64] = (rnd() & 7) | (rnd() & 7) << 16 | (page(0) >> 12) << 32;
	}
	c->arg[0] = rnd() % 14;
	c->arg[1] = page(0);
	c->arg[2] = rnd() % 4;
	for (unsigned int i = 0; i < 32; i++) {
		buffer[i] = (rnd() & 3) == 0 ? interesting() : rnd() & 0x0000003f0000000full;
	}
	if (c->arg[0] < 2) {
		buffer[0] = page(1);
		buffer[2] = any_domain();
	} else if (c->arg[0] == 5) { /* copy: source and target, by reference or frame */
		buffer[0] = (rnd() & 1) != 0 ? page(0) >> 12 : rnd() & 63;
		buffer[1] = any_domain() | (rnd() & 0xfff) << 16;
		buffer[2] = (rnd() & 1) != 0 ? page(2) >> 12 : rnd() & 63;
		buffer[3] = any_domain() | (rnd() & 0xfff) << 16;
		buffer[4] = (rnd() & 0x3ff) | (rnd() & 3) << 16;
	}
}

static void event_op(struct call *c)
{
	c->arg[0] = rnd() % 14;
	c->arg[1] = page(0);
	buffer[0] = (rnd() & 1) != 0 ? any_domain() | any_domain() << 16 | (rnd() & 63) << 32
				     : (rnd() & 63) | (rnd() & 3) << 32;
	buffer[1] = rnd() & 63;
}

static void hvm_op(struct call *c)
{
	c->arg[0] = rnd() % 3;
	c->arg[1] = page(0);
	buffer[0] = ((rnd() & 1) != 0 ? DOMID_SELF : victim()) | (rnd() % 48) << 32;
	buffer[1] = interesting();
}

void aim(struct call *c)
{
	static const struct {
		uint64_t nr;
		void (*fn)(struct call *c);
	} row[] = {
		{ XEN_DOMCTL, domctl },		  { XEN_SYSCTL, sysctl },
		{ XEN_BULKHEAD_OP, private_op },  { XEN_MEMORY_OP, memory_op },
		{ XEN_GRANT_TABLE_OP, grant_op }, { XEN_EVENT_CHANNEL_OP, event_op },
		{ XEN_HVM_OP, hvm_op },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		if (c->nr == row[i].nr) {
			row[i].fn(c);
		}
	}
}
