# SPDX-License-Identifier: Apache-2.0
"""The system tests on machines that count instructions, for `bounds.py --suite`.

tests/system/machine.py does it when CONFIG is qemu_virt_bounds: each machine prints its table
before it is closed. All have one CPU: -icount counts the instructions of all CPUs, so that a path
on one has what another did in the middle of it. Consoles: build/bench/suite/*.log.
"""
import os
import re
import shutil
import subprocess

from bench import OUT, TOP

LOGS = OUT / "suite"
SYSTEM = TOP / "tests" / "system"
TIMEOUT_SCALE = "3"

NO_MACHINE = "has no machine"
OWN_RUN = "bounds.py runs these machines itself"
NO_GUEST = "no guest is entered"
TWO_CPUS = "needs two CPUs"
OWN_MACHINE = "another machine and image"
SPINS = "a Linux with two vCPUs on one CPU: each slice in which one spins until the other runs " \
        "takes the emulator seconds"
# {beginning of a scenario's name: why it is left out}
LEFT_OUT = {
    "test_boot.py::test_boot_smp[2]": SPINS,
    "test_boot.py::test_boot_smp[4]": SPINS,
    "test_boot.py::test_boot_smp[8]": SPINS,
    "test_bootdom.py::test_no_dom0": TWO_CPUS,
    "test_bootdom.py::test_beside_dom0": TWO_CPUS,
    "test_bootdom.py::test_first_beat[2]": TWO_CPUS,
    "test_bootdom.py::test_small_beside_large": TWO_CPUS,
    "test_bootdom.py::test_broken": TWO_CPUS,
    "test_build.py": NO_MACHINE,
    "test_setup.py": NO_MACHINE,
    "test_debian.py": "systemd takes too long when instructions are counted; test_xl.py has xl",
    "test_harness.py": "runs Debian's Xen",
    "test_soak.py": "hundreds of calls of xl; test_store.py and test_xl.py have each of them",
    "test_run.py": "is about what `make run` builds and prints",
    "test_realtime.py": OWN_RUN,
    "test_guests.py::test_guest_in_place_of_dom0": OWN_RUN,
    "test_guests.py::test_deferred_work_does_not_wait_for_an_exit": OWN_RUN,
    "test_guests.py::test_guest_between_two_cpus": TWO_CPUS,
    "test_guests.py::test_guest_with_cpus_of_its_own": TWO_CPUS,
    "test_guests.py::test_guest_on_64_cpus": TWO_CPUS,
    "test_hostile.py::test_destroyed_while_mapped": OWN_RUN,
    "test_refusals.py::test_refuses": NO_GUEST,
    "test_refusals.py::test_boots_anywhere": TWO_CPUS,
    "test_dom0.py::test_unknown_access_control": NO_GUEST,
    "test_dom0.py::test_preempt_rt[3]": TWO_CPUS,
    "test_domains.py::test_linux_with_two_vcpus": SPINS,
    "test_domains.py::test_autopilot_keeps_its_heart_beside_linux": SPINS,
    "test_domains.py::test_pause_of_a_domain_that_sleeps_on_its_own_cpu": TWO_CPUS,
    "test_gicv2.py::test_dom0": TWO_CPUS,
    "test_gicv2.py::test_guest_in_place_of_dom0": TWO_CPUS,
    "test_bootdom_devices.py::test_disk": TWO_CPUS,
    "test_rpi4.py": OWN_MACHINE,
    "test_configs.py": OWN_MACHINE,
    "test_xl.py": OWN_MACHINE,
    "test_virt_uboot.py": OWN_MACHINE,
    "test_pools.py": TWO_CPUS,
    "test_boot_pools.py": TWO_CPUS,
    "test_throttle.py::test_storms": TWO_CPUS + "; bounds-init throttles a domain",
    "test_trace.py::test_the_burner_is_blamed": TWO_CPUS,
    "test_trace.py::test_last_events_after_a_panic": "ends with a panic",
}


def run_suite(words=()):
    """Runs the scenarios; returns ({machine: console}, [scenario that failed])."""
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    command = ["/usr/bin/python3", "-m", "pytest", "-c", "pytest.ini", *words]
    for name in LEFT_OUT:
        command += ["--deselect", name]
    environment = {"BULKHEAD_TIMEOUT_SCALE": TIMEOUT_SCALE, **os.environ, "BULKHEAD_SMP": "1",
                   "CONFIG": "qemu_virt_bounds", "BULKHEAD_LOGS": str(LOGS),
                   "PYTHONDONTWRITEBYTECODE": "1"}
    with open(OUT / "suite.log", "w", encoding="utf-8") as log:
        subprocess.run(command, cwd=SYSTEM, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                       stderr=log, check=False)
    text = (OUT / "suite.log").read_text(encoding="utf-8", errors="replace")
    failed = re.findall(r"^(\S+::\S+) (?:FAILED|ERROR)", text, re.M)
    if not re.search(r"^=+ .*\d+ passed", text, re.M):
        failed.append(f"pytest itself: {OUT / 'suite.log'}")
    return {path.stem: path.read_text(encoding="utf-8", errors="replace")
            for path in sorted(LOGS.glob("*.log"))}, failed
