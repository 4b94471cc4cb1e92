# SPDX-License-Identifier: Apache-2.0
# Objects of xsm, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += target.o
obj-$(CONFIG_XSM) += xsm.o
obj-$(CONFIG_XSM) += hooks.o
obj-$(CONFIG_XSM) += module_default.o
ifneq ($(CONFIG_XSM),y)
obj-y += fixed.o
endif
obj-$(CONFIG_XSM_SILO) += module_silo.o
