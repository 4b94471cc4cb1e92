# SPDX-License-Identifier: Apache-2.0
"""The harness and Dom0's initramfs themselves, on Debian's Xen: they are right without Bulkhead."""
import re
import subprocess

import pytest
from machine import XEN, TOP, MachineError


@pytest.fixture(scope="module", autouse=True)
def xen():
    """Fetches Debian's Xen if it is not there."""
    subprocess.run(["make", "-s", "-C", str(TOP), "peer"], check=True, timeout=600)


def test_harness_on_xen(machine):
    m = machine(hypervisor=XEN)
    text = m.boot()
    assert "Xen 4.20" in text or "Xen version 4.20" in text
    assert m.sh("uname -m") == "aarch64"
    assert m.run("false") == (1, "")
    assert m.run("echo a; echo b; (exit 7)") == (7, "a\nb")
    with pytest.raises(MachineError, match="ended with 3"):
        m.sh("(exit 3)")
    with pytest.raises(MachineError, match="never printed"):
        m.until("echo x", "y", timeout=1)
    modules = m.sh("lsmod")
    for name in ("xen_evtchn", "xen_privcmd", "xenfs", "xen_gntdev", "xen_gntalloc"):
        assert re.search(rf"^{name}\b", modules, re.M), name
    assert "control_d" in m.sh("cat /proc/xen/capabilities")
    m.send("poweroff -f\n")
    m.wait_off()


def test_harness_sees_the_end(machine):
    m = machine(hypervisor=XEN, modules=[], qemu=["-m", "512"])
    m.start()
    with pytest.raises(MachineError):
        m.wait("this text is never printed", timeout=5)
