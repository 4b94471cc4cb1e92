# SPDX-License-Identifier: Apache-2.0
"""A machine with a GICv2: Dom0 and domains run as on one with a GICv3 (docs/vgic.md)."""
import re

import pytest
from domains import (AUTOPILOT, LINUX1, LINUX_UP, domains, wait_beats, wait_console, wait_gone,
                     write_config)
from test_guests import run_in_place_of_dom0

MACHINE = {"gic": 2, "smp": 4}
SECONDS = 120


def test_dom0(dom0):
    text = dom0.log_path.read_text(encoding="utf-8", errors="replace")
    assert re.search(r"gicv2: \d+ interrupts, \d+ list registers", text)
    assert dom0.sh("nproc").strip() == "4"
    assert "GIC-0" in dom0.sh("grep arch_timer /proc/interrupts | head -n 1")
    # What is the hypervisor's is not in Dom0's tree: one pair of frames, no maintenance interrupt.
    gic = dom0.sh("dirname $(grep -la cortex-a15-gic $(find /proc/device-tree/ -name compatible))")
    assert int(dom0.sh(f"wc -c < {gic.strip()}/reg")) == 32
    dom0.sh(f"test ! -e {gic.strip()}/interrupts")


@pytest.mark.parametrize("guest", ["vgic", "timer", "events", "vgic_storm"])
def test_guest(dom0, guest):
    config = write_config(dom0, guest, kernel=f"/guests/{guest}.bin", memory=96, vcpus=2,
                          extra="count=20000" if guest == "vgic_storm" else "",
                          vuart="sbsa_uart", on_poweroff="preserve", on_crash="preserve")
    dom0.sh(f"bh create {config}")
    try:
        text = wait_console(dom0, guest, rf"(PASS|FAIL) {guest}", SECONDS)
        assert re.search(rf"PASS {guest}", text), text[-3000:]
    finally:
        dom0.run(f"bh destroy {guest}")


def test_linux(dom0):
    dom0.sh(f"bh create {LINUX1}")
    wait_console(dom0, "linux1", LINUX_UP, SECONDS)
    dom0.sh("bh destroy linux1")
    assert list(domains(dom0)) == ["Domain-0"]


def test_autopilot(dom0):
    """The example flies on either GIC, and its console takes keys."""
    dom0.sh(f"bh create {AUTOPILOT}")
    wait_beats(dom0, 3, timeout=SECONDS)
    dom0.sh("printf q | timeout 10 bh console autopilot || true")
    wait_gone(dom0, "autopilot", SECONDS)


def test_refused(dom0):
    """What a GICv2 cannot do is said before anything is built."""
    config = write_config(dom0, "many", kernel="/guests/hello.bin", memory=32, vcpus=9)
    status, text = dom0.run(f"bh create {config}")
    assert status == 3 and "this machine's GICv2 serves: 8" in text
    config = write_config(dom0, "other", kernel="/guests/hello.bin", memory=32, gic_version="v3")
    status, text = dom0.run(f"bh create {config}")
    assert status == 3 and 'gic_version = "v3" is not what this machine has' in text


def test_guest_in_place_of_dom0():
    run_in_place_of_dom0("context", "-g", "2", "-p", "2")
