# SPDX-License-Identifier: Apache-2.0
"""Domains that misuse grants, event channels, the balloon: the others go on, nothing leaks."""
import pytest
from domains import (AUTOPILOT, domains, free_memory, wait_beats, wait_console, wait_gone,
                     write_config)
from test_guests import run_in_place_of_dom0
from test_isolation import audit, check

NAMES = ("hostile1", "hostile2", "hostile3")


def ports(m):
    """Event channels that Dom0's kernel has open."""
    return int(m.sh("grep -c xen-dyn /proc/interrupts"))


def counted(m):
    """Frames, the hypervisor's heap (with grant tables, handles and channels), Dom0's ports."""
    return free_memory(m), ports(m)


def create(m, name, first, seed):
    config = write_config(m, name, kernel="/guests/hostile.bin", memory=48, vcpus=2,
                          extra=f"first={first} seed={seed}", on_crash="destroy")
    m.sh(f"bh create {config}")


@pytest.mark.parametrize("seed", [1])
def test_hostile_domains(dom0, seed):
    """Three of them, also against each other; one is destroyed while the others map its pages."""
    dom0.sh(f"bh create {AUTOPILOT}")
    first = domains(dom0)["autopilot"]["domid"]
    before = counted(dom0)
    for number, name in enumerate(NAMES):
        create(dom0, name, first, seed * 100 + number)
    for name in NAMES:
        wait_console(dom0, name, r"# 20000 calls; accepted: grants [1-9]\d{2,}, "
                     r"events [1-9]\d{2,}, balloon [1-9]\d{2,}, pages [1-9]\d{2,}")
    check(audit(dom0), 2 + len(NAMES))
    dom0.sh("bh destroy hostile1")
    wait_beats(dom0, 2)
    wait_console(dom0, "hostile2", "# 40000 calls")
    for name in NAMES[1:]:
        dom0.sh(f"bh destroy {name}")
    for name in NAMES:
        wait_gone(dom0, name)
    wait_beats(dom0, 2)
    check(audit(dom0), 2)
    assert counted(dom0) == before
    dom0.sh("bh destroy autopilot")


def test_destroyed_while_mapped():
    """A domain is destroyed while Dom0 has its pages mapped; they stay until Dom0 lets go."""
    run_in_place_of_dom0("pv", "-v", "1")
