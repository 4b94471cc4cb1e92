# SPDX-License-Identifier: Apache-2.0
# Objects of common/lib, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_SCHED_RTDS) += admission.o
obj-y += format.o
obj-y += number.o
obj-y += popcount.o
obj-y += string.o
obj-y += tree.o
