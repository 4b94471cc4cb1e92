# SPDX-License-Identifier: Apache-2.0
# Objects of common/guest, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += hypercall.o
obj-y += op_version.o
obj-$(CONFIG_VERSION_TEXTS) += version_text.o
ifeq ($(CONFIG_MEMORY_OP),y)
obj-y += op_memory.o
else
obj-y += op_memory_one.o
endif
obj-y += op_memory_own.o
obj-$(CONFIG_MEMORY_OP) += op_memory_info.o
obj-$(CONFIG_MEMORY_OP) += op_memory_map.o
obj-$(CONFIG_MEMORY_OP) += op_memory_reserve.o
obj-$(CONFIG_XL) += op_memory_xl.o
obj-$(CONFIG_XENSTORE) += op_hvm.o
obj-y += op_event_channel.o
obj-$(CONFIG_EVTCHN_PEERS) += op_event_peers.o
obj-y += op_vcpu.o
obj-y += op_sched.o
obj-$(CONFIG_CONSOLE_IO) += op_console_io.o
obj-$(CONFIG_GRANT_TABLE) += op_grant_table.o
obj-$(CONFIG_MULTICALL) += op_multicall.o
obj-$(CONFIG_TOOLSTACK) += op_platform.o
