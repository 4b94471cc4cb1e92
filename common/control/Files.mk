# SPDX-License-Identifier: Apache-2.0
# Objects of common/control, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += op_domctl.o
obj-y += op_domctl_domain.o
obj-y += op_domctl_vcpu.o
obj-y += op_domctl_sched.o
obj-y += op_domctl_device.o
obj-y += op_sysctl.o
obj-y += op_sysctl_pool.o
