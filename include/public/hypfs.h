/* SPDX-License-Identifier: MIT */
/*
 * hypfs_op(cmd, path, path length, buffer, buffer length): a tree of values of the hypervisor.
 *
 * Called by: the toolstack (xenhypfs, xl set-parameters). Paths begin with '/', path lengths count
 * the terminating NUL. read returns a direntry followed by the content; a directory's content is
 * a chain of dirlistentry, off_next leading from one to the next, 0 at the last.
 */
#ifndef PUBLIC_HYPFS_H
#define PUBLIC_HYPFS_H

#include <public/types.h>

#define XEN_HYPFS_VERSION     1
#define XEN_HYPFS_MAX_PATHLEN 1024

#define XEN_HYPFS_OP_get_version    0 /* no arguments: returns XEN_HYPFS_VERSION */
#define XEN_HYPFS_OP_read	    1
#define XEN_HYPFS_OP_write_contents 2

#define XEN_HYPFS_TYPE_DIR    0
#define XEN_HYPFS_TYPE_BLOB   1
#define XEN_HYPFS_TYPE_STRING 2
#define XEN_HYPFS_TYPE_UINT   3
#define XEN_HYPFS_TYPE_INT    4
#define XEN_HYPFS_TYPE_BOOL   5

#define XEN_HYPFS_ENC_PLAIN 0
#define XEN_HYPFS_ENC_GZIP  1

struct xen_hypfs_direntry {
	uint8_t type;	  /* XEN_HYPFS_TYPE_* */
	uint8_t encoding; /* XEN_HYPFS_ENC_* */
	uint16_t pad;
	uint32_t content_len;	/* bytes */
	uint32_t max_write_len; /* 0: read only */
};

struct xen_hypfs_dirlistentry {
	struct xen_hypfs_direntry e;
	uint16_t off_next; /* from this entry to the next */
	char name[];
};

_Static_assert(sizeof(struct xen_hypfs_direntry) == 12, "size of xen_hypfs_direntry");
_Static_assert(offsetof(struct xen_hypfs_dirlistentry, name) == 14, "offset of name");

#endif
