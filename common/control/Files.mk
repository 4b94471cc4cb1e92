# SPDX-License-Identifier: Apache-2.0
# Objects of common/control, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_TOOLSTACK) += op_domctl.o
obj-$(CONFIG_TOOLSTACK) += op_domctl_domain.o
obj-$(CONFIG_TOOLSTACK) += op_domctl_vcpu.o
obj-$(CONFIG_TOOLSTACK) += op_domctl_sched.o
obj-$(CONFIG_TOOLSTACK) += op_sysctl.o
obj-$(CONFIG_TOOLSTACK) += op_sysctl_pool.o
control-y :=
control-$(CONFIG_XL) += xl.o
control-$(CONFIG_PASSTHROUGH) += op_domctl_device.o
control-$(CONFIG_SCHED_RTDS) += op_domctl_rtds.o
control-$(or $(CONFIG_CPU_POOLS),$(CONFIG_SCHED_ARINC653)) += sysctl_pool_change.o
control-$(or $(CONFIG_XL),$(CONFIG_CPU_POOLS),$(CONFIG_SCHED_ARINC653)) += sysctl_scheduler.o
obj-$(CONFIG_TOOLSTACK) += $(control-y)
