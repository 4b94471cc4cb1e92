# SPDX-License-Identifier: Apache-2.0
#
# Bulkhead.  `make run` and `make check` are all one needs to begin; `make help` lists the rest.
# The hypervisor itself is built by tools/build/hypervisor.mk, everything goes to build/.

# BOARD: nothing (QEMU's virt machine, started directly), or through U-Boot: virt-uboot, rpi4.
# DOM0: nothing (an initramfs), or debian: Debian 13 on a disk.
BOARD ?=
CONFIG ?= $(if $(filter rpi4,$(BOARD)),rpi4,qemu_virt)
export BOARD CONFIG DOM0

OUT := build/$(CONFIG)
PYTHON := /usr/bin/python3
JOBS := $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
HYPERVISOR_MK := $(MAKE) --no-print-directory $(JOBS) -f tools/build/hypervisor.mk
SUBMAKE := $(MAKE) --no-print-directory

ifeq ($(filter-out 0,$(V)),)
MAKEFLAGS += -s
endif

# step NUMBER,TEXT: one line of progress.
step = @printf '[%s] %s\n' '$(1)' '$(2)'

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help
help:
	@cat tools/build/help.txt

### Building

.PHONY: all host sysroot hypervisor tools guests dom0 dom0-xl dom0-debian u-boot board
all:
	$(call step,1/6,packages of this machine)
	@tools/build/setup run
	$(call step,2/6,Debian packages for arm64)
	@$(SUBMAKE) sysroot
	$(call step,3/6,hypervisor ($(CONFIG)))
	@$(SUBMAKE) hypervisor
	$(call step,4/6,tools)
	@$(SUBMAKE) tools
	$(call step,5/6,guests)
	@$(SUBMAKE) guests
	$(call step,6/6,initramfs of Dom0)
	@$(SUBMAKE) dom0

host:
	@tools/build/setup check

sysroot:
	@tools/build/debroot build/sysroot -f tools/build/packages.sysroot

hypervisor:
	@$(HYPERVISOR_MK)

tools:
	@$(SUBMAKE) -C tools/bh

guests:
	@$(SUBMAKE) -C tests/guests

dom0:
	@tools/build/mkinitramfs

# Debian's U-Boot for the boards.
u-boot:
	@tools/build/debroot build/u-boot u-boot-qemu u-boot-rpi

# Debian packages for arm64: build/deb. Always of these two configurations.
.PHONY: deb
deb: sysroot tools
	@$(SUBMAKE) hypervisor CONFIG=qemu_virt
	@$(SUBMAKE) hypervisor CONFIG=rpi4
	@tools/deb/build

# Dom0 with Debian's xl beside bh; for some tests.
dom0-xl:
	@tools/build/mkinitramfs --xl

# The disk image of `make run DOM0=debian`; the first time takes some minutes.
dom0-debian: sysroot
	@tools/build/setup run
	@tools/build/mkdebian

### Running

# BOARD: through U-Boot, as on a board.
.PHONY: run
run: all $(if $(BOARD),board) $(if $(filter debian,$(DOM0)),dom0-debian)
	@$(if $(filter-out rpi4,$(BOARD)),tools/run/board '$(BOARD)',tools/run/run)

board:
	@tools/build/setup board
	@$(SUBMAKE) u-boot
	$(if $(filter rpi4,$(BOARD)),@tools/rpi4/rpi4.py build/rpi4/sd.img)

# The autopilot beside failing neighbours, on Bulkhead and on Debian's Xen (PEER=0: only Bulkhead).
# Without network for the Xen package the demo says so and goes on.
.PHONY: demo
demo: all
	$(if $(filter 0,$(PEER)),,@$(SUBMAKE) peer dom0-xl || echo 'note: Debian'\''s Xen could not be had')
	@$(PYTHON) tools/demo/demo.py $(if $(filter 0,$(PEER)),--no-peer) $(if $(SCHED),--sched $(SCHED))

### Testing

.PHONY: check check-fast check-one bench peer rt-kernel
check: host all
	@$(PYTHON) tests/run-check $(if $(SCENARIO),--scenario '$(SCENARIO)')

check-one: host all
	@test -n '$(T)' || { echo 'error: say which test: make check-one T=name' >&2; exit 1; }
	@$(PYTHON) tests/run-check --scenario '$(T)'

check-fast: host sysroot
	@$(PYTHON) tests/run-check --fast

# Instructions per path beside Xen's; `make bench PEER=1` measures Debian's Xen in the same run.
bench: host all
	$(if $(PEER),@$(SUBMAKE) peer dom0-xl)
	@$(PYTHON) tests/bench/bench.py --beside safety $(if $(PEER),--peer)

# Periods missed and latencies under a storm on the same CPU: make storm PERIODS=60000 [SCHED=rtds]
.PHONY: storm
storm: all
	@$(PYTHON) tests/bench/storm.py $(if $(PERIODS),--periods $(PERIODS)) $(if $(SCHED),--sched $(SCHED))

# Domains with disk and network created and destroyed by Debian's xl: make soak [ROUNDS=1000]
.PHONY: soak
soak: all dom0-xl
	@$(PYTHON) tests/bench/soak.py $(if $(ROUNDS),--rounds $(ROUNDS))

# The longest path through EL2 of every kind, from all tests: docs/safety/bounds.md.
.PHONY: bounds
bounds: host all
	@$(PYTHON) tests/bench/bounds.py --suite --write

# Debian's Xen, to compare with, and its PREEMPT_RT kernel; both only for some tests.
peer:
	@tools/build/debroot build/peer xen-hypervisor-4.20-arm64

rt-kernel:
	@tools/build/debroot build/rt-kernel linux-image-rt-arm64

### Code quality

.PHONY: size format lint hooks
size: sysroot hypervisor guests
	@$(PYTHON) tools/build/size.py --table
	@echo
	@$(PYTHON) tools/build/size.py $(CONFIG)

format:
	@tools/lint/format.sh --fix

lint:
	@$(PYTHON) tests/run-check --lint

hooks:
	@tools/build/install-hooks

### Configuration

.PHONY: menuconfig savedefconfig defconfig
menuconfig:
	@tools/build/setup run
	@$(PYTHON) tools/build/kconfig.py menu $(OUT) arch/arm64/configs/$(CONFIG)_defconfig

savedefconfig:
	@tools/build/setup run
	@$(PYTHON) tools/build/kconfig.py save $(OUT) arch/arm64/configs/$(CONFIG)_defconfig

defconfig:
	@rm -f $(OUT)/.config
	@$(HYPERVISOR_MK) config

### Cleaning

.PHONY: clean distclean
clean:
	@find build -mindepth 1 -maxdepth 1 ! -name apt ! -name 'sysroot*' ! -name 'peer*' \
		! -name 'rt-kernel*' ! -name 'u-boot*' ! -name debian -exec rm -rf {} + 2>/dev/null || true

distclean:
	@rm -rf build
