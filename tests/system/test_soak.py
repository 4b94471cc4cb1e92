# SPDX-License-Identifier: Apache-2.0
"""Domains with disk and network come and go by xl: nothing is left, and nothing gets slower."""
import subprocess
import sys

from machine import SCALE, TOP

sys.path.insert(0, str(TOP / "tests" / "bench"))
from soak import soak  # noqa: E402  pylint: disable=C0413

ROUNDS = 10  # `make soak` has 1,000


def test_soak():
    subprocess.run(["make", "-s", "dom0-xl"], cwd=TOP, check=True)
    r = soak(ROUNDS, 1200 * SCALE)
    assert r.problems() == []
    assert (r.rounds, r.connected, len(r.create)) == (ROUNDS, ROUNDS // 10, ROUNDS * 9 // 10)
