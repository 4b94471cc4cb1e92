# SPDX-License-Identifier: Apache-2.0
"""The build: the same bytes in whatever folder, and what changed is built again."""
import re
import shutil
import subprocess

import pytest
from machine import TOP

SYSROOT = TOP / "build" / "sysroot"


def copy_sources(folder):
    """A copy of the sources as they are now, with the sysroot that is there already."""
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                             cwd=TOP, check=True, capture_output=True, text=True, timeout=60)
    for name in listing.stdout.splitlines():
        if re.match(r"(arch|common|drivers|include|xsm|tools/build)/|Kconfig|Makefile", name):
            source = TOP / name
            if source.is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, folder / name)
    (folder / "build").mkdir()
    (folder / "build" / "sysroot").symlink_to(SYSROOT)


def build(folder, config="qemu_virt"):
    done = subprocess.run(["make", "-s", "-j2", "hypervisor", f"CONFIG={config}"], cwd=folder,
                          check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "build" / config / "bulkhead"


def test_build_is_reproducible(tmp_path):
    first, second = tmp_path / "a", tmp_path / "another" / "folder"
    first.mkdir()
    copy_sources(first)
    shutil.copytree(first, second, symlinks=True)
    images = [build(first), build(second)]
    assert images[0].read_bytes() == images[1].read_bytes()
    elf = [image.with_suffix(".elf").read_bytes() for image in images]
    assert elf[0] == elf[1]
    assert str(tmp_path).encode() not in elf[0]


def test_build_rebuilds_what_changed(tmp_path):
    """A changed header is noticed, and nothing is built when nothing changed."""
    copy_sources(tmp_path)
    image = build(tmp_path)
    made = image.stat().st_mtime_ns
    build(tmp_path)
    assert image.stat().st_mtime_ns == made
    header = tmp_path / "include" / "hv" / "kconfig.h"
    header.write_text(header.read_text() + "\n#error the header was read again\n")
    with pytest.raises(AssertionError, match="the header was read again"):
        build(tmp_path)
