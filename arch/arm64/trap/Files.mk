# SPDX-License-Identifier: Apache-2.0
# Objects of arch/arm64/trap, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += entry.o
obj-y += trap.o
obj-y += run.o
obj-y += abort.o
obj-y += idregs.o
obj-y += sysreg.o
obj-y += smccc.o
obj-$(CONFIG_INSN_DECODE) += decode.o
