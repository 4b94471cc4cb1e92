# SPDX-License-Identifier: Apache-2.0
# Objects of common/dom0, one per line: obj-$(CONFIG_DOM0) += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_DOM0) += dom0.o
dom0-policy-$(CONFIG_HEALTH) := policy.o
obj-$(CONFIG_DOM0) += $(dom0-policy-y)
obj-$(CONFIG_DOM0) += dom0_devices.o
obj-$(CONFIG_DOM0) += dom0_tree.o
