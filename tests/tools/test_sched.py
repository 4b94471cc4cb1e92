# SPDX-License-Identifier: Apache-2.0
"""Pools, reservations and schedules with a fake hypervisor of four CPUs."""
import json

import pytest


def pools(fake):
    return [(p["name"], p["scheduler"], p["cpus"], p["domains"])
            for p in json.loads(fake.ok("cpupool-list", "--json"))]


@pytest.fixture
def rt(fake):
    """Pool-1: rtds on CPU 1."""
    fake.ok("cpupool-cpu-remove", "Pool-0", "1")
    assert fake.ok("cpupool-create", 'sched="rtds"') == 'pool 1 "Pool-1" created\n'
    return fake


def test_pools(rt, tmp_path):
    assert pools(rt) == [("Pool-0", "credit", [0, 2, 3], 1), ("Pool-1", "rtds", [1], 0)]
    assert "0,2-3" in rt.ok("cpupool-list", "-c") and "1" in rt.ok("cpupool-list", "1")
    rt.ok("cpupool-cpu-remove", "0", "2-3")
    (tmp_path / "pool.cfg").write_text('name = "Pool-5"\nsched = "null"\ncpus = ["2", "3"]\n')
    assert json.loads(rt.ok("cpupool-create", "--json", "pool.cfg")) == {"id": 5, "name": "Pool-5"}
    assert pools(rt)[2] == ("Pool-5", "null", [2, 3], 0)
    rt.ok("cpupool-destroy", "Pool-5")
    rt.ok("cpupool-cpu-add", "Pool-0", "any")
    assert pools(rt) == [("Pool-0", "credit", [0, 2], 1), ("Pool-1", "rtds", [1], 0)]


def test_a_pool_that_cannot_have_its_cpus_is_gone(fake):
    fake.ok("cpupool-cpu-remove", "Pool-0", "1-2")
    code, _, err = fake.run("cpupool-create", 'sched="arinc653"', 'cpus="1-2"')
    assert code == 1 and "an arinc653 pool has one CPU" in err
    assert [p[0] for p in pools(fake)] == ["Pool-0"]
    fake.ok("cpupool-create", 'cpus="1-2"')


@pytest.mark.parametrize("words, code, text", [
    (["cpupool-create", 'sched="sedf"'], 3, 'sched = "sedf" is not a scheduler'),
    (["cpupool-create", 'sched="credit2"'], 3, 'sched = "credit2" is not a scheduler'),
    (["cpupool-create", 'name="rt"'], 3, 'name = "rt" is not a name of a pool'),
    (["cpupool-create", 'name="Pool-1"', 'cpus="1"'], 1, "CPU 1 is in another pool"),
    (["cpupool-create", "nodes=1"], 3, 'unknown key "nodes"'),
    (["cpupool-create", 'cpus="4"'], 3, 'cpus = "4"'),
    (["cpupool-create"], 1, "no CPU is free"),
    (["cpupool-create", "/nowhere/pool.cfg"], 3, "/nowhere/pool.cfg"),
    (["cpupool-destroy", "Pool-0"], 1, "pool 0 stays"),
    (["cpupool-destroy", "Pool-3"], 1, "there is no pool 3"),
    (["cpupool-list", "Pool-16"], 2, '"Pool-16" is not a pool'),
    (["cpupool-cpu-add", "0", "1"], 1, "cannot add CPU 1 to pool 0: Device or resource busy"),
    (["cpupool-cpu-remove", "0", "4"], 2, "this machine has the CPUs 0-3"),
    (["cpupool-cpu-remove", "0", "all"], 1, "cannot remove CPU 3 from pool 0"),
    (["cpupool-migrate", "Domain-0", "0"], 1, "Domain-0"),
    (["sched-arinc653"], 2, "no pool has the scheduler arinc653"),
    (["sched-arinc653", "-c", "0"], 1, "the scheduler of pool 0 is credit, not arinc653"),
    (["sched-rtds", "-d", "0", "-p", "1000"], 1, "whose scheduler is credit, not rtds")])
def test_refused(fake, words, code, text):
    got, _, err = fake.run(*words)
    assert (got, text in err) == (code, True), err
    assert "\n    " in err


def test_a_cpu_is_busy_for_a_moment(fake):
    """The domain that had it was destroyed, and is still being freed."""
    fake.env["BH_FAKE_BUSY"] = "3"
    fake.ok("cpupool-cpu-remove", "Pool-0", "1")
    fake.env["BH_FAKE_BUSY"] = "1000"
    code, _, err = fake.run("cpupool-cpu-remove", "Pool-0", "2")
    assert code == 1 and "cannot remove CPU 2 from pool 0" in err


def test_migrate(rt):
    rt.ok("create", rt.config())
    rt.ok("cpupool-migrate", "test", "Pool-1")
    assert rt.calls()[-1] == "domain 1 moves to pool 1"
    assert json.loads(rt.ok("list", "-l", "--json", "test"))[0]["cpupool"] == 1
    code, _, err = rt.run("cpupool-destroy", "1")
    assert code == 1 and "pool 1 has 1 domains" in err
    code, _, err = rt.run("cpupool-cpu-remove", "1", "1")
    assert code == 1 and "it is the last one" in err
    code, _, err = rt.run("cpupool-migrate", "test", "1", fail="sysctl18 28")
    assert code == 1 and "pool" in err
    code, _, err = rt.run("cpupool-migrate", "test", "1", fail="sysctl18 7")
    assert code == 1 and "too many vCPUs" in err and 'pool = "Pool-1"' in err


