# SPDX-License-Identifier: Apache-2.0
# Objects of common/build, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += load.o
obj-$(CONFIG_DOM0) += dom0.o
obj-$(CONFIG_DOM0) += dom0_devices.o
obj-$(CONFIG_DOM0) += dom0_tree.o
obj-y += bootinfo.o
