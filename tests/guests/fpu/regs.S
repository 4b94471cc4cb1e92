/* SPDX-License-Identifier: Apache-2.0 */
/* fpu_load(const void *p) and fpu_store(void *p): q0-q31, then FPCR and FPSR, 528 bytes. */
	.macro	all op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\op	q\n, [x0, #(\n * 16)]
	.endr
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	q\n, [x0, #(\n * 16)]
	.endr
	.endm

	.global fpu_load
fpu_load:
	all	ldr
	ldr	x1, [x0, #512]
	ldr	x2, [x0, #520]
	msr	fpcr, x1
	msr	fpsr, x2
	ret

	.global fpu_store
fpu_store:
	all	str
	mrs	x1, fpcr
	mrs	x2, fpsr
	str	x1, [x0, #512]
	str	x2, [x0, #520]
	ret
