# SPDX-License-Identifier: Apache-2.0
# Objects of common/boot, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += audit.o
obj-y += bootinfo.o
obj-y += memory.o
obj-y += load.o
obj-y += main.o
obj-y += pools.o
obj-$(CONFIG_SCHED_ARINC653) += schedule.o
obj-y += dom0.o
obj-y += dom0_devices.o
obj-y += dom0_tree.o
obj-y += rates.o
