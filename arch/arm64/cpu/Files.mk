# SPDX-License-Identifier: Apache-2.0
# Objects of arch/arm64/cpu, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += cpu.o
obj-y += features.o
obj-y += firmware.o
obj-y += fp.o
obj-y += pgtable.o
obj-$(or $(CONFIG_AUDIT),$(CONFIG_DESTROY)) += pgtable_visit.o
