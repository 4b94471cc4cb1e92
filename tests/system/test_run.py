# SPDX-License-Identifier: Apache-2.0
"""`make run`: what a newcomer types first."""
import os
import re
import time

import pexpect
import pytest
from machine import LOGS, SCALE, TOP, Log, _die_with_parent
from machine import PROMPT

SECOND_RUN_SECONDS = 15


@pytest.fixture(name="terminal")
def terminal_fixture():
    """`make run` on a terminal."""
    LOGS.mkdir(parents=True, exist_ok=True)
    p = pexpect.spawn("make", ["run"], cwd=str(TOP), encoding="utf-8", codec_errors="replace",
                      timeout=300 * SCALE, dimensions=(50, 200), preexec_fn=_die_with_parent,
                      env={k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "V")})
    p.logfile_read = Log(LOGS / "test_run.log")
    yield p
    p.close(force=True)


def test_run(terminal):
    """Progress, Dom0's shell, both domains; Ctrl-a x quits."""
    start = time.monotonic()
    for step in range(1, 7):
        terminal.expect(rf"\[{step}/6\] ")
    terminal.expect("Bulkhead ")
    assert time.monotonic() - start < SECOND_RUN_SECONDS * SCALE, "all was built already"
    terminal.expect("Ctrl-a x")
    terminal.expect(re.escape(PROMPT))
    terminal.send("bh list\n")
    for name in ("Domain-0", "autopilot", "linux1"):
        terminal.expect(rf"{name} +\d+")
    terminal.expect(re.escape(PROMPT))
    terminal.send("\x01x")
    terminal.expect(pexpect.EOF, timeout=20 * SCALE)
