# SPDX-License-Identifier: Apache-2.0
# Objects of arch/arm64/boot, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += head.o
obj-y += boot_tables.o
obj-y += start.o
