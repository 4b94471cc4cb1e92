# SPDX-License-Identifier: Apache-2.0
# Objects of common/dom0, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += dom0.o
obj-y += dom0_devices.o
obj-y += dom0_tree.o
