# SPDX-License-Identifier: Apache-2.0
"""The hypervisor boots Dom0 on every CPU model and number of CPUs that is promised."""
import re

import pytest
from machine import SMP_MAX

CPUS = ["cortex-a53", "cortex-a57", "cortex-a72", "cortex-a76", "neoverse-n1", "neoverse-n2", "max"]


def check_dom0(m, vcpus):
    """Dom0 sees Xen, all its CPUs, and Xen's devices."""
    assert m.sh("cat /sys/hypervisor/type") == "xen"
    assert m.sh("nproc") == str(vcpus)
    assert "control_d" in m.sh("cat /proc/xen/capabilities")
    for node in ("evtchn", "gntdev", "privcmd", "hypercall"):
        m.sh(f"test -c /dev/xen/{node}")
    total = int(re.search(r"MemTotal: +(\d+) kB", m.sh("cat /proc/meminfo")).group(1))
    assert 400 * 1024 < total < 512 * 1024
    # Time goes on, and timer interrupts reach every CPU.
    before = m.sh("cat /proc/uptime").split()[0]
    m.sh("for c in $(seq 0 $(($(nproc) - 1))); do taskset $(printf %x $((1 << c))) sleep 0.1; done")
    assert float(m.sh("cat /proc/uptime").split()[0]) > float(before)


@pytest.mark.parametrize("cpu", CPUS)
def test_boot_cpu(machine, cpu):
    m = machine(cpu=cpu, smp=2)
    m.boot()
    check_dom0(m, min(2, SMP_MAX))


@pytest.mark.parametrize("smp", [1, 2, 4, 8])
def test_boot_smp(machine, smp):
    # More vCPUs than 4 would spend minutes waiting for each other on the emulator's two cores.
    vcpus = min(smp, 4)
    m = machine(smp=smp, append=f"dom0_max_vcpus={vcpus}")
    m.boot()
    check_dom0(m, vcpus)


def test_boot_poweroff(machine):
    """Dom0's power-off ends the machine."""
    m = machine()
    m.boot()
    m.send("poweroff -f\n")
    m.wait_off()
