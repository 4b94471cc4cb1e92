/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies to and from guest memory. Addresses are virtual addresses of the *current* vCPU (hypercall
 * arguments). A hole, a device or a read-only page ends the copy with -EFAULT; a copy that fails
 * may have transferred a part. Data is copied once: what a handler has checked cannot change any
 * more. No lock above LOCK_RANK_STAGE2 may be held.
 */
#ifndef HV_GUEST_ACCESS_H
#define HV_GUEST_ACCESS_H

#include <hv/compiler.h>
#include <hv/types.h>

int __must_check guest_copy_from(void *dst, u64 gva, size_t bytes);
int __must_check guest_copy_to(u64 gva, const void *src, size_t bytes);
int __must_check guest_clear(u64 gva, size_t bytes);

/* Translate a virtual address of the current vCPU, as EL1 would use it. -EFAULT. */
int __must_check guest_translate(u64 gva, bool write, ipa_t *out);

#endif
