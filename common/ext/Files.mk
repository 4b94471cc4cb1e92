# SPDX-License-Identifier: Apache-2.0
# Objects of common/ext, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_TOOLSTACK) += ext.o
obj-$(CONFIG_TOOLSTACK) += ext_load.o
ext-y :=
ext-$(CONFIG_CONSOLE_KEEP) += ext_console.o
ext-$(CONFIG_EL2_BUDGET) += ext_bounds.o
ext-$(CONFIG_SCHED_RTDS) += ext_refusal.o
obj-$(CONFIG_TOOLSTACK) += ext_name.o
ext-$(CONFIG_HEALTH) += ext_health.o
ext-$(CONFIG_TRACE) += ext_trace.o
ext-$(CONFIG_THROTTLE) += ext_throttle.o
obj-$(CONFIG_TOOLSTACK) += $(ext-y)
