# SPDX-License-Identifier: Apache-2.0
# Objects of common/mem, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += buddy.o
ifeq ($(CONFIG_FRAME_RANGES),y)
obj-y += frame_ranges.o
else
obj-y += frame.o
endif
obj-y += heap.o
