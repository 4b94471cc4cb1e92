/* SPDX-License-Identifier: MIT */
/*
 * Guest memory: memory_op(cmd, argument).
 *
 * Called by: guest kernels (add_to_physmap of shared_info and the grant table, decrease and
 * increase_reservation and populate_physmap of the balloon driver), Dom0's privcmd driver
 * (add_to_physmap_batch of foreign frames, remove_from_physmap, acquire_resource), the toolstack
 * (populate_physmap inside a multicall).
 *
 * Frame numbers are of 4 KiB guest frames. A long list is worked on in slices: the hypervisor
 * keeps its place and restarts the call by itself. populate_physmap, increase_ and
 * decrease_reservation return the number of extents done, fewer than asked if one failed.
 */
#ifndef PUBLIC_MEMORY_H
#define PUBLIC_MEMORY_H

#include <public/types.h>

#define XENMEM_increase_reservation	  0
#define XENMEM_decrease_reservation	  1
#define XENMEM_maximum_ram_page		  2 /* returns the highest machine frame; no argument */
#define XENMEM_current_reservation	  3 /* xen_memory_domain: returns pages owned */
#define XENMEM_maximum_reservation	  4 /* xen_memory_domain: returns the limit in pages */
#define XENMEM_machphys_mfn_list	  5
#define XENMEM_populate_physmap		  6
#define XENMEM_add_to_physmap		  7
#define XENMEM_memory_map		  9
#define XENMEM_machine_memory_map	  10
#define XENMEM_exchange			  11
#define XENMEM_machphys_mapping		  12
#define XENMEM_set_memory_map		  13
#define XENMEM_maximum_gpfn		  14 /* xen_memory_domain: highest frame ever mapped */
#define XENMEM_remove_from_physmap	  15
#define XENMEM_set_pod_target		  16
#define XENMEM_get_pod_target		  17
#define XENMEM_get_sharing_freed_pages	  18 /* 0 here: nothing is shared between domains */
#define XENMEM_get_sharing_shared_pages	  19
#define XENMEM_paging_op		  20
#define XENMEM_access_op		  21
#define XENMEM_sharing_op		  22
#define XENMEM_add_to_physmap_batch	  23
#define XENMEM_claim_pages		  24 /* xen_memory_reservation: set pages aside */
#define XENMEM_machphys_compat_mfn_list	  25
#define XENMEM_get_vnumainfo		  26
#define XENMEM_reserved_device_memory_map 27
#define XENMEM_acquire_resource		  28

/* mem_flags of a reservation: width of the address in bits, then the NUMA node. */
#define XENMEMF_address_bits(x)	    (x)
#define XENMEMF_get_address_bits(x) ((x) & 0xffu)
#define XENMEMF_node(x)		    (((x) + 1) << 8)
#define XENMEMF_get_node(x)	    ((((x) >> 8) - 1) & 0xffu)
#define XENMEMF_populate_on_demand  (1 << 16)
#define XENMEMF_exact_node_request  (1 << 17)
#define XENMEMF_exact_node(n)	    (XENMEMF_node(n) | XENMEMF_exact_node_request)
#define XENMEMF_vnode		    (1 << 18)

/*
 * Extents of 2^extent_order pages. extent_start lists the guest frame each begins at (populate,
 * decrease: in; increase: out, may be NULL). A direct-mapped domain gets its own frames back.
 */
struct xen_memory_reservation {
	GUEST_HANDLE(uint64_t) extent_start;
	uint64_t nr_extents;
	unsigned int extent_order;
	unsigned int mem_flags; /* XENMEMF_* */
	uint16_t domid;		/* DOMID_SELF allowed */
};

struct xen_memory_exchange {
	struct xen_memory_reservation in;
	struct xen_memory_reservation out;
	uint64_t nr_exchanged;
};

struct xen_memory_domain {
	uint16_t domid;
};

