# SPDX-License-Identifier: Apache-2.0
# Objects of common/control, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_TOOLSTACK) += op_domctl.o
obj-$(CONFIG_TOOLSTACK) += op_domctl_domain.o
obj-$(CONFIG_TOOLSTACK) += op_domctl_vcpu.o
obj-$(CONFIG_TOOLSTACK) += op_domctl_sched.o
control-device-$(CONFIG_PASSTHROUGH) := op_domctl_device.o
obj-$(CONFIG_TOOLSTACK) += $(control-device-y)
obj-$(CONFIG_TOOLSTACK) += op_sysctl.o
obj-$(CONFIG_TOOLSTACK) += op_sysctl_pool.o
