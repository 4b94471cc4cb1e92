# U-Boot: Bulkhead with Dom0 on a Raspberry Pi 4. The tree is the one that the firmware passed.
# Modules lie at 768 MiB: Dom0 gets what is below, in one piece.
setenv card "${devtype} ${devnum}:${distro_bootpart}"
setenv hypervisor_args "dom0_mem=512M"
setenv dom0_args "console=hvc0"
fdt addr ${fdt_addr}
fdt move ${fdt_addr} ${fdt_addr_r} 0x40000
if load ${card} 0x20000000 extra.scr; then source 0x20000000; fi
load ${card} 0x20000000 vmlinuz.gz
unzip 0x20000000 0x30000000
fdt set /chosen \#address-cells <2>
fdt set /chosen \#size-cells <2>
fdt mknode /chosen module@30000000
fdt set /chosen/module@30000000 compatible "multiboot,kernel" "multiboot,module"
fdt set /chosen/module@30000000 reg <0x0 0x30000000 0x0 0x${filesize}>
load ${card} 0x34000000 initramfs.gz
fdt mknode /chosen module@34000000
fdt set /chosen/module@34000000 compatible "multiboot,ramdisk" "multiboot,module"
fdt set /chosen/module@34000000 reg <0x0 0x34000000 0x0 0x${filesize}>
fdt set /chosen xen,xen-bootargs "${hypervisor_args}"
fdt set /chosen xen,dom0-bootargs "${dom0_args}"
load ${card} 0x00200000 bulkhead
booti 0x00200000 - ${fdt_addr_r}
