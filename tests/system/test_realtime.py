# SPDX-License-Identifier: Apache-2.0
"""A guest with a period of 1 ms beside domains that storm on its CPU.

-icount: one nanosecond is one instruction, so the figures are exact. The machine and what is
counted: tests/bench/storm.py.
"""
import sys

import pytest
from machine import SCALE, TOP

sys.path.insert(0, str(TOP / "tests" / "bench"))
from storm import storm  # noqa: E402  pylint: disable=C0413

PERIODS = 10000
SECONDS = 300 * SCALE

# (scheduler, periods missed at most, nanoseconds late at most). credit promises a share and no
# latency: its row only keeps it from getting worse. A scheduler with reservations gets a row of 0
# and the longest path through EL2 (5,000) + 1,000.
LIMITS = [
    ("credit", PERIODS // 1000, 2_000_000),
]


@pytest.mark.parametrize("sched, missed, late", LIMITS)
def test_storm_on_the_same_cpu(sched, missed, late):
    r = storm(sched, PERIODS, seconds=SECONDS)
    assert r.periods >= PERIODS
    assert r.missed <= missed and r.max <= late, vars(r)
