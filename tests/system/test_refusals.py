# SPDX-License-Identifier: Apache-2.0
"""What a machine cannot boot from is named on the console; what it can boot from, boots."""
import pytest
from machine import dom0_modules
from trees import add_modules, put, qemu_tree, raw_arguments


def test_refuses_el1(machine):
    m = machine(virtualization="off").start()
    m.wait("not entered at EL2")


def test_refuses_no_tree(machine, tmp_path):
    m = machine(raw=raw_arguments(tmp_path, None)).start()
    m.wait("no device tree in x0")


def test_refuses_no_magic(machine, tmp_path):
    tree = qemu_tree(tmp_path / "tree.dtb")
    tree.write_bytes(bytes(4) + tree.read_bytes()[4:])
    m = machine(raw=raw_arguments(tmp_path, tree)).start()
    m.wait("no device tree in x0")


def test_refuses_broken_tree(machine, tmp_path):
    """The header is fine, the structure is not."""
    tree = qemu_tree(tmp_path / "tree.dtb")
    blob = bytearray(tree.read_bytes())
    at = int.from_bytes(blob[8:12], "big")
    blob[at + 64:at + 4096] = b"\xff" * (4096 - 64)
    tree.write_bytes(blob)
    m = machine(raw=raw_arguments(tmp_path, tree)).start()
    m.wait("device tree is broken")


def test_refuses_too_many_nodes(machine, tmp_path):
    tree = qemu_tree(tmp_path / "tree.dtb")
    put(tree, "-c", *(f"/node{i}" for i in range(2048)))
    m = machine(raw=raw_arguments(tmp_path, tree)).start()
    m.wait("too many nodes: raise CONFIG_DEVTREE_NODES")


def test_refuses_no_memory(machine, tmp_path):
    tree = qemu_tree(tmp_path / "tree.dtb")
    put(tree, "-r", "/memory@40000000")
    m = machine(raw=raw_arguments(tmp_path, tree)).start()
    m.wait("no memory")


def test_refuses_no_kernel(machine):
    m = machine(modules=[]).start()
    m.wait("(?i)no kernel|kernel.*missing|missing.*kernel")


@pytest.mark.parametrize("release", [
    None,               # no cpu-release-addr
    ("0", "47000001"),  # not aligned
    ("0", "48001000"),  # the hypervisor's image
    ("0", "60000000"),  # memory that a domain will get
])
def test_refuses_spin_table(machine, tmp_path, release):
    """A CPU whose word of the spin table may be somebody's memory is left off; the others run."""
    tree = qemu_tree(tmp_path / "tree.dtb", smp=3)
    put(tree, "-ts", "/cpus/cpu@1", "enable-method", "spin-table")
    if release:
        put(tree, "-tx", "/cpus/cpu@1", "cpu-release-addr", *release)
    m = machine(raw=raw_arguments(tmp_path, tree), smp=3).start()
    m.wait("smp: CPU 1: cpu-release-addr is missing, not aligned, or not in reserved memory")
    m.wait("smp: 2 of 3 CPUs run")


def test_refuses_what_is_no_kernel(machine, tmp_path):
    text = tmp_path / "text"
    text.write_text("this is not a kernel\n" * 1000)
    m = machine(modules=[f"addr=0x50000000,kernel={text},bootargs=x"]).start()
    m.wait("is no arm64 Image")


def test_refuses_too_much_memory(machine):
    m = machine(dom0_mem="8G").start()
    m.wait("(?i)dom0.*(memory|MiB)")


def test_boots_without_ramdisk(machine):
    """A missing ramdisk is the kernel's business: it says that it finds no root."""
    m = machine(modules=dom0_modules()[:1]).start()
    m.wait("Linux version 6.12", timeout=120)


@pytest.mark.parametrize("address", [0x40200000, 0x7FE00000])
def test_boots_anywhere(machine, tmp_path, address):
    """Entered at any 2 MiB boundary, with nodes as a boot script writes them."""
    tree = qemu_tree(tmp_path / "tree.dtb")
    devices = add_modules(tree)
    m = machine(raw=raw_arguments(tmp_path, tree, address, devices))
    m.boot()
    assert m.sh("cat /sys/hypervisor/type") == "xen"
