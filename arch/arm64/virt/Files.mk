# SPDX-License-Identifier: Apache-2.0
# Objects of arch/arm64/virt, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += vtimer.o
obj-y += context.o
obj-y += domain.o
obj-y += exception.o
obj-$(CONFIG_HEALTH) += restart.o
obj-$(CONFIG_DESTROY) += teardown.o
