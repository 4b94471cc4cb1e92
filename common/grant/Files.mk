# SPDX-License-Identifier: Apache-2.0
# Objects of common/grant, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_GRANT_TABLE) += grant.o
obj-$(CONFIG_GRANT_TABLE) += grant_map.o
