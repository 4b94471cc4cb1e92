/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GICv3 for host tests of the virtual GIC, as IHI 0069 describes it: per CPU the list registers
 * and the virtual CPU interface that a guest uses, and the state of physical interrupts. The test
 * plays the guest (fake_guest_*) and the world (fake_phys_*).
 */
#ifndef FAKE_GIC_H
#define FAKE_GIC_H

#include "fake.h"

#include <hv/domain.h>
#include <hv/gic.h>
#include <hv/irq.h>

#define FAKE_GIC_NONE 1023U

struct fake_interface {
	u64 lr[16];
	u32 hcr, vmcr;
	u32 apr[2][4];
	unsigned int nr_writes; /* of list registers */
	struct vcpu *vcpu;	/* who runs here; NULL = idle */
};

struct fake_phys {
	bool enabled, pending, line, active, edge;
	unsigned int cpu; /* affinity */
	irq_handler_t handler;
	void *arg;
};

extern struct fake_interface fake_ifs[FAKE_CPUS];
extern struct fake_phys fake_spis[IRQ_MAX];
extern struct fake_phys fake_ppi27[FAKE_CPUS];

void fake_gic_reset(unsigned int nr_lrs);

/* The guest on this CPU (fake_cpu): acknowledge (FAKE_GIC_NONE), end, deactivate. */
unsigned int fake_guest_ack(void);
void fake_guest_eoi(unsigned int intid);
void fake_guest_dir(unsigned int intid);
/* Priority of what the guest would acknowledge now; 256 when nothing. */
unsigned int fake_guest_best(void);
/* Take the maintenance interrupt of this CPU; false when it is not asserted. */
bool fake_maintenance(void);

/* Take a physical SPI on this CPU if it would fire: run its handler. */
void fake_phys_take(unsigned int irq);
void fake_phys_line(unsigned int irq, bool level);

#endif
