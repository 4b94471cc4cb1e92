/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout of the image. Linked at EL2's fixed virtual address; the boot loader may put it at any
 * 2 MiB boundary. Each part begins on a page, because each has its own permissions: boot and text
 * (RX), read-only data (R), data and bss (RW). Nothing is loaded beyond image_end_file; bss follows
 * in memory. What only boot needs stands at the beginning of the image and of bss and becomes
 * domains' memory when boot is over: no other part may refer to it. The device tree is read at boot
 * only, so libfdt is part of it.
 */
#include <asm/layout.h>

OUTPUT_ARCH(aarch64)
ENTRY(_start)
NOCROSSREFS_TO(.init .text .rodata .data)
NOCROSSREFS_TO(.init_bss .text .rodata .data)

SECTIONS
{
	/* The template of per-CPU data: only its addresses are used, its bytes never exist here. */
	.percpu PERCPU_VA (NOLOAD) : {
		*(.bss.percpu)
		. = ALIGN(4096);
	}
	ASSERT(SIZEOF(.percpu) <= 0x4000, "per-CPU data does not fit its slot")
	. = IMAGE_VA;
	image_start = ABSOLUTE(.);
	init_start = ABSOLUTE(.);
	.init : {
		*(.head.text)
		*(.init.text)
		*(.init.rodata)
		*libfdt.a:*(.text .text.* .rodata .rodata.*)
		*(.got .got.plt)
		*common/devtree/[a-z]*.o(.text .text.* .rodata .rodata.*)
		*(.text.unlikely.fdt_*)
		EXCLUDE_FILE(*build/input.o) *common/build/[a-z]*.o(.rodata .rodata.*)
		. = ALIGN(8);
	}
	init_end = ABSOLUTE(.) & ~0xfff; /* a page that is also text's stays */
	.text : {
		*(.text.hot) /* the vectors: their alignment costs least in front */
		*(.text .text.*)
		. = ALIGN(8);
	}
	. = ALIGN(4096);
	text_end = .;
	.rodata : {
		*(.rodata .rodata.*)
		. = ALIGN(8);
		__start_sched_policies = .;
		KEEP(*(sched_policies))
		__stop_sched_policies = .;
		__start_domain_listeners = .;
		KEEP(*(domain_listeners))
		__stop_domain_listeners = .;
	}
	. = ALIGN(4096);
	rodata_end = .;
	.data : {
		*(.data .data.*)
		. = ALIGN(16);
	}
	image_end_file = .;
	. = ALIGN(4096);
	bss_start = .;
	init_bss_start = ABSOLUTE(.);
	.init_bss (NOLOAD) : {
		*(.bss.init)
		. = ALIGN(4096);
	}
	init_bss_end = ABSOLUTE(.);
	.bss (NOLOAD) : {
		*(.bss.page_aligned)
		el2_cpu0_slot = .;
		. += SIZEOF(.percpu) + 0x3000;
		el2_cpu0_slot_end = .;
		*(.bss .bss.[!p]* .bss.p[!e]* COMMON)
		. = ALIGN(4096);
		bss_end = .;
	}
	image_end = bss_end;
	image_bytes = ABSOLUTE(image_end - image_start);
	ASSERT(image_end - image_start <= IMAGE_SIZE_MAX, "image too large")

	/DISCARD/ : { *(.comment .note* .eh_frame* .ARM.attributes .gnu.hash .dynamic*) }
}
