# SPDX-License-Identifier: Apache-2.0
# Objects of common/device, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_PASSTHROUGH) += device.o
obj-$(CONFIG_PASSTHROUGH) += device_tree.o
device-boot-$(CONFIG_PASSTHROUGH) := device_partial.o
obj-$(CONFIG_BOOT_DOMAINS) += $(device-boot-y)
obj-$(or $(CONFIG_DOM0),$(CONFIG_PASSTHROUGH)) += kept.o
ifneq ($(CONFIG_PASSTHROUGH),y)
obj-$(CONFIG_DOM0) += apart.o
endif
