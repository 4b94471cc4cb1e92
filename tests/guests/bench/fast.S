/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors of the benchmark: the first instructions of an interrupt read the counter into x28, so
 * that the figure is "event to first instruction of the handler"; then acknowledge, EOI and
 * return. x24-x28 belong to the benchmark.
 */
	.balign	0x800
	.global bench_vectors
bench_vectors:
	.rept	5
	b	.
	.balign	0x80
	.endr
	mrs	x28, cntvct_el0			/* 0x280: IRQ from EL1h */
	mrs	x27, S3_0_C12_C12_0		/* ICC_IAR1_EL1 */
	msr	cntv_ctl_el0, xzr
	msr	S3_0_C12_C12_1, x27
	isb
	mov	x26, #1
	eret
	.balign	0x80
	.rept	10
	b	.
	.balign	0x80
	.endr

/* uint64_t bench_sgi(uint64_t sgi1r): ticks from the write to the handler's first instruction. */
	.global bench_sgi
bench_sgi:
	stp	x26, x27, [sp, #-32]!
	str	x28, [sp, #16]
	mov	x26, #0
	mrs	x9, cntvct_el0
	msr	S3_0_C12_C11_5, x0		/* ICC_SGI1R_EL1 */
	isb
1:	cbz	x26, 1b
	b	2f

/*
 * uint64_t bench_timer(uint64_t deadline, uint64_t wait): ticks from the deadline to the handler;
 * wait: 0 spin, 1 WFI.
 */
	.global bench_timer
bench_timer:
	stp	x26, x27, [sp, #-32]!
	str	x28, [sp, #16]
	mov	x26, #0
	mov	x9, x0
	msr	cntv_cval_el0, x0
	mov	x10, #1
	msr	cntv_ctl_el0, x10
	isb
	cbnz	x1, 4f
3:	cbz	x26, 3b
	b	2f
4:	wfi
	cbz	x26, 4b
2:	sub	x0, x28, x9
	ldr	x28, [sp, #16]
	ldp	x26, x27, [sp], #32
	ret

/*
 * uint64_t bench_sgi_other(uint64_t sgi1r, volatile uint64_t *when): ticks from the write to the
 * first instruction of the handler on another vCPU, which puts its counter there. YIELD gives an
 * emulator that runs its CPUs in turns the hint to go to the next one.
 */
	.global bench_sgi_other
bench_sgi_other:
	str	xzr, [x1]
	mrs	x9, cntvct_el0
	msr	S3_0_C12_C11_5, x0		/* ICC_SGI1R_EL1 */
	isb
5:	yield
	ldr	x2, [x1]
	cbz	x2, 5b
	sub	x0, x2, x9
	ret

/* void bench_sleeper(volatile uint64_t *when): sleeps, notes when it was interrupted; for ever. */
	.global bench_sleeper
bench_sleeper:
	mov	x26, #0
6:	wfi
	cbz	x26, 6b
	mov	x26, #0
	str	x28, [x0]
	b	6b

/* Each of these returns the ticks around one operation. */
	.macro	bench_op name
	.global bench_\name
bench_\name:
	mov	x15, x30
	mov	x14, x0
	mrs	x13, cntvct_el0
	op_\name
	mrs	x1, cntvct_el0
	sub	x0, x1, x13
	ret	x15
	.endm

	.macro	op_empty
	.endm
	.macro	op_mmio
	ldr	w1, [x14]
	.endm
	.macro	op_idreg
	mrs	x1, id_aa64mmfr0_el1
	.endm
	.macro	op_ptimer
	mrs	x1, cntp_ctl_el0
	.endm
	.macro	op_actlr
	mrs	x1, actlr_el1
	.endm

	bench_op empty
	bench_op mmio
	bench_op idreg
	bench_op ptimer
	bench_op actlr

/* HVCs: (x16, x0); set before the first reading. */
	.macro	bench_hvc name, imm
	.global bench_\name
bench_\name:
	stp	x19, x30, [sp, #-16]!
	mov	x16, x0
	mov	x0, x1
	mov	x1, #0
	mrs	x19, cntvct_el0
	hvc	#\imm
	mrs	x1, cntvct_el0
	sub	x0, x1, x19
	ldp	x19, x30, [sp], #16
	ret
	.endm

/* uint64_t bench_send(uint64_t op): EVTCHNOP_send, op its argument's address. */
	.global bench_send
bench_send:
	stp	x19, x30, [sp, #-16]!
	mov	x1, x0
	mov	x0, #4
	mov	x16, #32
	mrs	x19, cntvct_el0
	hvc	#0xea1
	mrs	x1, cntvct_el0
	cmp	x0, #0
	csinv	x1, x1, xzr, eq		/* refused: an absurd figure */
	sub	x0, x1, x19
	ldp	x19, x30, [sp], #16
	ret

	bench_hvc xencall, 0xea1
	bench_hvc smccc, 0
