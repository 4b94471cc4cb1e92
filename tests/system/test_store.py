# SPDX-License-Identifier: Apache-2.0
"""bh beside Debian's xl: one store, domains that both see and manage, paravirtual devices."""
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
