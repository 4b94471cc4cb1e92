# SPDX-License-Identifier: Apache-2.0
# Objects of common/health, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += table.o
obj-y += health.o
obj-y += restart.o
obj-y += image.o
obj-y += watchdog.o
