/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot of the virtualization layer: called by the boot CPU before the first domain is made, so
 * there is no lock.
 */
#ifndef ASM_VIRT_H
#define ASM_VIRT_H

#include <hv/types.h>

/* Once, on the boot CPU: what traps in every guest. id_registers_trap: some must be hidden. */
void virt_init(bool id_registers_trap);

#endif
