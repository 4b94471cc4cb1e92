# SPDX-License-Identifier: Apache-2.0
# Objects of common/life, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += build.o
obj-y += boot.o
obj-$(CONFIG_DEBUG_KEYS) += print.o
obj-$(CONFIG_DESTROY) += destroy.o
obj-$(CONFIG_DESTROY) += free.o
obj-$(CONFIG_TOOLSTACK) += watch.o
obj-y += vcpu.o
obj-$(CONFIG_TOOLSTACK) += wallclock.o
