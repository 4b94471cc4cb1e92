/* SPDX-License-Identifier: MIT */
/*
 * Grant tables, version 1: grant_table_op(cmd, array, count).
 *
 * Called by: front ends (write grant entries in their own table, query_size, set_version), back
 * ends in Dom0 (map_grant_ref, unmap_grant_ref, copy), DMA code (cache_flush), the toolstack
 * (through XENMEM_acquire_resource, to fill in the two reserved entries).
 *
 * Version 2 layouts, transfer and transitive grants are not offered: set_version 2 returns
 * -XEN_ENOSYS, transfer -XEN_EOPNOTSUPP, a transitive entry GNTST_bad_gntref. Each element of the
 * array carries its own status, one of GNTST_*; the call's result is about the array as a whole.
 */
#ifndef PUBLIC_GRANT_TABLE_H
#define PUBLIC_GRANT_TABLE_H

#include <public/types.h>

/*
 * One entry of the table, 8 bytes, written by the granting guest: frame and domid first, then,
 * after a write barrier, flags. It is withdrawn by a compare-and-swap of flags to 0 that succeeds
 * only while neither GTF_reading nor GTF_writing is set.
 */
struct grant_entry_v1 {
	uint16_t flags; /* GTF_* */
	uint16_t domid; /* who may use it */
	uint32_t frame; /* guest frame of the granter */
};

/* The first entries have fixed users, so that the toolstack can fill them in. */
#define GNTTAB_NR_RESERVED_ENTRIES 8
#define GNTTAB_RESERVED_CONSOLE	   0
#define GNTTAB_RESERVED_XENSTORE   1

#define GTF_invalid	    (0U << 0)
#define GTF_permit_access   (1U << 0)
#define GTF_accept_transfer (2U << 0)
#define GTF_transitive	    (3U << 0)
#define GTF_type_mask	    (3U << 0)

#define _GTF_readonly 2
#define GTF_readonly  (1U << _GTF_readonly)
#define _GTF_reading  3
#define GTF_reading   (1U << _GTF_reading) /* set by the hypervisor while mapped */
#define _GTF_writing  4
#define GTF_writing   (1U << _GTF_writing) /* the same, writable */
#define _GTF_PWT      5
#define GTF_PWT	      (1U << _GTF_PWT)
#define _GTF_PCD      6
#define GTF_PCD	      (1U << _GTF_PCD)
#define _GTF_PAT      7
#define GTF_PAT	      (1U << _GTF_PAT)
#define _GTF_sub_page 8
#define GTF_sub_page  (1U << _GTF_sub_page)

#define GNTTABOP_map_grant_ref	   0
#define GNTTABOP_unmap_grant_ref   1
#define GNTTABOP_setup_table	   2
#define GNTTABOP_dump_table	   3
#define GNTTABOP_transfer	   4
#define GNTTABOP_copy		   5
#define GNTTABOP_query_size	   6
#define GNTTABOP_unmap_and_replace 7
#define GNTTABOP_set_version	   8
#define GNTTABOP_get_status_frames 9
#define GNTTABOP_get_version	   10
#define GNTTABOP_swap_grant_ref	   11
#define GNTTABOP_cache_flush	   12

#define _GNTMAP_device_map	0
#define GNTMAP_device_map	(1 << _GNTMAP_device_map)
#define _GNTMAP_host_map	1
#define GNTMAP_host_map		(1 << _GNTMAP_host_map)
#define _GNTMAP_readonly	2
#define GNTMAP_readonly		(1 << _GNTMAP_readonly)
#define _GNTMAP_application_map 3
#define GNTMAP_application_map	(1 << _GNTMAP_application_map)
#define _GNTMAP_contains_pte	4
#define GNTMAP_contains_pte	(1 << _GNTMAP_contains_pte)
#define _GNTMAP_guest_avail0	16
#define GNTMAP_guest_avail_mask ((uint32_t)~0 << _GNTMAP_guest_avail0)

struct gnttab_map_grant_ref {
	uint64_t host_addr;    /* in: guest physical address where it shall appear */
	uint32_t flags;	       /* in: GNTMAP_* */
	uint32_t ref;	       /* in */
	uint16_t dom;	       /* in: the granter */
	int16_t status;	       /* out: GNTST_* */
	uint32_t handle;       /* out: for unmap */
	uint64_t dev_bus_addr; /* out: address for DMA by a device of the caller */
};

struct gnttab_unmap_grant_ref {
	uint64_t host_addr;    /* in: as given to map; 0 = not mapped for the CPU */
	uint64_t dev_bus_addr; /* in: 0 = leave the device mapping */
	uint32_t handle;       /* in */
	int16_t status;	       /* out */
};

