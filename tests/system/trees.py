# SPDX-License-Identifier: Apache-2.0
"""Boots the hypervisor as a boot loader would: any address, any device tree.

A stub of three instructions loads the address of the tree into x0 and jumps to the image; QEMU's
loader places stub, image, tree and modules. Another stub first starts CPU 1, which does that, and
switches its own CPU off: then CPU 1 is the boot CPU.
"""
import struct
import subprocess

from machine import BUILD, hypervisor_image

STUB_AT = 0x4A200000  # not where QEMU puts its own tree, at 0x40000000
TREE_AT = 0x4A000000
KERNEL_AT = 0x50000000
INITRD_AT = 0x58000000


def own_tree(command, path):
    """Writes the tree that a command of QEMU would make itself to the path."""
    machine = [f"{word},dumpdtb={path}" if word.startswith("virt,") else word for word in command]
    subprocess.run(machine, check=True, timeout=60, capture_output=True)
    make_room(path)
    return path


def with_tree(command, path, change):
    """A command of QEMU with the tree that it would make itself, changed: change(path)."""
    change(own_tree(command, path))
    return [*command, "-dtb", str(path)]


def make_room(path):
    """Room in the tree for what the tests add."""
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-S", "65536", str(path)],
                          check=True, capture_output=True, timeout=60).stdout
    path.write_bytes(text)


def qemu_tree(path, smp=2, mem=2048, gic=3, more=()):
    """Writes the device tree of QEMU's machine, without modules, to the path. @more: arguments."""
    machine = f"virt,virtualization=on,gic-version={gic}"
    return own_tree(["qemu-system-aarch64", "-M", machine, "-cpu", "cortex-a72", "-smp", str(smp),
                     "-m", str(mem), "-nic", "none", "-display", "none", *more], path)


def put(tree, option, *arguments):
    """fdtput OPTION on the tree: -c creates a node, -r removes it, -t TYPE sets a property."""
    subprocess.run(["fdtput", option, str(tree), *arguments], check=True, timeout=60)


def add_modules(tree, words="console=hvc0 bulkhead.autostart=0", options="dom0_mem=512M",
                initrd=BUILD / "dom0/initramfs.cpio"):
    """Adds Dom0's kernel and initramfs by Xen's bindings, as a boot script would."""
    kernel = BUILD / "dom0/vmlinuz"
    put(tree, "-ts", "/chosen", "xen,xen-bootargs", options)
    put(tree, "-tx", "/chosen", "#address-cells", "2")
    put(tree, "-tx", "/chosen", "#size-cells", "2")
    for kind, at, file in (("kernel", KERNEL_AT, kernel), ("ramdisk", INITRD_AT, initrd)):
        node = f"/chosen/module@{at:x}"
        put(tree, "-c", node)
        put(tree, "-ts", node, "compatible", f"multiboot,{kind}", "multiboot,module")
        put(tree, "-tx", node, "reg", "0", f"{at:x}", "0", f"{file.stat().st_size:x}")
        if kind == "kernel":
            put(tree, "-ts", node, "bootargs", words)
    return [f"loader,file={kernel},addr={KERNEL_AT:#x},force-raw=on",
            f"loader,file={initrd},addr={INITRD_AT:#x},force-raw=on"]


def cpu_phandle(tree, cpu):
    """The phandle of CPU number @cpu, as hexadecimal digits; the node gets one if it has none."""
    node = f"/cpus/cpu@{cpu:x}"
    done = subprocess.run(["fdtget", "-tx", str(tree), node, "phandle"], capture_output=True,
                          text=True, check=False, timeout=60)
    if done.returncode == 0:
        return done.stdout.strip()
    put(tree, "-tx", node, "phandle", f"{0x7000 + cpu:x}")
    return f"{0x7000 + cpu:x}"


def add_pool(tree, name, sched, phandles, frame=None, windows=()):
    """Adds /chosen/@name, a pool of CPUs; windows: (start, length, domain's name), in us."""
    node = f"/chosen/{name}"
    put(tree, "-c", node)
    put(tree, "-ts", node, "compatible", "xen,cpupool")
    put(tree, "-ts", node, "cpupool-sched", sched)
    put(tree, "-tx", node, "cpupool-cpus", *phandles)
    if frame is not None:
        put(tree, "-tu", node, "bulkhead,major-frame-us", str(frame))
    for start, length, domain in windows:
        window = f"{node}/window@{start}"
        put(tree, "-c", window)
        put(tree, "-tu", window, "reg", str(start), str(length))
        put(tree, "-ts", window, "bulkhead,domain", domain)


def stub(image_at, tree_at):
    """movz x0, #tree, lsl #16; movz x1, #image, lsl #16; br x1"""
    assert image_at % 65536 == 0 and tree_at % 65536 == 0
    return struct.pack("<3I", 0xD2A00000 | (tree_at >> 16) << 5,
                       0xD2A00001 | (image_at >> 16) << 5, 0xD61F0020)


def stub_on_cpu1(image_at, tree_at):
    """The same on CPU 1. It waits for CPU 0 to be off, which a machine that emulates its CPUs in
    turns does not do before a turn of it has come: each YIELD ends one."""
    assert image_at % 65536 == 0 and tree_at % 65536 == 0
    second = 10 * 4     # bytes before the part of CPU 1
    return struct.pack(
        "<16I",
        0xD2800060, 0xF2B88000,                     # movz, movk x0, #0xC4000003: PSCI CPU_ON
        0xD2800021,                                 # movz x1, #1
        0xD2A00002 | (STUB_AT >> 16) << 5, 0xF2800002 | second << 5,     # x2: where
        0xD2A00003 | (tree_at >> 16) << 5,          # movz x3, #tree, lsl #16: its x0
        0xD4000003,                                 # smc #0
        0xD2800040, 0xF2B08000, 0xD4000003,         # PSCI CPU_OFF
        0xD2807D01,                                 # movz x1, #1000
        0xD503203F, 0xF1000421, 0x54FFFFC1,         # yield; subs x1, x1, #1; b.ne to the yield
        0xD2A00002 | (image_at >> 16) << 5, 0xD61F0040)     # movz x2, #image, lsl #16; br x2


def raw_arguments(tmp_path, tree, image_at=0x48000000, devices=(), enter=stub):
    """QEMU arguments that enter the hypervisor at @image_at with the tree (path; None: x0 = 0)."""
    code = tmp_path / "stub.bin"
    code.write_bytes(enter(image_at, TREE_AT if tree else 0))
    loaders = [f"loader,file={hypervisor_image()},addr={image_at:#x},force-raw=on",
               f"loader,file={code},addr={STUB_AT:#x},force-raw=on",
               f"loader,addr={STUB_AT:#x},cpu-num=0", *devices]
    if tree:
        loaders.append(f"loader,file={tree},addr={TREE_AT:#x},force-raw=on")
    return [word for loader in loaders for word in ("-device", loader)]
