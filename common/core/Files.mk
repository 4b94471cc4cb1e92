# SPDX-License-Identifier: Apache-2.0
# Objects of common/core, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_EL2_BUDGET) += budget.o
obj-$(CONFIG_COMMAND_LINE) += cmdline.o
obj-y += console.o
obj-$(CONFIG_CONSOLE_INPUT) += console_input.o
obj-$(CONFIG_DEBUG_KEYS) += debugkeys.o
obj-y += defer.o
obj-y += irq.o
obj-y += panic.o
obj-y += percpu.o
obj-y += printk.o
obj-y += softirq.o
obj-y += spinlock.o
obj-$(CONFIG_DEBUG) += spinlock_debug.o
obj-y += time.o
obj-y += timer.o
