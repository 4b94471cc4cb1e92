# SPDX-License-Identifier: Apache-2.0
"""Each test guest prints PASS, started by bh as a domain beside Dom0 (tests/guests/).

Some also run in Dom0's place, with its privilege (tests/guests/run -m dom0).
"""
import re
import subprocess

import pytest
from domains import domains, wait_console, write_config
from machine import LOGS, SCALE, TOP, hypervisor_image

FOLDER = TOP / "tests" / "guests"
# No verdict of their own: examples, helpers of other scenarios, measurements.
NOT_TESTS = {"lib", "autopilot", "bench", "crash", "decide", "heartbeat", "hostile",
             "linger", "noise", "pv", "residue", "ring", "serial", "wakes"}  # wakes: by bounds.py
GUESTS = sorted(p.name for p in FOLDER.iterdir() if list(p.glob("*.c")) and
                p.name not in NOT_TESTS)
PRIVILEGED = [g for g in ("context", "hcfuzz", "psci", "sysregs", "vgic") if g in GUESTS]
SECONDS = 180
# Fewer rounds than the guest's default where that takes minutes under emulation.
WORDS = {"hcfuzz": "count=1000000"}


@pytest.mark.parametrize("guest", GUESTS)
def test_guest(dom0, guest):
    config = write_config(dom0, guest, kernel=f"/guests/{guest}.bin", memory=96, vcpus=2,
                          extra=WORDS.get(guest, ""), vuart="sbsa_uart", on_poweroff="preserve",
                          on_reboot="preserve", on_crash="preserve")
    dom0.sh(f"bh create {config}")
    try:
        text = wait_console(dom0, guest, rf"(PASS|FAIL) {guest}", SECONDS)
        assert re.search(rf"PASS {guest}", text), text[-3000:]
    finally:
        dom0.run(f"bh destroy {guest}")
    assert list(domains(dom0)) == ["Domain-0"]


def run_in_place_of_dom0(guest, *options):
    """Boots the guest as Dom0's kernel and waits for its verdict; returns the console."""
    command = [str(FOLDER / "run"), "-H", str(hypervisor_image()), "-m", "dom0", "-t",
               str(int(SECONDS * SCALE)), *options, guest, WORDS.get(guest, "")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, errors="replace", check=False,
                          timeout=SECONDS * SCALE + 30)
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / f"test_guest_in_place_of_dom0_{guest}.log").write_text(done.stdout)
    tail = "\n".join(done.stdout.replace("\r", "").splitlines()[-30:])
    assert done.returncode == 0, f"{' '.join(command)}\n{tail}"
    return done.stdout


@pytest.mark.parametrize("guest", PRIVILEGED)
def test_guest_in_place_of_dom0(guest):
    run_in_place_of_dom0(guest)


@pytest.mark.parametrize("guest,vcpus", [("context", "1"), ("context", "3"), ("psci", "2")])
def test_guest_between_two_cpus(guest, vcpus):
    """State that is left loaded on a CPU is not found there again when it is out of date."""
    text = run_in_place_of_dom0(guest, "-p", "2", "-v", vcpus)
    assert "stays where it is" not in text


@pytest.mark.parametrize("guest", ["events", "timer", "vgic"])
def test_guest_with_cpus_of_its_own(guest):
    """WFI does not trap: timers, events and SGIs of another vCPU end it all the same."""
    run_in_place_of_dom0(guest, "-p", "2", "-v", "2", "-x", "sched=null")


def test_deferred_work_does_not_wait_for_an_exit():
    """Beside a guest that never exits, EL2 frees what is left of a domain."""
    run_in_place_of_dom0("linger", "-i")


def test_guest_on_64_cpus():
    """The heap of a small machine holds the slots of all CPUs, and a domain besides."""
    assert "smp: 64 of 64 CPUs run" in run_in_place_of_dom0("hello", "-p", "64", "-v", "4")
