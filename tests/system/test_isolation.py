# SPDX-License-Identifier: Apache-2.0
"""Isolation in memory: every translation table held against the owner of every frame."""
import re

from domains import AUTOPILOT, LINUX1, LINUX_UP, wait_beats, wait_console


def audit(dom0):
    """Runs the hypervisor's check of all tables; returns its lines."""
    dom0.sh("bh dmesg -c >/dev/null; bh debug-keys a")
    lines = re.findall(r"audit: .*", dom0.sh("bh dmesg"))
    assert lines, "the debug key printed nothing"
    return lines


def check(lines, domains):
    assert "EL2 maps 0 frames of domains" in lines[0], lines[0]
    assert "nothing both writable and executable" in lines[0], lines[0]
    assert len(lines) == 1 + domains, lines
    for line in lines[1:]:
        found = re.search(r"(\d+) leaves, (\d+) wrong", line)
        assert found and int(found[1]) > 0 and int(found[2]) == 0, line


def test_tables_while_domains_come_and_go(dom0):
    check(audit(dom0), 1)
    dom0.sh(f"bh create {AUTOPILOT}")
    dom0.sh(f"bh create {LINUX1}")
    wait_beats(dom0, 2)
    wait_console(dom0, "linux1", LINUX_UP)
    check(audit(dom0), 3)
    dom0.sh("bh destroy linux1")
    check(audit(dom0), 2)
    dom0.sh("bh destroy autopilot")
    check(audit(dom0), 1)
