# extra.scr on QEMU's raspi4b only. Its display controller and its HDMI have no registers: a driver
# that looks for them ends with an external abort. More vCPUs than 2 wait for each other on a PC.
for n in clock@7ef00000 interrupt-controller@7ef00100; do fdt set /soc/${n} status disabled; done
for n in hdmi@7ef00700 hdmi@7ef05700; do fdt set /soc/${n} status disabled; done
for n in i2c@7ef04500 i2c@7ef09500; do fdt set /soc/${n} status disabled; done
setenv hypervisor_args "${hypervisor_args} dom0_max_vcpus=2"
