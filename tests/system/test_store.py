# SPDX-License-Identifier: Apache-2.0
"""bh beside Debian's xl: one store, domains that both see and manage, paravirtual devices."""
import itertools
import re
import subprocess

import pytest
from domains import (AUTOPILOT, LINUX1, LINUX_UP, domains, info, linux_config, read_json,
                     wait_console, wait_gone)
from machine import TOP, dom0_modules

MACHINE = {"modules": dom0_modules(initrd="initramfs-xl.cpio"), "append": "sched=credit"}
STEPS = ["xen-evtchn", "xen-privcmd", "xenfs", "xen-gntdev", "xen-gntalloc", "/proc/xen", "loop",
         "xen-blkback", "xen-netback", "bridge", "/run/xen", "xenstored", "Domain-0",
         "xenconsoled"]


@pytest.fixture(scope="module", autouse=True)
def initramfs():
    subprocess.run(["make", "-s", "dom0-xl"], cwd=TOP, check=True)


def setup_states(m, words=""):
    return {row["name"]: row["state"] for row in read_json(m, f"bh setup --json {words}")}


# In this order: the first brings up what the others need.

def test_setup(dom0):
    before = setup_states(dom0, "--dry-run")
    assert list(before) == STEPS
    assert before["xenfs"] == "ready" and before["xenstored"] == "missing"
    assert dom0.run("bh setup --dry-run --all")[0] == 1
    assert setup_states(dom0, "--all") == {
        name: "ready" if before[name] == "ready" else "started" for name in STEPS}
    assert set(setup_states(dom0, "--all").values()) == {"ready"}
    assert "Domain-0" in dom0.sh("xl list")


def test_setup_without_daemons(machine):
    """Dom0's plain initramfs has neither daemons nor back ends; that stops no domain."""
    m = machine()
    m.boot()
    states = setup_states(m)
    assert states["xenfs"] == "ready" and states["xenstored"] == "missing"
    status, text = m.run("bh setup --all")
    assert status == 1
    assert "apt install xen-utils-4.20" in text


def store(m):
    """All nodes with their values, but for folders."""
    lines = m.sh("xenstore-ls -f").replace("\r", "").splitlines()
    return sorted(line for line in lines if not line.endswith('= ""'))


@pytest.fixture(name="tidy")
def nothing_left(dom0):
    """Dom0 with bh and xl; afterwards the domains are gone, and so is all that the store had."""
    dom0.sh("bh setup --all")
    before, free = store(dom0), info(dom0, "free_memory_bytes")
    yield dom0
    if dom0.lost:
        return
    for row in domains(dom0).values():
        if row["domid"]:
            dom0.run(f"bh destroy {row['domid']}")
    dom0.until("bh list | wc -l", "^2$")
    assert store(dom0) == before
    assert info(dom0, "free_memory_bytes") == free


def xl_names(m):
    return [line.split()[0] for line in m.sh("xl list").splitlines()[1:]]


def xl_domain(m, name="theirs", **keys):
    """Creates a domain with xl."""
    m.sh(f"xl create -q {linux_config(m, name, **keys)}")


def shell_works(m, command):
    """On a console of the guest, in both directions."""
    m.send(command + "\n")
    m.wait("linux1# ")
    m.send("echo 4$((1 + 1))2\n")
    m.wait(r"422\r*\n")
    m.send("\x1d")
    m.wait("dom0# ")


def test_each_sees_both(tidy):
    tidy.sh(f"bh create {LINUX1}")
    xl_domain(tidy)
    assert xl_names(tidy) == list(domains(tidy)) == ["Domain-0", "linux1", "theirs"]
    for name in "linux1", "theirs":
        number = tidy.sh(f"bh domid {name}")
        assert number == tidy.sh(f"xl domid {name}")
        assert name == tidy.sh(f"bh domname {number}") == tidy.sh(f"xl domname {number}")
    tidy.sh("xl rename linux1 renamed && bh rename theirs mine")
    assert xl_names(tidy) == list(domains(tidy)) == ["Domain-0", "renamed", "mine"]
    tidy.sh(f"bh create {AUTOPILOT}")
    status, text = tidy.run(f"bh create {AUTOPILOT} 'name=\"mine\"'")
    assert status == 3 and "mine" in text
    tidy.sh("xl destroy renamed && bh destroy mine && xl destroy autopilot")
    assert xl_names(tidy) == list(domains(tidy)) == ["Domain-0"]


def test_xl_manages_ours(tidy):
    tidy.sh(f"bh create {LINUX1}")
    wait_console(tidy, "linux1", LINUX_UP)
    shell_works(tidy, "xl console linux1")
    shell_works(tidy, "bh console linux1")
    tidy.sh("xl pause linux1")
    assert "p" in domains(tidy)["linux1"]["state"]
    tidy.sh("xl unpause linux1")
    first = tidy.sh("bh domid linux1")
    tidy.sh("xl reboot linux1")
    tidy.until("bh domid linux1", rf"^(?!{first}$)\d+$")
    wait_console(tidy, "linux1", LINUX_UP)
    tidy.sh("xl shutdown -w linux1")
    wait_gone(tidy, "linux1")


def test_ours_of_xl(tidy):
    xl_domain(tidy)
    shell_works(tidy, "bh console theirs")
    tidy.sh("bh pause theirs && bh unpause theirs")
    first = tidy.sh("bh domid theirs")
    tidy.sh("bh reboot theirs")
    tidy.until("bh domid theirs", rf"^(?!{first}$)\d+$")
    shell_works(tidy, "bh console theirs")
    tidy.sh("bh shutdown --wait theirs")
    wait_gone(tidy, "theirs")


# Paravirtual devices; linux-pv.cpio is linux1 with their drivers.

MARKS = itertools.count()


