/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions. Between trap_arm() and trap_disarm() a synchronous exception is expected: it is
 * counted by class and the instruction is skipped (a failed fetch returns to the caller). Otherwise
 * it is printed and the guest fails.
 */
#include "lib.h"

struct trap_log trap_log[MAX_CPUS];
void irq_dispatch(void);
void trap_handler(struct regs *r, unsigned int kind);

void trap_arm(void)
{
	struct trap_log *t = &trap_log[cpu_id()];

	t->count = t->undef = t->dabt = t->iabt = t->serror = t->other = 0;
	t->armed = true;
	isb();
}

uint64_t trap_disarm(void)
{
	struct trap_log *t = &trap_log[cpu_id()];

	dsb();
	isb();
	t->armed = false;
	return t->count;
}

static void expected(struct trap_log *t, struct regs *r)
{
	unsigned int ec = (r->esr >> 26) & 0x3f;

	t->count++;
	t->esr = r->esr;
	t->far = r->far;
	r->elr += 4;
	switch (ec) {
	case 0x00:
	case 0x18:
		t->undef++;
		break;
	case 0x21:
		t->iabt++;
		r->elr = r->x[30];
		break;
	case 0x25:
		t->dabt++;
		break;
	default:
		t->other++;
		break;
	}
}

static void fatal(struct regs *r, unsigned int kind)
{
	printf("exception kind %u on vCPU %u: esr 0x%lx elr 0x%lx far 0x%lx spsr 0x%lx lr 0x%lx\n",
	       kind, cpu_id(), r->esr, r->elr, r->far, r->spsr, r->x[30]);
	printf("FAIL %s: unexpected exception\n", guest_name);
	power_off();
}

/* kind = index of the vector: 4 = synchronous, 5 = IRQ, 6 = FIQ, 7 = SError, all from EL1h. */
void trap_handler(struct regs *r, unsigned int kind)
{
	struct trap_log *t = &trap_log[cpu_id() % MAX_CPUS];

	if (kind == 5 || kind == 6) {
		irq_dispatch();
	} else if (kind == 4 && t->armed) {
		expected(t, r);
	} else if (kind == 7 && t->armed) {
		t->serror++;
		t->count++;
	} else {
		fatal(r, kind);
	}
}
