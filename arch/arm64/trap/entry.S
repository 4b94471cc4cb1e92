/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry to and exit from EL2 (Arm ARM D1.3). TPIDR_EL2 is the current vCPU, its registers are
 * saved there.
 *
 * Every entry saves what the C ABI does not keep (x0-x18, x29, x30, PC, PSTATE). x19-x28 stay in
 * the CPU while C runs, and a vCPU switch on the way out stores and loads them. Only the slow entry
 * also saves them and reloads them: for handlers that read or write any register. A decoded load or
 * store and a system-register access name their one register in the syndrome, so they go slow only
 * if it is one of those.
 *
 * The stack is the physical CPU's and empty at each entry: EL2 keeps nothing between two of them.
 */
#include <asm/sysreg.h>
#include <generated/asm-offsets.h>

/* op: stp or ldp, of pairs of registers with the numbers that follow, of the vCPU in base. */
.macro pairs op, base, a, b, more:vararg
	\op	x\a, x\b, [\base, #(REGS_X + \a * 8)]
	.ifnb	\more
	pairs	\op, \base, \more
	.endif
.endm

/* Most of what C does not keep, of the vCPU in x0. */
.macro scratch op
	pairs	\op, x0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 29, 30
.endm

/* x0 = current vCPU afterwards; x1-x3 are free. */
.macro save_scratch
	stp	x0, x1, [sp, #-16]!
	mrs	x0, tpidr_el2
	stp	x2, x3, [x0, #(REGS_X + 2 * 8)]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0, #(REGS_X + 0 * 8)]
	scratch	stp
	str	x18, [x0, #(REGS_X + 18 * 8)]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x2, x3, [x0, #REGS_PC]
	.if	EL2_BUDGET
	mrs	x2, cntpct_el0
	str	x2, [sp]		/* budget_stamp() */
	.endif
.endm

/* What C keeps. */
.macro kept op, base
	pairs	\op, \base, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
.endm

/* x0 = vCPU. Ends in the guest. */
.macro load_scratch_and_enter
	ldp	x2, x3, [x0, #REGS_PC]
	msr	elr_el2, x2
	msr	spsr_el2, x3
	ldp	x2, x3, [x0, #(REGS_X + 2 * 8)]
	scratch	ldp
	ldr	x18, [x0, #(REGS_X + 18 * 8)]
	ldp	x0, x1, [x0, #(REGS_X + 0 * 8)]
	eret
	/* No speculation past the return (straight-line speculation). */
	dsb	nsh
	isb
.endm

	.section .text.hot, "ax"
	.balign	0x800
	.global trap_vectors
trap_vectors:
	/* Current EL, SP_EL0 and SP_ELx: EL2 itself. */
	.irp	kind, 0, 0, 0, 0, 0, 1, 2, 3
	.balign	0x80
	msr	spsel, #1
	mov	x0, #\kind
	b	own_fatal
	.endr
	/*
	 * Lower EL, AArch64 and AArch32. FIQ: only a secure world that hands them down. SError has
	 * a class like the others.
	 */
	.rept	2
	.irp	target, guest_sync, guest_irq, guest_irq, guest_sync
	.balign	0x80
	b	\target
	.endr
	.endr

guest_sync:
	save_scratch
	mrs	x1, esr_el2
	lsr	x2, x1, #ESR_EC_SHIFT
	cmp	x2, #EC_HVC64
	b.ne	1f
	bl	trap_hvc
	b	trap_leave
1:	cmp	x2, #EC_DABT_LOWER
	b.ne	2f
	tbz	x1, #24, guest_sync_slow	/* ISV: only then is SRT valid */
	ubfx	x3, x1, #16, #5			/* SRT */
	sub	x3, x3, #19
	cmp	x3, #9
	b.ls	guest_sync_slow
	bl	trap_memory
	b	trap_leave
2:	cmp	x2, #EC_SYSREG
	b.ne	guest_sync_slow
	ubfx	x3, x1, #5, #5			/* Rt */
	sub	x3, x3, #19
	cmp	x3, #9
	b.ls	guest_sync_slow
	bl	trap_register
	b	trap_leave

guest_sync_slow:
	kept	stp, x0
	bl	trap_sync
	mrs	x0, tpidr_el2
	kept	ldp, x0
	b	trap_leave

guest_irq:
	save_scratch
	bl	trap_irq

/*
 * The way out. Mostly there is nothing deferred, neither a softirq nor work for the vGIC (of which
 * the idle vCPU always has some): back to the guest that was left. Else run_next() does what is
 * deferred and says who is next. If it is another vCPU, the kept registers change owner here,
 * run_switch() does the rest, and the question is asked again.
 */
trap_leave:
	.if	EL2_BUDGET
	b	trap_leave_slow			/* each exit is measured there */
	.endif
	mrs	x0, tpidr_el2
	mov	x1, sp
	and	x1, x1, #~0x7fff		/* PERCPU_SLOT_SIZE - 1 */
	movz	x2, #:abs_g0_nc:percpu_softirq_bits
	ldr	w1, [x1, x2]
	ldr	w2, [x0, #VCPU_VGIC_WORK]
	orr	w1, w1, w2
	cbnz	w1, trap_leave_slow
	load_scratch_and_enter

trap_leave_slow:
	bl	run_next
	mrs	x1, tpidr_el2
	cmp	x0, x1
	b.ne	1f
	load_scratch_and_enter
1:	kept	stp, x1
	msr	tpidr_el2, x0
	kept	ldp, x0
	bl	run_switch
	b	trap_leave

/* void run_enter(void): leave boot for good; the idle vCPU is current, the stack is dropped. */
	.global run_enter
run_enter:
	mov	x1, sp
	mov	x2, #0x7fff
	orr	x1, x1, x2
	sub	sp, x1, #15		/* PERCPU_STACK_TOP */
	b	trap_leave

/* x0: what happened, as trap_fatal() counts. */
own_fatal:
	/* EL2 itself faulted, perhaps on its stack: start it anew, nothing of it is needed. */
	mrs	x1, elr_el2
	mov	x2, x30
	mov	x3, sp
	mov	x4, x29
	orr	x5, x3, #0x7fff
	sub	x5, x5, #15		/* PERCPU_STACK_TOP */
	mov	sp, x5
	b	trap_fatal
