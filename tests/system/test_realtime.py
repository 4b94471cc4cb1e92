# SPDX-License-Identifier: Apache-2.0
"""A guest with a period of 1 ms beside domains that storm on its CPU and on another one.

-icount: one nanosecond is one instruction, so the figures are exact on one CPU. The machines and
what is counted: tests/bench/storm.py.
"""
import sys

import pytest
from machine import SCALE, TOP

sys.path.insert(0, str(TOP / "tests" / "bench"))
from storm import storm  # noqa: E402  pylint: disable=C0413

PERIODS = 10000
LONGEST_PATH = 5000     # instructions in EL2, docs/safety/bounds.md
SECONDS = 300 * SCALE
# Schedulers that promise a reservation: 0 periods missed, latency bounded.
RESERVING = []


@pytest.mark.parametrize("sched", RESERVING)
def test_reservation_under_storm(sched):
    r = storm(sched, PERIODS, seconds=SECONDS)
    assert r.periods >= PERIODS
    assert r.missed == 0 and r.max <= LONGEST_PATH + 1000, vars(r)


def test_weight_under_storm():
    """credit promises a share, not a latency: the periods count, and nobody is starved."""
    r = storm("credit", PERIODS, seconds=SECONDS)
    assert r.periods >= PERIODS
    assert r.missed <= PERIODS // 100, vars(r)


def test_storm_on_another_cpu():
    """Both CPUs take turns in the emulator, so the figures repeat only nearly."""
    idle = storm("credit", 2000, kinds="", cpu=1, seconds=SECONDS)
    noisy = storm("credit", 2000, cpu=1, seconds=SECONDS)
    assert noisy.missed == 0, vars(noisy)
    assert noisy.max <= 1.2 * idle.max, (vars(idle), vars(noisy))
