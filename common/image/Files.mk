# SPDX-License-Identifier: Apache-2.0
# Objects of common/image, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += images.o
