# SPDX-License-Identifier: Apache-2.0
# Objects of common/build, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += load.o
obj-y += bootinfo.o
obj-y += guest_blob.o
obj-y += tree.o
obj-$(CONFIG_BOOT_DOMAINS) += describe.o
build-dom0-$(CONFIG_DOM0) := dom0_node.o
obj-$(CONFIG_BOOT_DOMAINS) += $(build-dom0-y)
obj-$(CONFIG_BOOT_DOMAINS) += guest.o
build-input-$(CONFIG_CONSOLE_KEEP) := input.o
obj-$(CONFIG_BOOT_DOMAINS) += $(build-input-y)
obj-$(CONFIG_BOOT_DOMAINS) += guest_tree.o
build-partial-$(CONFIG_PASSTHROUGH) := partial.o
obj-$(CONFIG_BOOT_DOMAINS) += $(build-partial-y)
build-keep-$(CONFIG_HEALTH) := keep.o
obj-$(CONFIG_BOOT_DOMAINS) += $(build-keep-y)
obj-$(CONFIG_BOOT_DOMAINS) += start.o
build-channels-$(or $(CONFIG_STATIC_COMM),$(CONFIG_XENSTORE),$(CONFIG_HEALTH)) := channels.o
obj-$(CONFIG_BOOT_DOMAINS) += $(build-channels-y)
build-rtds-$(CONFIG_SCHED_RTDS) := reservation.o
obj-$(CONFIG_BOOT_DOMAINS) += $(build-rtds-y)
obj-$(CONFIG_BOOT_DOMAINS) += reserve.o
obj-$(CONFIG_BOOT_DOMAINS) += claim.o
obj-$(CONFIG_STATIC_COMM) += shared.o
