# SPDX-License-Identifier: Apache-2.0
# Objects of drivers/gic, one per line: obj-y += file.o or obj-$(CONFIG_X) += file.o
obj-$(CONFIG_GICV3) += gicv3.o
obj-$(CONFIG_GICV3) += gicv3_lr.o
obj-$(CONFIG_GICV3) += gicv3_redist.o
obj-$(CONFIG_GICV2) += gicv2.o
obj-$(CONFIG_GICV2) += gicv2_lr.o
obj-y += gic_dist.o
obj-y += gic_probe.o
