# SPDX-License-Identifier: Apache-2.0
# Objects of common/devtree, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += devtree.o
obj-y += devtree_read.o
obj-$(or $(CONFIG_COMMAND_LINE),$(CONFIG_DOM0)) += devtree_cmdline.o
obj-$(or $(CONFIG_DOM0),$(CONFIG_PASSTHROUGH)) += devtree_device.o
obj-$(or $(CONFIG_BOOT_DOMAINS),$(CONFIG_CPU_POOLS),$(CONFIG_PASSTHROUGH)) += devtree_phandle.o
obj-y += devtree_write.o
