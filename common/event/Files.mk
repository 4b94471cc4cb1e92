# SPDX-License-Identifier: Apache-2.0
# Objects of common/event, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
ifeq ($(CONFIG_EVTCHN_PEERS),y)
obj-y += evtchn.o
else
obj-y += evtchn_own.o
endif
obj-y += evtchn_bind.o
obj-y += evtchn_deliver.o
