# SPDX-License-Identifier: Apache-2.0
"""The Debian packages: the same bytes twice, lintian, contents, versions; their scripts."""
import os
import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
PACKAGES = ("bulkhead-hypervisor", "bulkhead-tools")


def run(*command, **arguments):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          **arguments).stdout


@pytest.fixture(scope="module", name="debs")
def debs_fixture():
    run("make", "-s", "deb", cwd=TOP)
    return {name: next((TOP / "build/deb").glob(f"{name}_*_arm64.deb")) for name in PACKAGES}


def test_the_same_bytes_twice(debs, tmp_path):
    run(str(TOP / "tools/deb/build"), str(tmp_path))
    for path in debs.values():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_lintian(debs):
    out = run("lintian", "--allow-root", "--fail-on", "error", *map(str, debs.values()))
    assert "E: " not in out, out


def test_contents(debs):
    files = {name: run("dpkg-deb", "-c", str(path)) for name, path in debs.items()}
    for wanted in ("./boot/bulkhead-qemu_virt", "./boot/bulkhead-rpi4", "./etc/default/bulkhead",
                   "./usr/sbin/bulkhead-boot-script", "./etc/kernel/postinst.d/zzz-bulkhead"):
        assert re.search(rf" {re.escape(wanted)}$", files[PACKAGES[0]], re.M), wanted
    for wanted in ("./usr/sbin/bh", "./etc/bulkhead/auto/",
                   "./usr/share/bash-completion/completions/bh",
                   "./usr/share/man/man1/bh.1.gz", "./usr/lib/systemd/system/bulkhead.service",
                   "./usr/lib/systemd/system/bulkhead-domains.service"):
        assert re.search(rf" {re.escape(wanted)}$", files[PACKAGES[1]], re.M), wanted
    pages = list((TOP / "docs/man").glob("*.[15]"))
    assert files[PACKAGES[1]].count("/usr/share/man/man") >= len(pages)
    assert not re.search(r"^\S+ (?!root/root)", "".join(files.values()), re.M)


def test_versions(debs):
    text = (TOP / "tools/build/hypervisor.mk").read_text(encoding="ascii")
    version = re.search(r"^VERSION := (\S+)$", text, re.M)[1] + "-1"
    for name, path in debs.items():
        assert run("dpkg-deb", "-f", str(path), "Version").strip() == version
        assert run("dpkg-deb", "-f", str(path), "Architecture").strip() == "arm64"
        other = PACKAGES[1 - PACKAGES.index(name)]
        assert f"{other} (= {version})" in run("dpkg-deb", "-f", str(path), "Recommends")
    using = run("dpkg-deb", "-f", str(debs[PACKAGES[1]]), "Built-Using")
    assert re.findall(r"(\S+) \(= ", using) == ["device-tree-compiler", "glibc", "xen"]


def test_boot_script(tmp_path):
    """The newest kernel and its ramdisk; boot.scr only when asked, and the old one is kept."""
    boot = tmp_path / "boot"
    boot.mkdir()
    (tmp_path / "etc/default").mkdir(parents=True)
    for name in ("vmlinuz-6.9-arm64", "vmlinuz-6.12-arm64", "initrd.img-6.12-arm64"):
        (boot / name).write_bytes(b"")
    (boot / "boot.scr").write_bytes(b"old")
    script = TOP / "tools/deb/hypervisor/files/usr/sbin/bulkhead-boot-script"
    settings = tmp_path / "etc/default/bulkhead"
    settings.write_text("BULKHEAD_CONFIG=rpi4\nBULKHEAD_DOM0_ARGS='root=/dev/x quiet'\n")
    env = {**os.environ, "BULKHEAD_ROOT": str(tmp_path)}
    run(str(script), env=env)
    text = (boot / "bulkhead.cmd").read_text(encoding="ascii")
    assert "0x30000000 /boot/vmlinuz-6.12-arm64" in text and "6.9" not in text
    assert "0x34000000 /boot/initrd.img-6.12-arm64" in text
    assert 'xen,dom0-bootargs "root=/dev/x quiet"' in text
    assert "0x00200000 /boot/bulkhead-rpi4" in text
    assert (boot / "boot.scr").read_bytes() == b"old"
    settings.write_text("BULKHEAD_BOOT=yes\n")
    run(str(script), env=env)
    assert (boot / "boot.scr").read_bytes() == (boot / "bulkhead.scr").read_bytes()
    assert (boot / "boot.scr.before-bulkhead").read_bytes() == b"old"


def test_domains_at_boot(tmp_path):
    """Each is started in order, not twice; one that fails does not keep the others from it."""
    bh = tmp_path / "bh"
    bh.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/log\n'
                  'case "$*" in *bad*|"domid a"|"domid c") exit 1 ;; esac\n')
    bh.chmod(0o755)
    for name in ("a", "b", "bad", "c"):
        (tmp_path / f"{name}.cfg").write_text(f'name = "{name}"\n')
    script = str(TOP / "tools/deb/tools/files/usr/libexec/bulkhead/domains")
    env = {**os.environ, "BULKHEAD_AUTO": str(tmp_path), "BH": str(bh)}
    done = subprocess.run([script, "start"], env=env, check=False, stdout=subprocess.DEVNULL)
    calls = (tmp_path / "log").read_text().splitlines()
    assert done.returncode == 1
    assert [c.replace(f"{tmp_path}/", "") for c in calls if c.startswith("create")] == \
        ["create a.cfg", "create bad.cfg", "create c.cfg"]
    (tmp_path / "log").unlink()
    subprocess.run([script, "stop"], env=env, check=True, stdout=subprocess.DEVNULL)
    assert "shutdown -w b" in (tmp_path / "log").read_text().splitlines()