/* What is mapped into a guest's address space. */
#define XENMAPSPACE_shared_info	 0 /* idx 0 */
#define XENMAPSPACE_grant_table	 1 /* idx = frame of the table; grows it */
#define XENMAPSPACE_gmfn	 2 /* idx = another frame of the same domain */
#define XENMAPSPACE_gmfn_range	 3
#define XENMAPSPACE_gmfn_foreign 4 /* batch only: frames of foreign_domid */
#define XENMAPSPACE_dev_mmio	 5 /* batch only: device memory, Dom0 */

#define XENMAPIDX_grant_table_status 0x80000000U

struct xen_add_to_physmap {
	uint16_t domid;
	uint16_t size;	    /* pages, for gmfn_range */
	unsigned int space; /* XENMAPSPACE_* */
	uint64_t idx;
	uint64_t gpfn; /* where it appears */
};

/* errs[i] is 0 or -XEN_E* of the i-th pair; the call itself fails only for a bad argument. */
struct xen_add_to_physmap_batch {
	uint16_t domid;
	uint16_t space; /* XENMAPSPACE_* */
	uint16_t size;	/* number of entries */
	union {
		uint16_t foreign_domid;
		uint16_t res0;
	} u;
	GUEST_HANDLE(uint64_t) idxs;
	GUEST_HANDLE(uint64_t) gpfns;
	GUEST_HANDLE(int) errs;
};

struct xen_remove_from_physmap {
	uint16_t domid;
	uint64_t gpfn;
};

struct xen_memory_map {
	unsigned int nr_entries;
	GUEST_HANDLE(void) buffer;
};

struct xen_foreign_memory_map {
	uint16_t domid;
	struct xen_memory_map map;
};

struct xen_pod_target {
	uint64_t target_pages;
	uint64_t tot_pages;
	uint64_t pod_cache_pages;
	uint64_t pod_entries;
	uint16_t domid;
};

#define XENMEM_resource_ioreq_server	      0
#define XENMEM_resource_grant_table	      1
#define XENMEM_resource_vmtrace_buf	      2
#define XENMEM_resource_grant_table_id_shared 0
#define XENMEM_resource_grant_table_id_status 1

/*
 * Map frames of a resource of domid into the caller at frame_list (guest frames). With frame_list
 * NULL and nr_frames 0 only the size of the resource is written to nr_frames.
 */
struct xen_mem_acquire_resource {
	uint16_t domid;
	uint16_t type;	    /* XENMEM_resource_* */
	uint32_t id;	    /* XENMEM_resource_grant_table_id_* */
	uint32_t nr_frames; /* in/out */
	uint32_t pad;
	uint64_t frame; /* first frame of the resource */
	GUEST_HANDLE(uint64_t) frame_list;
};

_Static_assert(sizeof(struct xen_memory_reservation) == 32, "size of xen_memory_reservation");
_Static_assert(offsetof(struct xen_memory_reservation, domid) == 24, "offset of domid");
_Static_assert(sizeof(struct xen_memory_exchange) == 72, "size of xen_memory_exchange");
_Static_assert(sizeof(struct xen_memory_domain) == 2, "size of xen_memory_domain");
_Static_assert(sizeof(struct xen_add_to_physmap) == 24, "size of xen_add_to_physmap");
_Static_assert(offsetof(struct xen_add_to_physmap, idx) == 8, "offset of idx");
_Static_assert(sizeof(struct xen_add_to_physmap_batch) == 32, "size of add_to_physmap_batch");
_Static_assert(offsetof(struct xen_add_to_physmap_batch, u) == 6, "offset of u");
_Static_assert(sizeof(struct xen_remove_from_physmap) == 16, "size of xen_remove_from_physmap");
_Static_assert(sizeof(struct xen_memory_map) == 16, "size of xen_memory_map");
_Static_assert(sizeof(struct xen_mem_acquire_resource) == 32, "size of acquire_resource");
_Static_assert(offsetof(struct xen_mem_acquire_resource, frame) == 16, "offset of frame");

#endif
