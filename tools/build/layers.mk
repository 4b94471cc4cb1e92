# SPDX-License-Identifier: Apache-2.0
#
# The folders whose sources make the image, lowest layer first (docs/architecture.md).
# Each has a Files.mk with the lists obj-y and obj-$(CONFIG_X) of its objects.

FOLDERS := \
	common/lib \
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
