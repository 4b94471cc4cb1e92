/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree that boot-time domains start from: guest.dts, compiled by dtc when the image is
 * built, and kept in it as it is. guest_tree.c copies it before it changes anything, and libfdt
 * checks lengths as in any other tree.
 */
	.section .rodata
	.balign	8
	.global	build_template_blob
build_template_blob:
	.incbin	"generated/guest.dtb"
