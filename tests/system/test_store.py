# SPDX-License-Identifier: Apache-2.0
"""bh beside Debian's xl: one store, domains that both see and manage, paravirtual devices."""
import subprocess

import pytest
from domains import read_json
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
