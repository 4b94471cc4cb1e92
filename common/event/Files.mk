# SPDX-License-Identifier: Apache-2.0
# Objects of common/event, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += evtchn.o
obj-y += evtchn_deliver.o
obj-$(CONFIG_BOOT_DOMAINS) += evtchn_static.o
