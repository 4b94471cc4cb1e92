# SPDX-License-Identifier: Apache-2.0
"""Where the build cannot go on, the message names what is missing and what to do."""
import os
import shutil
import subprocess

import pytest
from machine import TOP

NOWHERE = "http://127.0.0.1:9/debian"


@pytest.fixture(name="scripts")
def scripts_fixture(tmp_path):
    """A copy of tools/build that wants a program which no machine has."""
    folder = tmp_path / "tools" / "build"
    shutil.copytree(TOP / "tools" / "build", folder)
    with open(folder / "packages.host", "a", encoding="utf-8") as f:
        f.write("no-such-package-of-debian run cmd:no-such-program\n")
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)
    return folder


def refused(command, **environment):
    """Standard error of a command that must fail."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300,
                          env={**os.environ, **environment}, stdin=subprocess.DEVNULL)
    assert done.returncode != 0
    return done.stderr


def test_setup_is_quiet_when_all_is_there():
    done = subprocess.run([TOP / "tools/build/setup", "check"], capture_output=True, text=True,
                          check=True, timeout=60, env={**os.environ, "DEBIAN_MIRROR": NOWHERE})
    assert done.stdout + done.stderr == ""


def test_setup_without_mirror(scripts):
    text = refused([scripts / "setup", "run"], DEBIAN_MIRROR=NOWHERE)
    assert "Packages missing on this machine: no-such-package-of-debian" in text
    assert NOWHERE in text and "DEBIAN_MIRROR" in text


def test_setup_without_root(scripts):
    command = [scripts / "setup", "run"]
    if os.getuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    # A PATH with what the script itself uses, but no sudo.
    bin_folder = scripts / "bin"
    bin_folder.mkdir()
    for program in ("bash", "dirname", "id", "sed", "apt-get", "awk"):
        (bin_folder / program).symlink_to(shutil.which(program))
    if os.getuid() == 0:
        (bin_folder / "setpriv").symlink_to(shutil.which("setpriv"))
    text = refused(command, PATH=str(bin_folder))
    assert "needs root" in text and "tools/build/setup run" in text


def test_setup_with_old_qemu(scripts):
    """A QEMU that is too old counts as missing."""
    fake = scripts / "bin"
    fake.mkdir()
    (fake / "qemu-system-aarch64").write_text("#!/bin/sh\necho QEMU emulator version 7.2.0\n")
    (fake / "qemu-system-aarch64").chmod(0o755)
    text = refused([scripts / "setup", "run"], DEBIAN_MIRROR=NOWHERE,
                   PATH=f"{fake}:{os.environ['PATH']}")
    assert "qemu-system-arm" in text


def test_sysroot_without_mirror(scripts, tmp_path):
    text = refused([scripts / "debroot", tmp_path / "root", "busybox-static"],
                   DEBIAN_MIRROR=NOWHERE)
    assert NOWHERE in text and "DEBIAN_MIRROR" in text
    assert not (tmp_path / "root").exists()
