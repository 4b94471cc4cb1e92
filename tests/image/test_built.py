# SPDX-License-Identifier: Apache-2.0
"""What bh-image builds: files lie apart in RAM, and disk, script and device tree agree on them."""
import re
import subprocess

import cli
import disk
import pytest
from conftest import TOP
from nodes import parse

EXAMPLES = sorted((TOP / "tools/image/examples").glob("*.toml")) + \
    sorted((TOP / "tools/run").glob("*.toml"))


@pytest.fixture(name="built", params=EXAMPLES, ids=lambda p: p.stem, scope="module")
def built_fixture(request, tmp_path_factory):
    """A checked system, its disk, its folder."""
    folder = tmp_path_factory.mktemp(request.param.stem)
    s = cli.check(request.param)
    assert not s.report.refusals, s.report.refusals
    cli.build(s, folder / "disk.img")
    cli.build(s, folder / "files")
    return s, folder / "disk.img", folder / "files"


def read_back(image, name):
    """A file of the disk's partition."""
    return subprocess.run(["mcopy", "-n", "-i", f"{image}@@{disk.START}", f"::/{name}", "-"],
                          check=True, capture_output=True, timeout=60).stdout


def test_files_lie_apart(built):
    """In RAM that the board leaves to them; not in each other, nor in the tree."""
    s, _, _ = built
    spans = [(m.address, m.address + m.size, m.name) for m in s.modules]
    spans.append((s.tree_address, s.tree_address + s.board.tree_room, "tree"))
    spans.sort()
    for before, after in zip(spans, spans[1:]):
        assert before[1] <= after[0], (before, after)
    for start, end, name in spans:
        assert s.machine.is_ram(start, end), name
        assert any(low <= start and end <= high for low, high in s.board.windows), name
    assert s.module("hypervisor", None).address % (2 << 20) == 0


def test_disk_has_the_files(built):
    """Byte by byte, from its one partition."""
    s, image, files = built
    for name in ["boot.scr", *(m.name for m in s.modules)]:
        assert read_back(image, name) == (files / name).read_bytes(), name


def test_script_and_tree_agree(built):
    """The script loads each file where the finished tree has its module, and enters the image."""
    s, image, files = built
    script = read_back(image, "boot.cmd").decode()
    loads = {name: int(at, 16)
             for at, name in re.findall(r"^load .* (0x\w+) /(\S+)$", script, re.M)}
    tree = parse((files / "system.dtb").read_bytes())
    regs = {tuple(n.numbers("reg")[1::2]) for _, n in tree.child("chosen").walk()
            if "multiboot,module" in n.strings("compatible")}
    hypervisor = s.module("hypervisor", None)
    sizes = {m.name: (files / m.name).stat().st_size for m in s.modules}
    assert sizes.keys() == loads.keys()
    assert regs == {(at, sizes[name]) for name, at in loads.items() if name != hypervisor.name}
    assert script.splitlines()[-1] == \
        f"booti {loads[hypervisor.name]:#x} - {s.tree_address:#x}"
    for at, size in regs:  # the same words build the tree on the board
        assert re.search(rf" reg <0x0 {at:#x} 0x0 {size:#x}>$", script, re.M)
