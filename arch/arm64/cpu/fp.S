/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Save and restore of the FP and SIMD registers (asm/fp.h): q0-q31, FPSR, FPCR, in the layout of
 * struct fp_state. Leaf functions; clobber x1, x2.
 */
	.arch	armv8-a+fp+simd
	.text

/* op: stp or ldp, of pairs of registers with the numbers that follow. */
.macro q_pairs op, a, b, more:vararg
	\op	q\a, q\b, [x0, #(\a * 16)]
	.ifnb	\more
	q_pairs	\op, \more
	.endif
.endm

.macro all_q op
	q_pairs	\op, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	q_pairs	\op, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
.endm

	.global fp_save
fp_save:
	all_q	stp
	mrs	x1, fpsr
	mrs	x2, fpcr
	str	w1, [x0, #512]
	str	w2, [x0, #516]
	ret

	.global fp_restore
fp_restore:
	all_q	ldp
	ldr	w1, [x0, #512]
	ldr	w2, [x0, #516]
	msr	fpsr, x1
	msr	fpcr, x2
	ret
