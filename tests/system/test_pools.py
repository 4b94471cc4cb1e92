# SPDX-License-Identifier: Apache-2.0
"""Pools, reservations and schedules on the machine, through bh."""
import json

import pytest
from domains import AUTOPILOT, beats, domains, wait_beats


def pools(m):
    return {p["name"]: p for p in json.loads(m.sh("bh cpupool-list --json"))}


def refused(m, command, text):
    status, out = m.run(f"{command} 2>&1")
    assert status != 0 and text in " ".join(out.split()), out


def autopilot(m, name, keys):
    """A configuration like the autopilot's with other keys behind."""
    path = f"/tmp/{name}.cfg"
    m.sh(f"sed '/^cpu_weight/d; /^cap/d; s/^name.*/name = \"{name}\"/' {AUTOPILOT} >{path}")
    for line in keys:
        m.sh(f"echo '{line}' >>{path}")
    return path


@pytest.fixture(autouse=True)
def one_pool(dom0):
    """Each scenario ends with Dom0 alone and all CPUs in Pool-0."""
    yield
    if dom0.lost:
        return
    for name in domains(dom0):
        if name != "Domain-0":
            dom0.run(f"bh destroy {name}")
    for name in pools(dom0):
        if name != "Pool-0":
            dom0.sh(f"bh cpupool-destroy {name}")
    dom0.run("bh cpupool-cpu-add Pool-0 1")
    assert pools(dom0)["Pool-0"]["cpus"] == [0, 1]


def make_pool(m, sched):
    m.sh("bh cpupool-cpu-remove Pool-0 1")
    m.sh(f"bh cpupool-create 'sched=\"{sched}\"' 'cpus=\"1\"'")
    assert pools(m)["Pool-1"] == {"name": "Pool-1", "id": 1, "scheduler": sched, "cpus": [1],
                                  "domains": 0}


def test_pool_reservation_and_refusal(dom0):
    make_pool(dom0, "rtds")
    dom0.sh("bh create " + autopilot(dom0, "one", [
        'pool = "Pool-1"', "period = 1000", "budget = 500"]))
    wait_beats(dom0, 2, "one")
    assert json.loads(dom0.sh("bh sched-rtds --json one"))[0]["share_ppm"] == 500000
    two = autopilot(dom0, "two", ['pool = "Pool-1"', "period = 1000", "budget = 460"])
    refused(dom0, f"bh create {two}", "asked 0.46 of CPU 1, 0.50 reserved, 0.95 allowed")
    assert "two" not in domains(dom0)
    dom0.sh(f"bh create {two} budget=450")
    refused(dom0, "bh sched-rtds -d two -b 451",
            "asked 0.451 of CPU 1, 0.50 reserved, 0.95 allowed")
    refused(dom0, "bh sched-rtds -d two -b 1001", "do not go together")
    assert json.loads(dom0.sh("bh sched-rtds --json two"))[0]["budget_us"] == 450
    wait_beats(dom0, 2, "one")
    wait_beats(dom0, 2, "two")


def test_pool_reserves_all_or_nothing(dom0):
    """The second vCPU is refused: the first gets back what it had."""
    make_pool(dom0, "rtds")
    dom0.sh("bh create " + autopilot(dom0, "one", [
        'pool = "Pool-1"', "vcpus = 2", "period = 1000", "budget = 400"]))
    before = dom0.sh("bh sched-rtds --json one")
    refused(dom0, "bh sched-rtds -d one -b 480 -e 0",
            "asked 0.48 of CPU 1, 0.48 reserved, 0.95 allowed")
    assert dom0.sh("bh sched-rtds --json one") == before
    dom0.sh("bh sched-rtds -d one -b 475")


def test_pool_migrate(dom0):
    dom0.sh(f"bh create {AUTOPILOT}")
    wait_beats(dom0, 2)
    dom0.sh("bh cpupool-cpu-remove Pool-0 1")
    dom0.sh("bh cpupool-create 'sched=\"null\"' 'cpus=\"1\"'")
    dom0.sh("bh cpupool-migrate autopilot Pool-1")
    wait_beats(dom0, 2)
    assert json.loads(dom0.sh("bh cpupool-list --json Pool-1"))[0]["domains"] == 1
    refused(dom0, "bh cpupool-destroy Pool-1", "pool 1 has 1 domains")
    refused(dom0, "bh cpupool-cpu-remove Pool-1 1", "cannot remove CPU 1 from pool 1")
    refused(dom0, "bh cpupool-cpu-remove Pool-0 0", "cannot remove CPU 0 from pool 0")
    refused(dom0, "bh cpupool-migrate Domain-0 Pool-1", "Domain-0")
    dom0.sh("bh cpupool-migrate autopilot Pool-0")
    wait_beats(dom0, 2)


def test_pool_schedule(dom0):
    make_pool(dom0, "arinc653")
    dom0.sh("bh create " + autopilot(dom0, "one", ['pool = "Pool-1"']))
    count = beats(dom0, "one")
    dom0.sh("sleep 2")
    assert beats(dom0, "one") == count  # it has no window
    dom0.sh("bh sched-arinc653 -f 10000 one=3000 =2000 one:0=1000")
    windows = json.loads(dom0.sh("bh sched-arinc653 --json"))
    assert [(w["name"], w["length_us"]) for w in windows] == [
        ("one", 3000), ("-", 2000), ("one", 1000), ("-", 4000)]
    wait_beats(dom0, 2, "one")
    refused(dom0, "bh sched-arinc653 -f 1000 one=1001", "the windows add up to 1001 us")
    assert json.loads(dom0.sh("bh sched-arinc653 --json")) == windows


def waits(m, domain):
    """Waits with WFI that trapped in the last two seconds, per second."""
    rows = json.loads(m.sh("bh top --json --vcpus -d 2"))
    return next(row["waits_per_second"] for row in rows if row["name"] == domain)


def test_null_waits_without_a_trap(dom0):
    """In a CPU of its own, WFI does not trap; whatever must wake or stop the vCPU still does."""
    dom0.sh(f"bh create {AUTOPILOT}")
    wait_beats(dom0, 2)
    assert waits(dom0, "autopilot") > 100
    dom0.sh("bh cpupool-cpu-remove Pool-0 1")
    dom0.sh("bh cpupool-create 'sched=\"null\"' 'cpus=\"1\"'")
    dom0.sh("bh cpupool-migrate autopilot Pool-1")
    wait_beats(dom0, 2)
    assert waits(dom0, "autopilot") == 0
    dom0.sh("bh pause autopilot")
    count = beats(dom0)
    dom0.sh("sleep 2")
    assert beats(dom0) == count
    dom0.sh("bh unpause autopilot")
    wait_beats(dom0, 2)
    dom0.sh("bh cpupool-migrate autopilot Pool-0")
    wait_beats(dom0, 2)
    assert waits(dom0, "autopilot") > 100
    dom0.sh("bh cpupool-migrate autopilot Pool-1")
    wait_beats(dom0, 2)
    dom0.sh("bh destroy autopilot")
    assert list(domains(dom0)) == ["Domain-0"]
