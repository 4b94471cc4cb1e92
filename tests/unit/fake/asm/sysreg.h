/* SPDX-License-Identifier: Apache-2.0 */
/* Barriers of the architecture: the fake machine has one CPU and no translation-table walker. */
#ifndef FAKE_ASM_SYSREG_H
#define FAKE_ASM_SYSREG_H

#define dsb(domain) ((void)0)
#define isb()	    ((void)0)

#endif
