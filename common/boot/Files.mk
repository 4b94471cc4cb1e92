# SPDX-License-Identifier: Apache-2.0
# Objects of common/boot, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_AUDIT) += audit.o
obj-y += memory.o
obj-$(CONFIG_BOOT_DOMAINS) += static_memory.o
obj-y += main.o
obj-$(CONFIG_CPU_POOLS) += pools.o
obj-$(CONFIG_SCHED_ARINC653) += schedule.o
obj-$(CONFIG_THROTTLE) += rates.o
