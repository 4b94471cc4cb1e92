# SPDX-License-Identifier: Apache-2.0
"""The small configurations: each is built and boots a guest in Dom0's place, which ends well."""
import subprocess

import pytest
from machine import SCALE, TOP


@pytest.mark.parametrize("config", ["safety", "tiny"])
def test_configuration_boots_a_guest(config):
    subprocess.run(["make", "-s", "hypervisor", f"CONFIG={config}"], cwd=TOP, check=True,
                   timeout=600)
    command = [str(TOP / "tests/guests/run"), "-H", str(TOP / "build" / config / "bulkhead"),
               "-m", "dom0", "-t", str(int(30 * SCALE)), "hello"]
    text = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", check=False, timeout=60 + 30 * SCALE).stdout
    assert "stopped, reason 0: machine off" in text, text[-2000:]
    # Without console_io the guest is mute.
    assert ("PASS hello" in text) == (config == "safety"), text[-2000:]
