# SPDX-License-Identifier: Apache-2.0
# Objects of common/ext, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += ext.o
obj-y += ext_load.o
obj-y += ext_console.o
obj-y += ext_refusal.o
obj-y += ext_name.o
obj-y += ext_vcpu.o
obj-$(CONFIG_TRACE) += ext_trace.o
obj-y += ext_throttle.o
