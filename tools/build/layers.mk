# SPDX-License-Identifier: Apache-2.0
#
# The folders whose sources make the image, lowest layer first (docs/architecture.md).
# Each has a Files.mk with the lists obj-y and obj-$(CONFIG_X) of its objects.

FOLDERS := \
	common/lib \
	common/devtree \
	arch/arm64/cpu \
	common/core \
	common/mem \
	common/trace \
	arch/arm64/hw \
	drivers/char \
	drivers/gic \
	drivers/power \
	common/sched \
	common/policy \
	arch/arm64/stage2 \
	arch/arm64/vgic \
	arch/arm64/virt \
	common/domain \
	common/event \
	common/comm \
	common/grant \
	common/console \
	common/device \
	common/image \
	common/life \
	common/health \
	xsm \
	common/call \
	common/ext \
	common/control \
	common/guest \
	arch/arm64/trap \
	common/build \
	common/dom0 \
	common/boot \
	arch/arm64/boot

# Compiled for size: boot, the making and ending of domains, and what is said about them. The rest is
# on the paths of traps, interrupts and hypercalls, and compiled for speed.
COLD := \
	arch/arm64/boot/% \
	arch/arm64/cpu/features \
	arch/arm64/hw/el2_map \
	arch/arm64/hw/smp \
	arch/arm64/stage2/stage2_audit \
	arch/arm64/trap/idregs \
	arch/arm64/vgic/vgic_init \
	arch/arm64/virt/domain \
	common/boot/% \
	common/build/% \
	common/comm/% \
	common/core/cmdline \
	common/core/debugkeys \
	common/core/panic \
	common/core/printk \
	common/core/refusal \
	common/device/% \
	common/devtree/% \
	common/dom0/% \
	common/domain/lifecycle \
	common/event/evtchn \
	common/event/evtchn_bind \
	common/event/evtchn_own \
	common/ext/% \
	common/guest/op_version \
	common/health/health \
	common/health/restart \
	common/health/table \
	common/health/watchdog \
	common/lib/admission \
	common/lib/format \
	common/lib/number \
	common/life/% \
	common/mem/frame_ranges \
	common/mem/heap_sealed \
	common/sched/pool \
	common/sched/unit \
	drivers/char/uart \
	drivers/gic/gic_probe \
	drivers/gic/gicv3_redist \
	drivers/power/%

# And these with CONFIG_SMALL_CODE. Not the console: what a domain has written goes out between its
# instructions.
COLD-$(CONFIG_SMALL_CODE) := \
	arch/arm64/cpu/pgtable \
	arch/arm64/stage2/guest_access \
	arch/arm64/stage2/stage2% \
	arch/arm64/virt/exception \
	common/call/% \
	common/domain/% \
	common/event/% \
	common/guest/op_% \
	common/image/% \
	common/lib/tree \
	common/mem/% \
	common/sched/fixed \
	drivers/gic/gic_dist
COLD += $(COLD-y)
