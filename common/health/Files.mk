# SPDX-License-Identifier: Apache-2.0
# Objects of common/health, one per line: obj-$(CONFIG_HEALTH) += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_HEALTH) += table.o
obj-$(CONFIG_HEALTH) += health.o
obj-$(CONFIG_HEALTH) += restart.o
obj-$(CONFIG_HEALTH) += image.o
obj-$(CONFIG_HEALTH) += watchdog.o
