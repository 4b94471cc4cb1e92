# SPDX-License-Identifier: Apache-2.0
"""Domains that storm are throttled to their budgets, are seen to be, and nobody else is."""
import json

from domains import AUTOPILOT, linux_config, wait_beats, wait_console, write_config

# What noise does: its budget, the key of it, the column of bh top that must fall to it.
STORMS = {
    "hypercall": ("traps", "trap_rate", "traps_per_second"),
    "sgi": ("interrupts", "interrupt_rate", "interrupts_per_second"),
    "console": ("log", "log_rate", None),
}
RATE = 5000  # a slow host storms ten times as fast
TRIES = 20


def top(m, seconds=3, words=""):
    """{name: row of bh top}."""
    return {r["name"]: r for r in json.loads(m.sh(f"bh top --json -d {seconds} {words}"))}


def throttle(m):
    """{name: row of bh throttle}."""
    return {r["name"]: r for r in json.loads(m.sh("bh throttle --json"))}


def is_held(row, column):
    """Throttled, and what the column counts is at the budget: near it, as 3 s may cut a burst."""
    return row["throttled_percent"] > 10 and (
        column is None or RATE / 3 < row[column] < 1.5 * RATE)


def wait_held(m, names):
    """Looks at bh top until each storm is held to its budget."""
    rows = {}
    for _ in range(TRIES):
        rows = top(m)
        if all(is_held(rows[name], STORMS[name][2]) for name in names):
            return rows
    raise AssertionError(rows)


def test_storms(dom0):
    """Three storms with budgets, on the CPU of the autopilot; then one is let loose."""
    dom0.sh(f"bh vcpu-pin Domain-0 all 0; bh create {AUTOPILOT}; bh vcpu-pin autopilot all 1")
    for what, (_, key, _) in STORMS.items():
        config = write_config(dom0, what, kernel="/guests/noise.bin", memory=16, vcpus=1, cpus="1",
                              extra=f"what={what}", on_poweroff="preserve", **{key: RATE})
        dom0.sh(f"bh create {config}")
    rows = wait_held(dom0, STORMS)
    assert rows["Domain-0"]["throttled_percent"] == 0
    assert rows["autopilot"]["throttled_percent"] == 0
    by_vcpu = top(dom0, 3, "--vcpus")
    assert by_vcpu["hypercall"]["throttled_percent"] > 0
    assert by_vcpu["autopilot"]["throttled_percent"] == 0
    budgets = throttle(dom0)
    for what, (kind, _, _) in STORMS.items():
        assert kind in budgets[what]["exceeded"] and budgets[what]["times"] > 0, budgets[what]
        assert budgets[what][kind] == RATE
    for name in ("Domain-0", "autopilot"):
        assert budgets[name]["times"] == 0 and budgets[name]["exceeded"] == []
    wait_beats(dom0, 2)
    # Without its budget it storms again, and is held again by the next one.
    dom0.sh("bh throttle hypercall --traps 0")
    assert top(dom0)["hypercall"]["traps_per_second"] > 2 * RATE
    assert top(dom0)["hypercall"]["throttled_percent"] == 0
    dom0.sh(f"bh throttle hypercall --traps {RATE}")
    wait_held(dom0, ["hypercall"])
    # Paused, running and gone while it is throttled.
    dom0.sh("bh pause sgi; bh unpause sgi; bh pause console")
    for what in STORMS:
        dom0.sh(f"bh destroy {what}")
    wait_beats(dom0, 1)
    dom0.sh("bh destroy autopilot; bh vcpu-pin Domain-0 all all")


def test_linux_does_not_notice(dom0):
    """Debian's kernel boots within the default budgets, without being throttled once."""
    dom0.sh(f"bh create {linux_config(dom0, 'debian')}")
    wait_console(dom0, "debian", r"linux1: up")
    row = throttle(dom0)["debian"]
    assert row["times"] == 0 and row["exceeded"] == [] and row["traps"] > 0, row
    dom0.sh("bh destroy debian")
