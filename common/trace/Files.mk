# SPDX-License-Identifier: Apache-2.0
# Objects of common/trace, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_EL2_BUDGET) += budget.o
obj-$(CONFIG_TRACE) += latency.o
obj-$(CONFIG_TRACE) += trace.o
obj-$(CONFIG_TRACE) += points.o
