# SPDX-License-Identifier: Apache-2.0
# Objects of drivers/char, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_MINI_UART) += mini_uart.o
obj-$(CONFIG_PL011) += pl011.o
pl011-irq-$(CONFIG_CONSOLE_INPUT) := pl011_irq.o
obj-$(CONFIG_PL011) += $(pl011-irq-y)
obj-y += uart.o
