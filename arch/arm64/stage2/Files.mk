# SPDX-License-Identifier: Apache-2.0
# Objects of arch/arm64/stage2, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += guest_access.o
obj-y += stage2.o
obj-y += stage2_pool.o
obj-$(CONFIG_DESTROY) += stage2_teardown.o
obj-$(CONFIG_AUDIT) += stage2_audit.o
obj-y += mmio.o
