# SPDX-License-Identifier: Apache-2.0
# Objects of arch/arm64/vgic, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-y += inject.o
obj-$(CONFIG_TRACE) += vgic_deadline.o
obj-y += vgic_hw.o
obj-y += vgic_init.o
obj-y += vgic_lr.o
obj-y += vgic_model.o
obj-y += vgic_queue.o
obj-y += vgic_regs.o
obj-y += vgic_regs_dist.o
obj-$(CONFIG_GICV2) += vgic_regs_dist2.o
obj-y += vgic_regs_redist.o
obj-$(CONFIG_HEALTH) += vgic_reset.o
obj-$(CONFIG_GUEST_IRQS) += vgic_route.o
obj-y += vgic_signal.o
obj-$(CONFIG_TRACE) += vgic_trace.o
obj-$(CONFIG_GICV2) += vgic_v2.o
