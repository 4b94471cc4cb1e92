/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of a test guest: arm64 Image header, boot vCPU, secondary vCPUs, exception vectors.
 *
 * Entered at EL1 with the MMU off and the device tree's address in x0, at any 2 MiB-aligned
 * address: the image is a position-independent executable that relocates itself. Runs at EL1h for
 * ever; there is no EL0. Each exception builds a `struct regs` (lib.h) on the current stack, so a
 * handler may unmask interrupts and nest.
 */

#define REGS_SIZE	288

	.section .head, "ax"
	.global _start
_start:
	b	boot
	.long	0
	.quad	0				/* text offset */
	.quad	_image_size
	.quad	0xa				/* little endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

	.text
boot:
	mov	x20, x0
	/* Lines left behind by the loader must not shadow what is written with the caches off. */
	adrp	x0, _start
	add	x0, x0, :lo12:_start
	adrp	x1, _end
	add	x1, x1, :lo12:_end
1:	dc	civac, x0
	add	x0, x0, #16			/* never longer than the smallest line */
	cmp	x0, x1
	b.lo	1b
	dsb	sy

	/* Every relocation of a static PIE is "load bias + addend". */
	adrp	x0, _rela_start
	add	x0, x0, :lo12:_rela_start
	adrp	x1, _rela_end
	add	x1, x1, :lo12:_rela_end
	adrp	x2, _start
	add	x2, x2, :lo12:_start
	ldr	x3, =LINK_BASE
	sub	x2, x2, x3
2:	cmp	x0, x1
	b.hs	3f
	ldp	x4, x5, [x0], #16
	ldr	x6, [x0], #8
	sub	x7, x5, #1024			/* R_AARCH64_RELATIVE is 1027 */
	cmp	x7, #3
	b.ne	2b
	add	x6, x6, x2
	str	x6, [x4, x2]
	b	2b

3:	adrp	x0, _bss_start
	add	x0, x0, :lo12:_bss_start
	adrp	x1, _end
	add	x1, x1, :lo12:_end
4:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	4b

	mov	x19, #0
	bl	cpu_setup
	mov	x0, x20
	bl	mmu_build
	bl	mmu_enable
	mov	x0, x20
	bl	lib_main
5:	wfi
	b	5b

	/* PSCI CPU_ON enters here; x0 = the index of this vCPU. */
	.global secondary_start
secondary_start:
	mov	x19, x0
	bl	cpu_setup
	bl	mmu_enable
	mov	x0, x19
	bl	lib_secondary
	b	5b

	/* x19 = index of the vCPU; gives it a stack, FP/SIMD and the vectors. */
cpu_setup:
	msr	daifset, #0xf
	msr	spsel, #1
	adrp	x0, stacks
	add	x0, x0, :lo12:stacks
	add	x1, x19, #1
	add	x0, x0, x1, lsl #STACK_SHIFT
	mov	sp, x0
	msr	tpidr_el1, x19
	mov	x0, #(3 << 20)
	msr	cpacr_el1, x0
	adrp	x0, vectors
	add	x0, x0, :lo12:vectors
	msr	vbar_el1, x0
	isb
	ret

	.macro	vector kind
	.balign	0x80
	sub	sp, sp, #REGS_SIZE
	stp	x0, x1, [sp]
	mov	x1, #\kind
	b	common
	.endm

	.balign	0x800
	.global vectors
vectors:
	.irp	kind, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vector	\kind
	.endr

common:
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x2, elr_el1
	mrs	x3, spsr_el1
	mrs	x4, esr_el1
	mrs	x5, far_el1
	stp	x30, x2, [sp, #240]
	stp	x3, x4, [sp, #256]
	str	x5, [sp, #272]
	mov	x0, sp
	bl	trap_handler
	ldr	x3, [sp, #256]
	ldp	x30, x2, [sp, #240]
	msr	elr_el1, x2
	msr	spsr_el1, x3
	ldp	x28, x29, [sp, #224]
	ldp	x26, x27, [sp, #208]
	ldp	x24, x25, [sp, #192]
	ldp	x22, x23, [sp, #176]
	ldp	x20, x21, [sp, #160]
	ldp	x18, x19, [sp, #144]
	ldp	x16, x17, [sp, #128]
	ldp	x14, x15, [sp, #112]
	ldp	x12, x13, [sp, #96]
	ldp	x10, x11, [sp, #80]
	ldp	x8, x9, [sp, #64]
	ldp	x6, x7, [sp, #48]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #REGS_SIZE
	eret

	.section .bss.stacks, "aw", %nobits
	.balign	16
stacks:
	.space	(8 << STACK_SHIFT)
