# SPDX-License-Identifier: Apache-2.0
# Objects of xsm, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += xsm.o
obj-y += hooks.o
obj-y += module_default.o
obj-$(CONFIG_XSM_SILO) += module_silo.o
