# SPDX-License-Identifier: Apache-2.0
# Objects of common/domain, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += table.o
obj-y += lifecycle.o
obj-$(or $(CONFIG_TOOLSTACK),$(CONFIG_DEBUG_KEYS)) += walk.o
