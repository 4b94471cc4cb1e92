# SPDX-License-Identifier: Apache-2.0
"""Devices that boot-time domains have by their partial device tree (docs/passthrough.md)."""
import hashlib
import importlib.machinery
import importlib.util
import lzma
import re
import subprocess

import pytest
from bootdomains import DOM0, System
from machine import BUILD, TOP

UART = """serial@9040000 { compatible = "arm,pl011", "arm,primecell";
    reg = <0 0x9040000 0 0x1000>; interrupts = <0 8 4>; interrupt-parent = <0xfde8>;
    xen,path = "/pl011@9040000"; xen,reg = <0 0x9040000 0 0x1000 0 0x9040000>;
    xen,force-assign-without-iommu; };"""
DISK = """disk@a003e00 { compatible = "virtio,mmio"; dma-coherent;
    reg = <0 0xa003e00 0 0x200>; interrupts = <0 0x2f 1>; interrupt-parent = <0xfde8>;
    xen,path = "/virtio_mmio@a003e00"; xen,reg = <0 0xa003000 0 0x1000 0 0xa003000>;
    xen,force-assign-without-iommu; };"""
PIECE = 65536
TWO_UARTS = ("-serial", "null", "-serial", "null")

# Reads the first piece of the disk, writes the second.
INIT = """#!/bin/sh
busybox mount -t devtmpfs dev /dev; busybox mount -t proc proc /proc
busybox insmod /virtio_mmio.ko; busybox insmod /virtio_blk.ko
echo "disk: $(busybox dd if=/dev/vda bs=64k count=1 2>/dev/null | busybox md5sum)"
busybox tr '\\0' w </dev/zero | busybox dd of=/dev/vda bs=64k seek=1 count=1 conv=fsync \
    iflag=fullblock 2>/dev/null
busybox grep virtio /proc/interrupts
echo "disk: done"
exec busybox sh
"""


def partial(folder, node):
    """A compiled partial tree with the node."""
    source = ("/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; passthrough { "
              'compatible = "simple-bus"; ranges; #address-cells = <2>; #size-cells = <2>; '
              f"{node} }}; }};")
    blob = subprocess.run(["dtc", "-q", "-O", "dtb"], input=source.encode(), check=True,
                          capture_output=True, timeout=60).stdout
    path = folder / f"{hashlib.md5(blob).hexdigest()}.dtb"
    path.write_bytes(blob)
    return path


def serial(s, name, node, words="", text=""):
    """A domain with the guest serial and a device."""
    tree = s.module("device-tree", partial(s.folder, node))
    s.domain(name, "serial", memory=32, words=words, text=f"vpl011; {text} {tree}")


def disk_initrd(folder):
    """The small user space with the disk's drivers and another init behind it."""
    loader = importlib.machinery.SourceFileLoader("mk", str(TOP / "tools/build/mkinitramfs"))
    make = importlib.util.module_from_spec(importlib.util.spec_from_loader("mk", loader))
    loader.exec_module(make)
    tree = make.Tree()
    tree.file("init", INIT.encode(), 0o755)
    for name in ("virtio_mmio", "virtio_blk"):
        module, = (BUILD / "sysroot/usr/lib/modules").rglob(f"{name}.ko.xz")
        tree.file(f"{name}.ko", lzma.decompress(module.read_bytes()))
    path = folder / "disk.cpio"
    path.write_bytes((DOM0 / "linux1.cpio").read_bytes() + tree.cpio())
    return path


