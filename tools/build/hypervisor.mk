# SPDX-License-Identifier: Apache-2.0
#
# Builds the hypervisor of one configuration, without recursion:
#
#   build/$(CONFIG)/bulkhead        raw arm64 Image
#   build/$(CONFIG)/bulkhead.elf    the same with symbols and debug information
#
# Sources are listed in one Files.mk per folder.  The same sources give the same bytes in
# whatever folder they are built: paths are relative, and nothing holds a time or a host name.

CONFIG ?= qemu_virt
OUT := build/$(CONFIG)
SYSROOT := build/sysroot
PYTHON := /usr/bin/python3
VERSION := 0.1.0

CROSS_COMPILE ?= aarch64-linux-gnu-
CC := $(CROSS_COMPILE)gcc
LD := $(CROSS_COMPILE)ld
OBJCOPY := $(CROSS_COMPILE)objcopy

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(2)
endif

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += -rR

.PHONY: image config
image: $(OUT)/bulkhead

### Configuration

DEFCONFIG := arch/arm64/configs/$(CONFIG)_defconfig
AUTOCONF := $(OUT)/include/generated/autoconf.h

# Make reads .config below, so it makes it first.
$(OUT)/.config: Kconfig $(wildcard $(DEFCONFIG)) tools/build/kconfig.py
	$(call say,CONFIG,$@)
	$(Q)$(PYTHON) tools/build/kconfig.py update $(OUT) $(DEFCONFIG)
	$(Q)touch $@

$(AUTOCONF): $(OUT)/.config
	$(Q)$(PYTHON) tools/build/kconfig.py update $(OUT) $(DEFCONFIG)

config: $(OUT)/.config

include $(OUT)/.config

### Sources

include tools/build/layers.mk

objects :=
define read_folder
obj-y :=
include $(1)/Files.mk
objects += $$(addprefix $$(OUT)/$(1)/,$$(obj-y))
endef
$(foreach folder,$(FOLDERS),$(eval $(call read_folder,$(folder))))

### Flags

gcc_include := $(shell $(CC) -print-file-name=include)
LIBFDT := $(SYSROOT)/usr/lib/aarch64-linux-gnu/libfdt.a
LIBFDT_INCLUDE := build/libfdt

INCLUDES := -Iinclude -Iarch/arm64/include -I$(OUT)/include \
	-nostdinc -isystem $(gcc_include) -isystem $(LIBFDT_INCLUDE)

CPPFLAGS := $(INCLUDES) -include hv/kconfig.h -DBULKHEAD_VERSION='"$(VERSION)"'

REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=. -Wdate-time

# GCC 12 may repeat a volatile store when it moves other stores out of a loop: not here. The image is
# below 1 MiB (bulkhead.lds.S), so one instruction has any address of it: mcmodel=tiny.
CFLAGS := -std=gnu11 -O2 -fno-move-loop-stores -g -ffreestanding -fno-common \
	-fno-stack-protector -fno-pic -fno-pie -fomit-frame-pointer \
	-falign-functions=4 -falign-jumps=4 -falign-loops=4 \
	-mgeneral-regs-only -mcmodel=tiny -mno-outline-atomics -mstrict-align \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing \
	-ffunction-sections -fdata-sections $(REPRODUCIBLE) \
	-Wall -Wextra -Wshadow -Werror -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	$(EXTRA_CFLAGS)

AFLAGS := -D__ASSEMBLY__ -g $(REPRODUCIBLE) -Wundef -Werror

LDFLAGS := -nostdlib -static --gc-sections --build-id=none -z max-page-size=4096 \
	-z noexecstack --fatal-warnings --no-warn-rwx-segments --no-undefined

cold := $(filter $(addprefix $(OUT)/,$(addsuffix .o,$(COLD))),$(objects))
$(cold): CFLAGS += -Os

# The bodies of memset and its kin must not be turned into calls of themselves.
$(OUT)/common/lib/string.o: CFLAGS += -fno-tree-loop-distribute-patterns

