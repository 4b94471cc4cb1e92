# SPDX-License-Identifier: Apache-2.0
"""The life of domains beside each other: autopilot keeps its heartbeat whatever Linux does."""
import pytest
from domains import (AUTOPILOT, LINUX1, LINUX_UP, beats, console, domains, free_memory,
                     linux_config, wait_beats, wait_console, wait_gone)


@pytest.fixture(autouse=True)
def no_domain_left(dom0):
    """Each scenario ends with Dom0 alone and all memory free again, to the byte."""
    free = free_memory(dom0)
    yield
    if dom0.lost:
        return
    for name in domains(dom0):
        if name != "Domain-0":
            dom0.run(f"bh destroy {name}")
    assert list(domains(dom0)) == ["Domain-0"]
    assert free_memory(dom0) == free


def test_autopilot_lives(dom0):
    dom0.sh(f"bh create {AUTOPILOT}")
    wait_beats(dom0, 3)
    assert domains(dom0)["autopilot"]["vcpus"] == 1
    dom0.sh("bh pause autopilot")
    assert "p" in domains(dom0)["autopilot"]["state"]
    count = beats(dom0)
    dom0.sh("sleep 2")
    assert beats(dom0) == count
    dom0.sh("bh unpause autopilot")
    wait_beats(dom0, 2)
    dom0.sh("bh destroy autopilot")
    assert dom0.run("bh domid autopilot")[0] == 4


def test_pause_of_a_domain_that_sleeps_on_its_own_cpu(dom0):
    """The CPU keeps what waits there loaded until somebody asks for it."""
    dom0.sh("bh vcpu-pin Domain-0 all 0")
    try:
        dom0.sh(f"bh create {AUTOPILOT}")
        dom0.sh("bh vcpu-pin autopilot all 1")
        wait_beats(dom0, 2)
        for _ in range(10):
            dom0.sh("bh pause autopilot")
            dom0.sh("bh unpause autopilot")
        wait_beats(dom0, 2)
        dom0.sh("bh destroy autopilot")
    finally:
        dom0.run("bh vcpu-pin Domain-0 all all")


def test_autopilot_stops_and_restarts(dom0):
    dom0.sh(f"bh create {AUTOPILOT}")
    wait_beats(dom0, 2)
    first = dom0.sh("bh domid autopilot")
    dom0.sh("bh reboot autopilot")
    dom0.until("bh domid autopilot", rf"^(?!{first}$)\d+$")
    wait_beats(dom0, 2)
    dom0.sh("bh shutdown --wait autopilot")
    wait_gone(dom0, "autopilot")


def test_linux_lives(dom0):
    dom0.sh(f"bh create {LINUX1}")
    wait_console(dom0, "linux1", LINUX_UP)
    # Its console in both directions, and Ctrl-] out of it.
    dom0.send("bh console linux1\n")
    dom0.wait("linux1# ")
    dom0.send("echo 4$((1 + 1))2; uname -m\n")
    dom0.wait(r"422\r*\n.*aarch64\r*\n")
    dom0.send("\x1d")
    dom0.wait("dom0# ")
    dom0.sh("bh pause linux1 && bh unpause linux1")
    dom0.sh("bh shutdown --wait linux1")
    wait_gone(dom0, "linux1")


def test_linux_with_two_vcpus(dom0):
    config = linux_config(dom0, "linux2", vcpus=2, memory=192)
    dom0.sh(f"bh create {config}")
    assert "2 CPU" in wait_console(dom0, "linux2", LINUX_UP)
    assert domains(dom0)["linux2"]["vcpus"] == 2
    dom0.sh("bh destroy linux2")


def test_linux_crash_leaves_the_others(dom0):
    """echo c >/proc/sysrq-trigger in linux1: on_crash happens, autopilot does not notice."""
    dom0.sh(f"bh create {AUTOPILOT} && bh create {LINUX1}")
    wait_console(dom0, "linux1", LINUX_UP)
    autopilot = dom0.sh("bh domid autopilot")
    dom0.send("bh console linux1\n")
    dom0.wait("linux1# ")
    dom0.send("echo c >/proc/sysrq-trigger\n")
    dom0.wait("sysrq triggered crash")
    dom0.wait("dom0# ")
    wait_gone(dom0, "linux1")
    wait_beats(dom0, 2)
    assert dom0.sh("bh domid autopilot") == autopilot


def test_linux_reboots(dom0):
    dom0.sh(f"bh create {LINUX1}")
    wait_console(dom0, "linux1", LINUX_UP)
    first = dom0.sh("bh domid linux1")
    dom0.sh("bh reboot linux1")
    dom0.until("bh domid linux1", rf"^(?!{first}$)\d+$")
    wait_console(dom0, "linux1", LINUX_UP)


def test_autopilot_keeps_its_heart_beside_linux(dom0):
    """Creating, stopping and destroying Linux domains does not stop the heartbeat."""
    dom0.sh(f"bh create {AUTOPILOT}")
    wait_beats(dom0, 2)
    config = linux_config(dom0, "linux2", vcpus=2)
    for _ in range(2):
        dom0.sh(f"bh create {LINUX1} && bh create {config}")
        wait_console(dom0, "linux2", LINUX_UP)
        wait_beats(dom0, 2)
        dom0.sh("bh pause linux1; bh destroy linux2; bh unpause linux1; bh destroy linux1")
        wait_beats(dom0, 2)
    assert "beat" in console(dom0, "autopilot")
