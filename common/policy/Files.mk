# SPDX-License-Identifier: Apache-2.0
# Objects of common/policy, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_SCHED_CREDIT) += credit.o
obj-$(CONFIG_SCHED_RTDS) += rtds.o
obj-$(CONFIG_SCHED_ARINC653) += arinc653.o
obj-$(CONFIG_THROTTLE) += throttle.o
ifneq ($(CONFIG_SCHED_FIXED),y)
obj-$(CONFIG_SCHED_NULL) += null.o
endif
