# SPDX-License-Identifier: Apache-2.0
# Objects of common/core, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_EL2_BUDGET) += budget.o
obj-$(CONFIG_COMMAND_LINE) += cmdline.o
ifeq ($(CONFIG_CONSOLE_QUEUES),y)
obj-y += console.o
else
obj-y += console_plain.o
endif
obj-$(CONFIG_CONSOLE_INPUT) += console_input.o
obj-$(CONFIG_DEBUG_KEYS) += debugkeys.o
obj-y += defer.o
obj-y += irq.o
obj-$(or $(CONFIG_GUEST_IRQS),$(CONFIG_DEBUG_KEYS)) += irq_rows.o
obj-y += panic.o
obj-y += percpu.o
obj-y += printk.o
core-refusal-$(CONFIG_BOOT_DOMAINS) := refusal.o
core-refusal-$(CONFIG_CPU_POOLS) := refusal.o
obj-y += $(core-refusal-y)
obj-y += softirq.o
obj-y += spinlock.o
obj-$(CONFIG_DEBUG) += spinlock_debug.o
obj-y += time.o
obj-y += timer.o
