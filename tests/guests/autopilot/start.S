/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of the autopilot: arm64 Image header, self-relocation, stack, FP/SIMD, MMU, and the two
 * vectors in use. Boot protocol as Linux: EL1, MMU off, any 2 MiB-aligned address. One vCPU, one
 * stack, EL1h throughout.
 */
	.section .head, "ax"
	.global _start
_start:	b	1f
	.long	0
	/* text offset, size, flags: 4 KiB pages, anywhere */
	.quad	0, _image_size, 0xa, 0, 0, 0
	.ascii	"ARM\x64"
	.long	0

1:	msr	daifset, #0xf
	/* Stale cache lines must not shadow what is written uncached. */
	adrp	x0, _start
	adrp	x1, _end
2:	dc	civac, x0
	add	x0, x0, #16
	cmp	x0, x1
	b.lo	2b
	dsb	sy
	adrp	x2, _start		/* linked at 0: relocations add the load address */
	adr	x0, _rela_start
	adr	x1, _rela_end
3:	cmp	x0, x1
	b.hs	4f
	ldp	x4, x5, [x0], #16
	ldr	x6, [x0], #8
	add	x6, x6, x2
	str	x6, [x4, x2]
	b	3b
4:	adrp	x0, _bss_start
	adrp	x1, _end
	mov	sp, x1
5:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	5b
	mov	x0, #(3 << 20)
	msr	cpacr_el1, x0			/* FP/SIMD on */
	adr	x0, vectors
	msr	vbar_el1, x0
	isb
	bl	board_mmu_on
	b	main

	/*
	 * Tasks preempt each other from here, so all that C may clobber goes on the stack:
	 * x0-x18, x30, q0-q31.
	 */
	.altmacro
	.macro	pair op, reg, base, size, n
	pair_	\op, \reg, \n, %(\n + 1), %(\base + \n * \size)
	.endm
	.macro	pair_ op, reg, n, m, at
	\op	\reg&\n, \reg&\m, [sp, #\at]
	.endm
	.macro	frame op
	.irp	n, 2, 4, 6, 8, 10, 12, 14, 16
	pair	\op, x, 0, 8, \n
	.endr
	\op	x18, x30, [sp, #144]
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	pair	\op, q, 208, 16, \n
	.endr
	.endm
irq:	sub	sp, sp, #720
	stp	x0, x1, [sp]
	mrs	x0, cntvct_el0			/* first thing: when did we get here? */
	frame	stp
	mrs	x2, elr_el1
	mrs	x3, spsr_el1
	stp	x2, x3, [sp, #160]
	bl	sched_irq
	ldp	x2, x3, [sp, #160]
	msr	elr_el1, x2
	msr	spsr_el1, x3
	frame	ldp
	ldp	x0, x1, [sp]
	add	sp, sp, #720
	eret

	.balign	0x800			/* what is not used is zero: an undefined instruction */
vectors: .space	0x200
	mov	x0, #3				/* synchronous, EL1h: a fault: SHUTDOWN_crash */
	b	board_stop
	.balign	0x80
	b	irq				/* IRQ, EL1h */
	.balign	0x800
