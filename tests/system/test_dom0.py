# SPDX-License-Identifier: Apache-2.0
"""Dom0 beyond its usual boot: the PREEMPT_RT kernel, the other xsm module, the console."""
import subprocess

import pytest
from domains import AUTOPILOT, wait_beats
from machine import BUILD, TOP


@pytest.fixture(scope="module")
def rt_kernel():
    """Debian's PREEMPT_RT build, unpacked once."""
    subprocess.run(["make", "-s", "rt-kernel"], cwd=TOP, check=True)
    kernels = sorted((BUILD / "rt-kernel" / "boot").glob("vmlinuz-*"))
    assert kernels, "the package linux-image-rt-arm64 holds no kernel"
    return kernels[-1]


@pytest.mark.parametrize("vcpus", [1, 3])
def test_preempt_rt(machine, rt_kernel, vcpus):
    words = "console=hvc0 bulkhead.autostart=0"
    m = machine(smp=vcpus, modules=[
        f"addr=0x50000000,kernel={rt_kernel},bootargs={words}",
        f"addr=0x58000000,initrd={BUILD / 'dom0' / 'initramfs.cpio'}"])
    m.boot()
    assert "PREEMPT_RT" in m.sh("uname -v")
    assert m.sh("nproc") == str(vcpus)


def test_silo_lets_dom0_manage(machine):
    m = machine(append="xsm=silo")
    text = m.boot()
    assert "xsm: module silo" in text
    m.sh(f"bh create {AUTOPILOT}")
    wait_beats(m, 2)
    m.sh("bh destroy autopilot")


def test_unknown_access_control_stops_the_boot(machine):
    m = machine(append="xsm=nonsense")
    m.start()
    m.wait(r'there is no module "nonsense"')
    m.wait("boot: stopped")


def test_console_input_switches(machine):
    m = machine()
    m.boot()
    m.send("\x01\x01" * 3)  # QEMU's multiplexer takes one of two
    m.wait("hypervisor")
    m.send("h")
    m.wait("free memory and heap")
    m.send("\x01\x01" * 3)
    m.wait("Dom0")
    assert m.sh("echo back") == "back"