def test_disk(machine, tmp_path):
    """No Dom0: an autopilot with a reservation, PREEMPT_RT Linux, and a Linux with a virtio disk of
    the machine, its memory where it believes."""
    subprocess.run(["make", "-s", "rt-kernel"], cwd=TOP, check=True)
    kernel, = (BUILD / "rt-kernel" / "boot").glob("vmlinuz-*")
    disk = tmp_path / "disk.img"
    disk.write_bytes(bytes(range(256)) * (PIECE // 256) + bytes(15 * PIECE))
    s = System(tmp_path, options="sched=rtds")
    s.domain("autopilot", "autopilot", text="vpl011; bulkhead,period-us = <1000>; "
             'bulkhead,budget-us = <300>; bulkhead,affinity = "1";')
    s.domain("rt", kernel, 256, ramdisk=DOM0 / "linux1.cpio", words="console=hvc0 quiet",
             text='xen,enhanced = "no-xenstore";')
    tree = s.module("device-tree", partial(tmp_path, DISK))
    s.domain("linux", DOM0 / "vmlinuz", 256, ramdisk=disk_initrd(tmp_path),
             words="console=hvc0 quiet",
             text='xen,enhanced = "no-xenstore"; direct-map; '
                  f'xen,static-mem = <0 0x90000000 0 0x10000000>; {tree}')
    m = machine(raw=s.arguments(), qemu=["-drive", f"if=none,id=d,format=raw,file={disk}",
                                         "-device", "virtio-blk-device,drive=d"]).start()
    m.wait("boot: 3 domains, no Dom0")
    text = m.wait("disk: done", 120)
    assert hashlib.md5(disk.read_bytes()[:PIECE]).hexdigest() in text
    assert disk.read_bytes()[PIECE:2 * PIECE] == b"w" * PIECE
    assert "Edge" in text
    text += m.wait("autopilot: autopilot: beat ")
    if "rt: linux1: up" not in text:    # the three come up in any order
        m.wait("rt: linux1: up", 120)


@pytest.mark.parametrize("gic", [3, 2])
def test_serial_beside_dom0(machine, tmp_path, gic):
    """Two domains want the UART: the first has it, the second is not built, nor has Dom0."""
    s = System(tmp_path, gic=gic, more=TWO_UARTS)
    serial(s, "first", UART)
    serial(s, "second", UART)
    s.dom0()
    m = machine(raw=s.arguments(), gic=gic, qemu=["-serial", f"file:{tmp_path / 'out'}"])
    text = m.boot()
    assert "domain second is not built: xen,path: the device /pl011@9040000 is given to first" \
        in text
    assert "dom0: does not get /pl011@9040000" in text
    m.until("bh console --dump first", "PASS serial")
    assert (tmp_path / "out").read_text().count("serial: bye") == 1


REFUSED = [
    (UART.replace("/pl011@9040000", "/pl011@1"), "xen,path: the machine has no device /pl011@1"),
    (UART.replace("/pl011@9040000", "/pl011@9000000"), "is the hypervisor's own"),
    (UART.replace("/pl011@9040000", "/intc@8000000"), "is the hypervisor's own"),
    (UART.replace("/pl011@9040000", "/memory@40000000"), "has registers that are none"),
    (UART.replace("/pl011@9040000", "serial1"), "xen,path: the machine has no device serial1"),
    (UART.replace("xen,force-assign-without-iommu;", ""), "no IOMMU isolates the DMA of /pl011@"),
    (UART.replace("0 0x1000 0 0x", "0 0x800 0 0x"), "xen,reg: 0x9040000 to 0x9040800 is not made"),
    (UART.replace("<0 0x9040000 0 0x1000 0 0", "<0 0x9010000 0 0x1000 0 0"),
     "xen,reg: 0x9010000 to 0x9011000 is not within the registers of /pl011@9040000"),
    (UART.replace("xen,reg = <0 0x9040000 0 0x1000 0 0x9040000>", "xen,reg = <0 1 2>"),
     "xen,reg: the value is of the wrong kind"),
    (UART.replace("0x1000 0 0x9040000", "0x1000 0 0x40000000"),
     "xen,reg: guest addresses 0x40000000 to 0x40001000 overlap what the domain has there"),
    (UART.replace("0x1000 0 0x9040000", "0x1000 0 0x3001000"), "xen,reg: guest addresses 0x3001"),
    (UART.replace("<0 8 4>", "<0 1 4>"), "interrupts: interrupt 33 is the hypervisor's own"),
    (UART.replace("<0 8 4>", "<0 9 4>"), "interrupts: interrupt 41 is not the device's"),
    (UART.replace("<0 8 4>", "<1 8 4>"), "interrupts: interrupt 8 is no shared peripheral one"),
    (UART.replace("<0 8 4>", "<0 8>"), "interrupts: the value is of the wrong kind"),
]


def test_refused(machine, tmp_path):
    """Each mistake costs the domain that has it; the last one is right, and has the UART."""
    s = System(tmp_path, more=TWO_UARTS, options="heap=32M")
    s.root("/ { pl031@9010000 { xen,passthrough; xen,force-assign-without-iommu; }; };")
    for number, (node, _) in enumerate(REFUSED):
        serial(s, f"bad{number}", node)
    serial(s, "good", UART)
    m = machine(raw=s.arguments(), qemu=["-serial", f"file:{tmp_path / 'out'}"]).start()
    text = m.wait("good: .*(PASS|FAIL) serial", 60)
    assert "PASS serial" in text
    for number, (_, sentence) in enumerate(REFUSED):
        line = [s for s in text.splitlines() if f"domain bad{number} is not built: " in s]
        assert len(line) == 1 and sentence in line[0], (sentence, line)


def test_restart(machine, tmp_path):
    """Each life finds the device as at power-on, though the one before left its interrupt on."""
    s = System(tmp_path, more=TWO_UARTS)
    serial(s, "serial", UART, "leave=2",
           'bulkhead,restart = "cold"; bulkhead,cold-limit = <2>; bulkhead,window-s = <1000>;')
    m = machine(raw=s.arguments(), qemu=["-serial", f"file:{tmp_path / 'out'}"]).start()
    text = m.wait("health: domain 1: reboot: disabled", 60)
    assert "not ok" not in text
    assert len(re.findall("serial: ok [0-9]+ - it is active at the end", text)) == 3
    assert (tmp_path / "out").read_text().count("serial: hello") == 3
