/* SPDX-License-Identifier: Apache-2.0 */
/* vgic: what the single-vCPU part and the multi-vCPU part share. */
#ifndef VGIC_H
#define VGIC_H

#include "lib.h"

#define LOG_MAX 256

struct irq_log {
	volatile unsigned int n, spurious, depth, max_depth;
	volatile uint16_t intid[LOG_MAX];
	volatile uint8_t rpr[LOG_MAX], source[LOG_MAX];	 /* source: of an SGI of a GICv2 */
	void (*volatile in_handler)(unsigned int intid); /* called before EOI */
	volatile bool no_eoi;
};
extern struct irq_log irq_log[MAX_CPUS];

void log_reset(void);
/* Interrupts on until `expect` were taken (100 ms at most) and a little longer, then off: how many
 * came in all. */
unsigned int log_collect(unsigned int expect);
bool log_is(unsigned int n, const unsigned int *intids);
void vgic_multi(void);

#endif