struct gnttab_setup_table {
	uint16_t dom;			   /* in: DOMID_SELF or, with privilege, another */
	uint32_t nr_frames;		   /* in */
	int16_t status;			   /* out */
	GUEST_HANDLE(uint64_t) frame_list; /* out */
};

struct gnttab_dump_table {
	uint16_t dom;	/* in */
	int16_t status; /* out */
};

struct gnttab_transfer {
	uint64_t mfn;	/* in */
	uint16_t domid; /* in */
	uint32_t ref;	/* in */
	int16_t status; /* out */
};

#define _GNTCOPY_source_gref 0
#define GNTCOPY_source_gref  (1 << _GNTCOPY_source_gref)
#define _GNTCOPY_dest_gref   1
#define GNTCOPY_dest_gref    (1 << _GNTCOPY_dest_gref)

struct gnttab_copy_ptr {
	union {
		uint32_t ref;  /* with GNTCOPY_*_gref */
		uint64_t gmfn; /* otherwise */
	} u;
	uint16_t domid;
	uint16_t offset; /* in the page */
};

/* Neither side may cross its page. */
struct gnttab_copy {
	struct gnttab_copy_ptr source, dest; /* in */
	uint16_t len;			     /* in: bytes */
	uint16_t flags;			     /* in: GNTCOPY_* */
	int16_t status;			     /* out */
};

struct gnttab_query_size {
	uint16_t dom;		/* in */
	uint32_t nr_frames;	/* out: frames of the table now */
	uint32_t max_nr_frames; /* out: limit */
	int16_t status;		/* out */
};

struct gnttab_unmap_and_replace {
	uint64_t host_addr; /* in */
	uint64_t new_addr;  /* in */
	uint32_t handle;    /* in */
	int16_t status;	    /* out */
};

struct gnttab_set_version {
	uint32_t version; /* in: 1; out: version in force */
};

struct gnttab_get_status_frames {
	uint32_t nr_frames;		   /* in */
	uint16_t dom;			   /* in */
	int16_t status;			   /* out */
	GUEST_HANDLE(uint64_t) frame_list; /* out */
};

struct gnttab_get_version {
	uint16_t dom; /* in */
	uint16_t pad;
	uint32_t version; /* out */
};

struct gnttab_swap_grant_ref {
	uint32_t ref_a; /* in */
	uint32_t ref_b; /* in */
	int16_t status; /* out */
};

#define GNTTAB_CACHE_CLEAN	 (1u << 0)
#define GNTTAB_CACHE_INVAL	 (1u << 1)
#define GNTTAB_CACHE_SOURCE_GREF (1u << 31)

/* Cache maintenance on a foreign page that the caller has mapped. */
struct gnttab_cache_flush {
	union {
		uint64_t dev_bus_addr;
		uint32_t ref;
	} a;
	uint16_t offset; /* in the page */
	uint16_t length; /* bytes; offset + length at most a page; 0 = nothing, a probe */
	uint32_t op;	 /* GNTTAB_CACHE_* */
};

#define GNTST_okay		0
#define GNTST_general_error	(-1)
#define GNTST_bad_domain	(-2)
#define GNTST_bad_gntref	(-3)
#define GNTST_bad_handle	(-4)
#define GNTST_bad_virt_addr	(-5)
#define GNTST_bad_dev_addr	(-6)
#define GNTST_no_device_space	(-7)
#define GNTST_permission_denied (-8)
#define GNTST_bad_page		(-9)
#define GNTST_bad_copy_arg	(-10)
#define GNTST_address_too_big	(-11)
#define GNTST_eagain		(-12)
#define GNTST_no_space		(-13)

_Static_assert(sizeof(struct grant_entry_v1) == 8, "size of grant_entry_v1");
_Static_assert(offsetof(struct grant_entry_v1, frame) == 4, "offset of frame");
_Static_assert(sizeof(struct gnttab_map_grant_ref) == 32, "size of gnttab_map_grant_ref");
_Static_assert(offsetof(struct gnttab_map_grant_ref, handle) == 20, "offset of handle");
_Static_assert(sizeof(struct gnttab_unmap_grant_ref) == 24, "size of gnttab_unmap_grant_ref");
_Static_assert(sizeof(struct gnttab_setup_table) == 24, "size of gnttab_setup_table");
_Static_assert(sizeof(struct gnttab_copy) == 40, "size of gnttab_copy");
_Static_assert(offsetof(struct gnttab_copy, dest) == 16, "offset of dest");
_Static_assert(offsetof(struct gnttab_copy, status) == 36, "offset of status");
_Static_assert(sizeof(struct gnttab_query_size) == 16, "size of gnttab_query_size");
_Static_assert(sizeof(struct gnttab_set_version) == 4, "size of gnttab_set_version");
_Static_assert(sizeof(struct gnttab_cache_flush) == 16, "size of gnttab_cache_flush");

#endif
