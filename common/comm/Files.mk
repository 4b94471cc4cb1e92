# SPDX-License-Identifier: Apache-2.0
# Objects of common/comm, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_STATIC_COMM) += evtchn_static.o