def test_create_with_a_reservation(rt):
    rt.ok("create", rt.config(pool="Pool-1", cpus="1", period=1000, budget=300, extratime=0,
                              vcpus=2))
    assert "rtds all period 1000 budget 300 flags 0" in rt.calls()
    rows = json.loads(rt.ok("sched-rtds", "--json"))
    assert rows[1] == {"name": "test", "domid": 1, "vcpu": 1, "period_us": 1000,
                       "budget_us": 300, "extratime": False, "share_ppm": 300000}
    rt.ok("sched-rtds", "-d", "test", "-v", "1", "-b", "450", "-e", "1")
    assert rt.calls()[-1] == "rtds vcpu 1 period 1000 budget 450 flags 1"
    assert "0.45" in rt.ok("sched-rtds", "test", "-c", "Pool-1", "-v", "1")
    assert json.loads(rt.ok("sched-rtds", "--json", "-c", "0")) == []
    rt.ok("sched-rtds", "-d", "test", "-b", "0")
    assert rt.calls()[-1] == "rtds all period 1000 budget 0 flags 0"


def test_refusal_shows_the_arithmetic(rt):
    arithmetic = "asked 0.30 of CPU 1, 0.80 reserved, 0.95 allowed"
    code, _, err = rt.run("create", rt.config(pool="Pool-1", period=1000, budget=300),
                          fail="domctl16 28")
    assert code == 1 and arithmetic in err and rt.calls()[-1] == "destroydomain 1"
    rt.ok("create", rt.config(pool="Pool-1"))
    code, _, err = rt.run("sched-rtds", "-d", "test", "-p", "1000", "-b", "300",
                          fail="putrtds 28")
    assert code == 1 and f'cannot reserve CPU time for "test": {arithmetic}\n    lower' in err


@pytest.mark.parametrize("words, text", [
    (["-p", "1000", "-b", "1001"], "period 1000 and budget 1001 do not go together"),
    (["-p", "99", "-b", "50"], "period 99 and budget 50 do not go together"),
    (["-p", "0", "-b", "50"], "period 0 and budget 50 do not go together"),
    (["-p", "1000", "-b", "9"], "period 1000 and budget 9 do not go together"),
    (["-p", "-5"], 'period "-5" is not a number from 0 to 10000000'),
    (["-p", "4294968296"], 'period "4294968296" is not a number'),
    (["-e", "2"], 'extratime "2" is not a number from 0 to 1'),
    (["-v", "64", "-b", "10"], 'vcpu "64" is not a number from 0 to 63')])
def test_bad_reservations(rt, words, text):
    rt.ok("create", rt.config(pool="Pool-1"))
    before = rt.calls()
    code, _, err = rt.run("sched-rtds", "-d", "test", *words)
    assert code == 2 and text in err and rt.calls() == before


@pytest.fixture
def arinc(fake):
    fake.ok("cpupool-cpu-remove", "0", "3")
    fake.ok("cpupool-create", 'sched="arinc653"')
    fake.ok("create", fake.config("a", pool="Pool-1"))
    fake.ok("create", fake.config("b", pool="Pool-1", vcpus=2))
    return fake


def test_schedule(arinc):
    arinc.ok("sched-arinc653", "-f", "10000", "a=3000", "=2000", "b:1=1000")
    assert arinc.calls()[-1] == "schedule of pool 1 frame 10000000 windows 3"
    assert json.loads(arinc.ok("sched-arinc653", "--json", "-c", "Pool-1")) == [
        {"start_us": 0, "length_us": 3000, "name": "a", "vcpu": 0},
        {"start_us": 3000, "length_us": 2000, "name": "-", "vcpu": 0},
        {"start_us": 5000, "length_us": 1000, "name": "b", "vcpu": 1},
        {"start_us": 6000, "length_us": 4000, "name": "-", "vcpu": 0}]
    arinc.ok("sched-arinc653", "a=3000", "b=1000")
    assert arinc.calls()[-1] == "schedule of pool 1 frame 4000000 windows 2"


@pytest.mark.parametrize("words, code, text", [
    (["-f", "3000", "a=3000", "b=1"], 2, "the windows add up to 3001 us, the frame has 3000"),
    (["a=0"], 2, 'window "a=0" is not DOMAIN[:VCPU]=US'),
    (["a=-5"], 2, 'window "a=-5"'),
    (["a=18446744073709551617"], 2, "is not DOMAIN"),
    (["a"], 2, 'window "a"'),
    (["a:64=5"], 2, '"64" is not a vCPU'),
    (["nobody=5"], 4, "nobody"),
    (["-f", "0", "a=5"], 2, 'frame "0" is not a number from 1'),
    (["-f", "10"], 2, "a frame without windows"),
    (["a=6000000", "b=6000000"], 2, "the windows add up to 12000000 us"),
    (["a=1"] * 65, 2, "65 windows are too many")])
def test_bad_schedules(arinc, words, code, text):
    before = arinc.calls()
    got, _, err = arinc.run("sched-arinc653", *words)
    assert (got, text in err, arinc.calls() == before) == (code, True, True), err
