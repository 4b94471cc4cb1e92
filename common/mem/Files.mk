# SPDX-License-Identifier: Apache-2.0
# Objects of common/mem, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
ifeq ($(CONFIG_FRAME_RANGES),y)
obj-y += frame_ranges.o
else
obj-y += frame.o
mem-buddy-y := buddy.o
endif
ifeq ($(CONFIG_SEALED_HEAP),y)
obj-y += heap_sealed.o
else
obj-y += heap.o
mem-buddy-y := buddy.o
endif
obj-y += $(mem-buddy-y)
