# SPDX-License-Identifier: Apache-2.0
# Objects of common/domain, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += domain.o
obj-y += boot.o
obj-y += lifecycle.o
obj-y += watch.o
obj-y += vcpu.o
obj-y += wallclock.o
obj-y += evtchn.o
obj-y += evtchn_deliver.o
obj-y += dom_console.o
obj-$(CONFIG_VUART) += vuart.o
obj-$(CONFIG_GRANT_TABLE) += grant.o
obj-$(CONFIG_GRANT_TABLE) += grant_map.o
