# SPDX-License-Identifier: Apache-2.0
# Objects of common/console, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_CONSOLE_KEEP) += dom_console.o
console-show-$(CONFIG_BOOT_DOMAINS) := show.o
obj-$(CONFIG_CONSOLE_KEEP) += $(console-show-y)
obj-$(CONFIG_VUART) += vuart.o
ifneq ($(CONFIG_CONSOLE_KEEP),y)
obj-$(CONFIG_VUART) += direct.o
endif
