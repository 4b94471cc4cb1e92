# SPDX-License-Identifier: Apache-2.0
# Objects of drivers/power, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_BCM2835_PM) += bcm2835_pm.o
