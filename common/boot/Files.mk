# SPDX-License-Identifier: Apache-2.0
# Objects of common/boot, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += audit.o
obj-y += memory.o
obj-y += main.o
obj-y += pools.o
obj-$(CONFIG_SCHED_ARINC653) += schedule.o
obj-y += rates.o
