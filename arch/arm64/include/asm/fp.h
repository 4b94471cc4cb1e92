/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FP and SIMD registers, all at once (cpu/fp.S). The unit must not trap (CPTR_EL2.TFP = 0). EL2
 * itself never uses them: these are the only instructions that do.
 */
#ifndef ASM_FP_H
#define ASM_FP_H

struct fp_state;

void fp_save(struct fp_state *state);
void fp_restore(const struct fp_state *state);

#endif
