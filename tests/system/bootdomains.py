# SPDX-License-Identifier: Apache-2.0
"""Systems described by the boot device tree: domains, what they share, and Dom0 or none.

    s = System(tmp_path, smp=2)
    s.domain("pilot", "autopilot", memory=16, text="vpl011;")
    m = machine(raw=s.arguments())

Each image gets an address of its own above FIRST. Text is device-tree source inside the node.
"""
import socket
import subprocess

from machine import BUILD
from trees import qemu_tree, raw_arguments

FIRST = 0x50000000
GUESTS = BUILD / "guests"
DOM0 = BUILD / "dom0"


class System:
    """A tree for QEMU's virt machine, and the files that a boot loader would load."""

    def __init__(self, tmp_path, smp=2, mem=2048, options="", gic=3, more=()):
        self.folder, self.next = tmp_path, FIRST
        self.text, self.loaders = [], []
        self.tree = qemu_tree(tmp_path / "own.dtb", smp, mem, gic, more)
        self.chosen("#address-cells = <2>; #size-cells = <2>;"
                    f' xen,xen-bootargs = "dom0_mem=512M {options}";')

    def chosen(self, text):
        """Adds text to /chosen."""
        self.text.append(f"/ {{ chosen {{ {text} }}; }};")

    def root(self, text):
        """Adds text behind the tree."""
        self.text.append(text)

    def module(self, kind, path, text=""):
        """The node of an image, which is loaded at the next address."""
        size, at = path.stat().st_size, self.next
        self.loaders.append(f"loader,file={path},addr={at:#x},force-raw=on")
        self.next += (size + 0x1FFFFF) & ~0x1FFFFF
        return (f'{kind}@{at:x} {{ compatible = "multiboot,{kind}", "multiboot,module"; '
                f"reg = <0 {at:#x} 0 {size:#x}>; {text} }};")

    def domain(self, name, kernel, memory=16, cpus=1, ramdisk=None, words="", text=""):
        """A domain; kernel: a path, or the name of a test guest; memory in MiB."""
        path = GUESTS / f"{kernel}.bin" if isinstance(kernel, str) else kernel
        modules = self.module("kernel", path, f'bootargs = "{words}";')
        if ramdisk:
            modules += self.module("ramdisk", ramdisk)
        self.node(name, f"cpus = <{cpus}>; memory = <0 {memory * 1024}>; {text} {modules}")

    def node(self, name, text):
        """A domain's node with just this text, properties first."""
        self.chosen(f'{name} {{ compatible = "xen,domain"; #address-cells = <2>; '
                    f"#size-cells = <2>; {text} }};")

    def dom0(self, words="console=hvc0 bulkhead.autostart=0", initrd="initramfs.cpio"):
        """Dom0's kernel and initramfs."""
        self.chosen(self.module("kernel", DOM0 / "vmlinuz", f'bootargs = "{words}";'))
        self.chosen(self.module("ramdisk", DOM0 / initrd))

    def arguments(self):
        """QEMU's arguments (Machine's raw=)."""
        source, tree = self.folder / "system.dts", self.folder / "system.dtb"
        own = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", str(self.tree)], check=True,
                             capture_output=True, text=True, timeout=60).stdout
        source.write_text(own + "\n".join(self.text), encoding="ascii")
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-S", "65536", "-o", str(tree),
                        str(source)], check=True, timeout=60)
        return raw_arguments(self.folder, tree, devices=self.loaders)


def poke(path, address, data):
    """Writes to physical memory: a bit that rots. path: the socket of QEMU's GDB server."""
    with socket.socket(socket.AF_UNIX) as gdb:
        gdb.settimeout(60)
        gdb.connect(str(path))
        for text in ("Qqemu.PhyMemMode:1", f"M{address:x},{len(data):x}:{data.hex()}", "D"):
            gdb.sendall(f"+${text}#{sum(text.encode()) % 256:02x}".encode())
            answer = b""
            while not answer.endswith(b"$OK#9a"):
                answer += gdb.recv(1)
                assert len(answer) < 100, answer
