# SPDX-License-Identifier: Apache-2.0
# Objects of arch/arm64/hw, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_AUDIT) += el2_audit.o
obj-y += el2_map.o
obj-y += scrub.o
obj-y += smp.o
obj-$(CONFIG_SPIN_TABLE) += smp_spin.o
obj-y += window.o
obj-y += gic.o
