/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 2: a domain's view of physical memory (Arm ARM D8). A range is mapped with the largest
 * blocks alignment permits; blocks split and never merge behind a guest's back; break-before-make
 * always.
 *
 * Each leaf carries its kind in the software bits, and with the kinds FOREIGN and GRANT a reference
 * on the frame, which is dropped when the leaf goes. RAM leaves are the owner's own reference.
 * Tables come from the domain's pool (charged to the domain, freed with it). One lock per domain
 * (LOCK_RANK_STAGE2), taken inside unless the name ends in _locked.
 */
#ifndef HV_STAGE2_H
#define HV_STAGE2_H

#include <hv/pgtable.h>
#include <hv/spinlock.h>
#include <hv/types.h>

struct domain;

enum s2_kind {
	S2_NONE = 0,
	S2_RAM,	    /* the domain's own memory */
	S2_RAM_RO,  /* its own, read-only */
	S2_SHARED,  /* a page of the hypervisor's heap shown to the guest (shared info, grant table)
		     */
	S2_DEVICE,  /* memory-mapped device, Device-nGnRE */
	S2_FOREIGN, /* a frame of another domain, referenced */
	S2_GRANT_RW, /* a granted frame, referenced */
	S2_GRANT_RO,
	NR_S2_KINDS
};

struct s2_entry {
	enum s2_kind kind;
	mfn_t frame;	    /* of exactly the frame asked for */
	unsigned int order; /* of the leaf that holds it */
};

struct s2_pool {
	void *free; /* list of pages through their first word */
	u32 nr_free, nr_total;
	u32 nr_asked; /* what the toolstack set; nr_total is at most what the domain can need */
};

struct s2 {
	struct spinlock lock;
	struct pgtable table;
	u64 vttbr; /* root and VMID */
	u16 vmid;
	struct s2_pool pool;
	u64 teardown_next;		   /* next guest frame to tear down */
	u64 teardown_frame, teardown_left; /* frames of a removed leaf that are still to be freed */
	u64 released;	    /* guest frame of the block they were, see s2_unmap_block() */
	u64 teardown_table; /* guest frame below which no tables are left */
	u64 end;	    /* guest frame behind all that were ever mapped, a multiple of 1 GiB */
	u64 nr_ram;	    /* RAM frames mapped */
};

int s2_init(struct domain *d);
/*
 * Set the size of the table pool. It grows from the heap or shrinks to what is unused; of a request
 * beyond what max_pages can need at worst only the need is taken. -ERESTART: a slice is done, come
 * again. -ENOMEM when the heap has not got that many pages, -EBUSY: as far as it went.
 */
int s2_pool_set(struct domain *d, u32 nr_pages);

/*
 * Map nr frames from guest frame g to machine frame m as one kind. Fails with nothing changed:
 * -EEXIST (part of the range is mapped), -ENOMEM (pool), -ERANGE. References are the caller's: the
 * caller has taken one for each frame and keeps it when this fails.
 */
int s2_map(struct domain *d, gfn_t g, mfn_t m, u64 nr, enum s2_kind kind);

/*
 * Remove nr (at most 512) frames and drop the reference that each leaf holds, after the TLB flush.
 * Holes are skipped. Returns the number of frames removed or -ENOMEM when a block could not be
 * split.
 */
s64 s2_unmap(struct domain *d, gfn_t g, u64 nr);

/*
 * Remove a block of 512 frames of RAM and drop their references, in slices: -ERESTART until that is
 * done, then 0; it may be frames of an earlier call, given up halfway, that are freed first.
 * -EINVAL: there is no block. Lock of the domain held.
 */
int s2_unmap_block(struct domain *d, gfn_t g);

/* What is at a guest frame; kind S2_NONE when nothing. */
struct s2_entry s2_lookup(struct domain *d, gfn_t g);

/*
 * Look up guest RAM (own, read-only or foreign/granted) and hold the domain's stage-2 lock until
 * s2_release(): nobody can take the frame away meanwhile. Returns INVALID_FRAME without the lock
 * when there is none or it must not be written.
 */
mfn_t s2_hold(struct domain *d, gfn_t g, bool write);
void s2_release(struct domain *d);

/* Take a reference on the frame behind g if it is RAM the domain owns; *frame gets it. -EINVAL. */
int s2_get_frame(struct domain *d, gfn_t g, bool write, mfn_t *frame);

/* What a leaf of stage 2 says; the frame is the leaf's first. */
struct s2_entry s2_entry_of_leaf(const struct pgtable_leaf *leaf);

/* Hold every leaf against the frame table; for tests and the operator, not preemptible. */
struct s2_audit {
	u64 nr_leaves, nr_wrong;
	u64 first_wrong; /* guest frame of the last leaf that is wrong */
};
void s2_audit(struct domain *d, struct s2_audit *result);

/* Drop all mappings, then tables and pool, in slices: -ERESTART until nothing is left, then 0. */
int s2_teardown(struct domain *d);
/* Give back root and VMID; the domain can no longer run. */
void s2_free(struct domain *d);

#endif
