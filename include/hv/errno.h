/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error numbers. They are those of Xen's ABI (which are Linux's), so that a negative return value
 * of an internal function can be handed to a guest as it is.
 */
#ifndef HV_ERRNO_H
#define HV_ERRNO_H

#include <public/errno.h>

/* The names that the hypervisor itself uses. */
#define EPERM	   XEN_EPERM
#define ENOENT	   XEN_ENOENT
#define ESRCH	   XEN_ESRCH
#define EIO	   XEN_EIO
#define ENXIO	   XEN_ENXIO
#define E2BIG	   XEN_E2BIG
#define EBADF	   XEN_EBADF
#define EAGAIN	   XEN_EAGAIN
#define ENOMEM	   XEN_ENOMEM
#define EACCES	   XEN_EACCES
#define EFAULT	   XEN_EFAULT
#define EBUSY	   XEN_EBUSY
#define EEXIST	   XEN_EEXIST
#define EXDEV	   XEN_EXDEV
#define ENODEV	   XEN_ENODEV
#define EINVAL	   XEN_EINVAL
#define ENOSPC	   XEN_ENOSPC
#define EROFS	   XEN_EROFS
#define ERANGE	   XEN_ERANGE
#define ENOSYS	   XEN_ENOSYS
#define EOVERFLOW  XEN_EOVERFLOW
#define ENOBUFS	   XEN_ENOBUFS
#define EOPNOTSUPP XEN_EOPNOTSUPP
#define EADDRINUSE XEN_EADDRINUSE
/* Internal: the operation was preempted and rewound; the guest runs it again. Never seen by it. */
#define ERESTART 85

#endif
