# SPDX-License-Identifier: Apache-2.0
# Objects of common/device, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += device.o
obj-y += device_tree.o
obj-y += device_partial.o
