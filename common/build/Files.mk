# SPDX-License-Identifier: Apache-2.0
# Objects of common/build, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += load.o
obj-y += bootinfo.o
obj-y += guest_blob.o
obj-y += tree.o
obj-$(CONFIG_BOOT_DOMAINS) += describe.o
obj-$(CONFIG_BOOT_DOMAINS) += dom0_node.o
obj-$(CONFIG_BOOT_DOMAINS) += guest.o
build-input-$(CONFIG_CONSOLE_KEEP) := input.o
obj-$(CONFIG_BOOT_DOMAINS) += $(build-input-y)
obj-$(CONFIG_BOOT_DOMAINS) += guest_tree.o
build-partial-$(CONFIG_PASSTHROUGH) := partial.o
obj-$(CONFIG_BOOT_DOMAINS) += $(build-partial-y)
obj-$(CONFIG_BOOT_DOMAINS) += start.o
obj-$(CONFIG_BOOT_DOMAINS) += reserve.o
obj-$(CONFIG_BOOT_DOMAINS) += shared.o
