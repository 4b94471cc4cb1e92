/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of stage 2 (virt/stage2*.c). Nobody else includes this; the interface is
 * hv/stage2.h.
 */
#ifndef ASM_S2_INTERNAL_H
#define ASM_S2_INTERNAL_H

#include <hv/stage2.h>

/* Remove every translation of [addr, addr + bytes) from all CPUs' TLBs and wait for it. */
void s2_flush(struct s2 *s2, u64 addr, u64 bytes);

/* Free some tables and pages of the pool of a domain without leaves; false when none are left. */
bool s2_free_slice(struct s2 *s2);

#endif
