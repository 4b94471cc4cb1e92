# SPDX-License-Identifier: Apache-2.0
"""Each test guest prints PASS as a domain of its own (tests/guests: one promise each)."""
import subprocess

import pytest
from machine import LOGS, SCALE, TOP, hypervisor_image

FOLDER = TOP / "tests" / "guests"
NOT_TESTS = {"lib", "autopilot", "bench"}
GUESTS = sorted(p.name for p in FOLDER.iterdir() if p.is_dir() and p.name not in NOT_TESTS)
SECONDS = 120 * SCALE


@pytest.mark.parametrize("guest", GUESTS)
def test_guest(guest):
    command = [str(FOLDER / "run"), "-H", str(hypervisor_image()), "-t", str(int(SECONDS)), guest]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, errors="replace", check=False,
                          timeout=SECONDS + 30)
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / f"test_guest_{guest}.log").write_text(done.stdout)
    tail = "\n".join(done.stdout.replace("\r", "").splitlines()[-30:])
    assert done.returncode == 0, f"{' '.join(command)}\n{tail}"
