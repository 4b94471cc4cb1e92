# SPDX-License-Identifier: Apache-2.0
# Objects of xsm, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += xsm.o
obj-$(CONFIG_XSM) += module.o
