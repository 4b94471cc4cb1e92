# SPDX-License-Identifier: Apache-2.0
# Objects of common/sched, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
ifeq ($(CONFIG_SCHED_FIXED),y)
obj-y += fixed.o
else
obj-$(CONFIG_SCHED_BALANCE) += balance.o
obj-y += core.o
obj-$(CONFIG_SCHED_ARINC653) += owner.o
obj-$(CONFIG_SCHED_BALANCE) += params.o
obj-y += pick.o
obj-y += pool.o
obj-$(CONFIG_CPU_POOLS) += pool_change.o
obj-$(CONFIG_SCHED_CHOICE) += pool_policy.o
obj-y += unit.o
obj-y += runqueue.o
endif
