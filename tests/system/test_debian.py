# SPDX-License-Identifier: Apache-2.0
"""Debian 13 in Dom0 and in domains: systemd, Debian's Xen tools by their units, disk and network.

The image is that of `make run DOM0=debian`; what is written to it is forgotten. Domains are those
of its /etc/xen: a Debian each, on a disk of the machine.
"""
import re
import subprocess

import pytest
from machine import BUILD, PROMPT, TOP, Machine

IMAGE = BUILD / "debian" / "debian.img"
WORDS = "root=/dev/vda systemd.hostname=dom0 audit=0 quiet"
IMAGE_SECONDS = 3600
BOOT_SECONDS = 400


def drives(count):
    """The disks vda, vdb, ...: all begin as the image."""
    arguments = []
    for _ in range(count):
        arguments += ["-drive", f"if=virtio,format=raw,snapshot=on,file={IMAGE}"]
    return arguments


def modules():
    return [f"addr=0x50000000,kernel={BUILD}/dom0/vmlinuz,bootargs=console=hvc0 {WORDS}",
            f"addr=0x58000000,initrd={BUILD}/debian/initrd.cpio"]


def log_in(m, host):
    """From the prompt for a name to a shell that machine.py can work with, in Dom0 or a domain."""
    m.wait(rf"{host} login: ", BOOT_SECONDS)
    m.send("root\n")
    m.wait(rf"root@{host}:~# ")
    m.send("exec env TERM=dumb SYSTEMD_PAGER= SYSTEMD_COLORS=0 PS1='dom0''# ' dash\n")
    m.wait(PROMPT)


@pytest.fixture(scope="module", name="debian")
def debian_fixture(request):
    """The machine, with a shell in Dom0."""
    subprocess.run(["make", "-s", "dom0-debian"], cwd=TOP, check=True, timeout=IMAGE_SECONDS)
    with Machine("test_debian", mem=3072, dom0_mem="1024M", modules=modules(),
                 qemu=drives(3)) as m:
        request.node.machines = [m]
        m.start()
        log_in(m, "dom0")
        m.sh("stty cols 200; dmesg -n 1")
        yield m


def test_units(debian):
    """systemd is content, Xen's daemons run by Debian's unit, and xl and xenstore answer."""
    assert debian.run("systemctl is-system-running --wait", BOOT_SECONDS)[1] == "running"
    status = debian.sh("systemctl status xen --no-pager")
    assert "Loaded: loaded (/etc/init.d/xen; enabled" in status
    assert "Active: active" in status
    assert re.search("ExecStartPre=.*xen-blkback xen-netback .*status=0/SUCCESS", status), status
    for daemon in ("xenstored", "xenconsoled"):
        assert re.search(rf"/usr/lib/xen-4.20/bin/o?{daemon} ", status), status
    assert debian.sh("dpkg --verify xen-utils-4.20 xen-utils-common xenstore-utils") == ""
    assert re.search(r"^Domain-0 +0 +1024 +2 +r-----", debian.sh("xl list"), re.M)
    assert re.search(r"^xen_version +: 4.20", debian.sh("xl info"), re.M)
    assert debian.sh("xenstore-read /local/domain/0/name") == "Domain-0"


def test_packages(debian):
    """The packages are installed as apt would have it."""
    assert debian.sh("dpkg --audit") == ""
    assert debian.sh("dpkg-query -W -f '${db:Status-Abbrev}\\n' | sort -u") == "ii "
