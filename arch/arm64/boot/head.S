/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry from the boot loader, and of secondary CPUs. Runs with the MMU off at whatever address it
 * was loaded to, so everything here is relative to the PC until the jump to the linked address.
 *
 * Boot protocol: Linux's Documentation/arch/arm64/booting.rst (header, x0 = device tree); EL2, MMU
 * off, caches of the image clean to the point of coherency. Nothing else is assumed of EL2's
 * registers.
 */
#include <asm/el2_map.h>
#include <asm/layout.h>
#include <asm/sysreg.h>
#include <generated/asm-offsets.h>
#include <generated/autoconf.h>

/* What only the boot CPU runs goes with the rest of boot. */
	.section .head.text, "ax"
	.global _start
_start:
	b	primary_entry
	.long	0
	.quad	0			/* text offset: any 2 MiB boundary */
	.quad	image_bytes		/* memory needed, bss included */
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

primary_entry:
	msr	daifset, #0xf
	mov	x21, x0			/* device tree */
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	adr	x0, msg_not_el2
	b.ne	early_fail
	bl	el2_known_state
	adr	x0, msg_no_fdt
	cbz	x21, early_fail
	tst	x21, #7
	b.ne	early_fail
	ldr	w1, [x21]
	mov	w2, #0x0dd0
	movk	w2, #0xedfe, lsl #16
	cmp	w1, w2			/* 0xd00dfeed, big-endian in memory */
	b.ne	early_fail

	/* bss: no stale line of it may be in a cache, before and after it is written uncached. */
	adrp	x19, bss_start
	adrp	x20, bss_end
	bl	cache_drop
	mov	x0, x19
1:	stp	xzr, xzr, [x0]
	stp	xzr, xzr, [x0, #16]
	stp	xzr, xzr, [x0, #32]
	stp	xzr, xzr, [x0, #48]
	add	x0, x0, #64
	cmp	x0, x20
	b.lo	1b

	adrp	x0, el2_cpu0_slot_end
	mov	sp, x0
	adrp	x0, _start		/* physical address of the image */
	mov	x1, x21
	bl	el2_boot_tables
	bl	cache_drop
	mov	x20, xzr
	ldr	x19, =boot_start
	b	el2_enter

/* Clean and invalidate [x19, x20) to the point of coherency. Clobbers x0, x2-x4. */
cache_drop:
	mrs	x3, ctr_el0
	ubfx	x3, x3, #16, #4
	mov	x2, #4
	lsl	x2, x2, x3		/* bytes in a line */
	sub	x4, x2, #1
	bic	x0, x19, x4
1:	dc	civac, x0
	add	x0, x0, x2
	cmp	x0, x20
	b.lo	1b
	dsb	sy
	ret

/* x0: message. Print it on the configured early UART, if there is one, and stop. */
early_fail:
#ifdef CONFIG_EARLY_UART_BASE
	ldr	x1, =CONFIG_EARLY_UART_BASE
	cbz	x1, 3f
1:	ldrb	w2, [x0], #1
	cbz	w2, 3f
#ifdef CONFIG_EARLY_UART_IS_MINI
2:	ldr	w3, [x1, #0x14]		/* AUX_MU_LSR: wait for room */
	tbz	w3, #5, 2b
#else
2:	ldr	w3, [x1, #0x18]		/* PL011 UARTFR: wait while the transmit FIFO is full */
	tbnz	w3, #5, 2b
#endif
	str	w2, [x1]
	b	1b
#endif
3:	wfi
	b	3b

	.pool
msg_not_el2:
	.ascii	"\r\nBulkhead: not entered at EL2. Use a boot loader or machine that starts it in "
	.asciz	"hypervisor mode (QEMU: -M virt,virtualization=on).\r\n"
msg_no_fdt:
	.ascii	"\r\nBulkhead: no device tree in x0. The boot loader must pass the address of a "
	.asciz	"flattened device tree (8-byte aligned).\r\n"

	.section .text, "ax"
/* Secondary CPU: waits for its turn, which is at once with PSCI, and gets its number then. */
	.global secondary_entry
secondary_entry:
	msr	daifset, #0xf
	mrs	x0, mpidr_el1
	and	x0, x0, #0xffffffffff
	and	x0, x0, #~0xff000000
	adrp	x1, smp_turn
	add	x1, x1, :lo12:smp_turn
	b	2f
1:	wfe				/* pairs with the sev in smp.c */
2:	ldp	x2, x20, [x1]
	cmp	x2, x0
	b.ne	1b
	bl	el2_known_state
	mov	x21, x20
	ldr	x19, =boot_secondary
	b	el2_enter

/* What EL2 needs before anything else, on any CPU. Clobbers x1, x2. */
el2_known_state:
	ldr	x1, =SCTLR_EL2_RES1
	msr	sctlr_el2, x1
	ldr	x1, =HCR_RW
	msr	hcr_el2, x1
	/* FP is usable while booting: libfdt has a few FP instructions. */
	ldr	x1, =CPTR_RES1
	msr	cptr_el2, x1
	msr	hstr_el2, xzr
	msr	tpidr_el2, xzr
	msr	spsel, #1
	isb
	ret

/*
 * Turn the MMU on with boot_l0, which maps the image where it is and where it is linked; go on at
 * x19, which does not return, with argument x21, on the stack of CPU x20.
 */
el2_enter:
	adrp	x0, boot_l0
	msr	ttbr0_el2, x0
	ldr	x0, =MAIR_EL2_VALUE
	msr	mair_el2, x0
	mrs	x1, id_aa64mmfr0_el1
	and	x1, x1, #0xf
	mov	x2, #5			/* 48 bits are enough, and all this layout has */
	cmp	x1, x2
	csel	x1, x1, x2, lo
	ldr	x0, =TCR_EL2_VALUE
	orr	x0, x0, x1, lsl #16
	msr	tcr_el2, x0
	ldr	x0, =trap_vectors
	msr	vbar_el2, x0
	dsb	ish
	ic	iallu
	tlbi	alle2
	dsb	nsh
	isb
	ldr	x0, =(SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN)
	msr	sctlr_el2, x0
	isb
	ldr	x2, =(PERCPU_VA + STACK_TOP)
	add	x2, x2, x20, lsl #15
	mov	sp, x2
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x21
	br	x19