def pv_guest(m, name, **keys):
    """A Linux of bh with a shell on its console."""
    config = linux_config(m, name, ramdisk="/guests/linux-pv.cpio", **keys)
    m.sh(f"bh create {config}")
    wait_console(m, name, LINUX_UP)


def in_guest(m, name, command, pattern, timeout=60):
    """Runs a command on the guest's console until it has printed the pattern; returns the text."""
    m.send(f"bh console {name}\n")
    m.wait("linux1# ")
    # The console repeats what it has kept: this command's output is behind its own mark.
    mark = f"{name}{next(MARKS)}"
    m.send(f"echo be''gin-{mark}; {command}; echo en''d-{mark}\n")
    m.wait(f"begin-{mark}\r*\n", timeout)
    text = m.wait(f"end-{mark}\r*\n", timeout)
    m.send("\x1d")
    m.wait("dom0# ")
    found = re.search(pattern, text)
    assert found, text
    return found


def disk_rows(m, name):
    return {row["vdev"]: row for row in read_json(m, f"bh block-list --json {name}")}


def test_disk(tidy):
    """The guest reads what Dom0 wrote into the image, and Dom0 what the guest did."""
    tidy.sh("dd if=/dev/urandom of=/tmp/a.img bs=65536 count=64 2>/dev/null")
    tidy.sh("dd if=/dev/zero of=/tmp/b.img bs=65536 count=64 2>/dev/null")
    pv_guest(tidy, "disks", disk=["/tmp/a.img,raw,xvda,ro", "/tmp/b.img,raw,xvdb,rw"])
    rows = disk_rows(tidy, "disks")
    assert [(row["vdev"], row["state"], row["access"]) for row in rows.values()] == [
        ("xvda", "connected", "ro"), ("xvdb", "connected", "rw")]
    assert "/tmp/b.img" in tidy.sh("xl block-list disks; bh block-list disks")
    want = tidy.sh("md5sum </tmp/a.img").split()[0]
    in_guest(tidy, "disks", "md5sum </dev/xvda", want)
    in_guest(tidy, "disks", "dd if=/dev/xvda of=/dev/xvdb bs=65536 conv=fsync; sync",
             r"64\+0 records out")
    assert tidy.sh("md5sum </tmp/b.img").split()[0] == want
    in_guest(tidy, "disks", "echo x >/dev/xvda", "not permitted|denied|Read-only|read-only")
    tidy.sh("bh destroy disks && rm /tmp/a.img /tmp/b.img")
    assert tidy.sh("losetup -a") == ""


def test_block_attach(tidy):
    tidy.sh("dd if=/dev/urandom of=/tmp/c.img bs=65536 count=16 2>/dev/null")
    pv_guest(tidy, "hot")
    assert disk_rows(tidy, "hot") == {}
    tidy.sh("bh block-attach hot /tmp/c.img,raw,xvdc,ro")
    status, text = tidy.run("bh block-attach hot /tmp/c.img,raw,xvdc,ro")
    assert status == 1 and "already" in text
    want = tidy.sh("md5sum </tmp/c.img").split()[0]
    tidy.until("bh block-list hot", "connected")
    in_guest(tidy, "hot", "md5sum </dev/xvdc", want)
    tidy.sh("bh block-detach hot xvdc")
    assert disk_rows(tidy, "hot") == {}
    assert tidy.sh("losetup -a") == ""
    assert tidy.run("bh block-detach hot xvdc")[0] == 1
    tidy.sh("bh block-attach hot /tmp/c.img,raw,xvdd,ro && xl destroy hot && rm /tmp/c.img")
    assert tidy.sh("losetup -a") == ""


def net_rows(m, name):
    return read_json(m, f"bh network-list --json {name}")


def test_network(tidy):
    """Two guests and Dom0 reach each other through a bridge."""
    status, text = tidy.run(f"bh create {LINUX1} 'vif=[\"bridge=br7\"]'")
    assert status == 3 and "there is no such bridge" in text
    tidy.sh("ip link add br7 type bridge; ip addr add 10.0.0.1/24 dev br7; ip link set br7 up")
    pv_guest(tidy, "net1", vif=["bridge=br7,mac=00:16:3e:00:00:11"])
    pv_guest(tidy, "net2")
    tidy.sh("bh network-attach net2 bridge=br7 vifname=other")
    rows = net_rows(tidy, "net1") + net_rows(tidy, "net2")
    assert [row["bridge"] for row in rows] == ["br7", "br7"]
    assert rows[0]["mac"] == "00:16:3e:00:00:11" and rows[1]["interface"] == "other"
    for name, number in ("net1", 2), ("net2", 3):
        up = f"ip addr add 10.0.0.{number}/24 dev eth0; ip link set eth0 up; sleep 1"
        in_guest(tidy, name, f"{up}; ping -c 3 10.0.0.1", " [1-3] packets received")
    in_guest(tidy, "net2", "ping -c 3 10.0.0.2", " [1-3] packets received")
    tidy.sh("ping -c 3 10.0.0.3")
    tidy.sh("bh network-detach net2 0")
    assert net_rows(tidy, "net2") == []
    tidy.sh("bh destroy net1 net2; ip link set br7 down; ip link del br7")
    assert "vif" not in tidy.sh("ip link")


def test_mem_set(tidy):
    """The balloon of the guest gives memory back and takes it again."""
    pv_guest(tidy, "mem", memory=256)
    tidy.sh("bh mem-set --wait mem 200")
    assert domains(tidy)["mem"]["memory_mib"] <= 202
    tidy.sh("bh mem-set --wait mem 256")
    assert domains(tidy)["mem"]["memory_mib"] >= 254
    status, text = tidy.run("bh mem-set mem 300")
    assert status == 1 and "mem-max" in text