# Rebuild what was built with other flags, or from other objects.
flags := $(CC) $(CPPFLAGS) $(CFLAGS) $(AFLAGS) $(COLD)
$(OUT)/flags: text = $(flags)
$(OUT)/flags.link: text = $(LDFLAGS) $(objects)
$(OUT)/flags $(OUT)/flags.link: FORCE | $(OUT)/.config
	@echo '$(subst ','\'',$(text))' | cmp -s - $@ || echo '$(subst ','\'',$(text))' >$@

.PHONY: FORCE
FORCE:

### libfdt's headers
#
# They include three headers of the C library, of which they use nothing here: empty ones do.

$(LIBFDT_INCLUDE)/libfdt.h: $(SYSROOT)/usr/include/libfdt.h
	$(Q)mkdir -p $(@D)
	$(Q)touch $(addprefix $(@D)/,stdlib.h string.h limits.h)
	$(Q)cp $(addprefix $(SYSROOT)/usr/include/,fdt.h libfdt_env.h) $(@D)
	$(Q)cp $< $@

$(SYSROOT)/usr/include/libfdt.h $(LIBFDT) &:
	$(call say,SYSROOT,$(SYSROOT))
	$(Q)tools/build/debroot $(SYSROOT) -f tools/build/packages.sysroot

### Compile

ASM_OFFSETS := $(OUT)/include/generated/asm-offsets.h
before_c := $(OUT)/flags $(AUTOCONF) $(LIBFDT_INCLUDE)/libfdt.h

$(OUT)/%.o: %.c $(OUT)/flags | $(before_c) $(ASM_OFFSETS)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/%.o: %.S $(OUT)/flags | $(before_c) $(ASM_OFFSETS)
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(AFLAGS) -MMD -MP -c -o $@ $<

# Offsets for assembly: the compiler puts lines '.ascii "->NAME VALUE ..."' into its output.
$(OUT)/arch/arm64/cpu/asm-offsets.s: arch/arm64/cpu/asm-offsets.c $(OUT)/flags | $(before_c)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(filter-out -g -Werror,$(CFLAGS)) -MMD -MP -MF $(@:.s=.d) -MT $@ -S -o $@ $<

$(ASM_OFFSETS): $(OUT)/arch/arm64/cpu/asm-offsets.s tools/build/asm-offsets
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)tools/build/asm-offsets $< >$@.new
	$(Q)cmp -s $@.new $@ && rm $@.new || mv $@.new $@
	$(Q)touch $@

# The tree that boot-time domains start from.
GUEST_TREE := $(OUT)/include/generated/guest.dtb
$(OUT)/common/build/guest_blob.o: $(GUEST_TREE)
$(GUEST_TREE): common/build/guest.dts
	$(call say,DTC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)dtc -q -I dts -O dtb -o $@ $<

-include $(objects:.o=.d) $(OUT)/arch/arm64/cpu/asm-offsets.d

### Link

LINKER_SCRIPT := $(OUT)/bulkhead.lds

$(LINKER_SCRIPT): arch/arm64/boot/bulkhead.lds.S $(OUT)/flags | $(before_c) $(ASM_OFFSETS)
	$(call say,LDS,$<)
	$(Q)$(CC) $(CPPFLAGS) -D__ASSEMBLY__ -D__LINKER_SCRIPT__ -E -P -x c \
		-MMD -MP -MF $@.d -MT $@ -o $@ $<

-include $(LINKER_SCRIPT).d

$(OUT)/bulkhead.elf: $(objects) $(LIBFDT) $(LINKER_SCRIPT) $(OUT)/flags.link
	$(call say,LD,$@)
	$(Q)$(LD) $(LDFLAGS) -T $(LINKER_SCRIPT) -Map=$(OUT)/bulkhead.map -o $@ $(objects) $(LIBFDT)

$(OUT)/bulkhead: $(OUT)/bulkhead.elf
	$(call say,IMAGE,$@)
	$(Q)$(OBJCOPY) -O binary $< $@

# What the image is made of: one source per line, for `make size` and the structure gate.
.PHONY: sources
sources:
	@for o in $(patsubst $(OUT)/%.o,%,$(objects)); do ls $$o.[cS]; done
