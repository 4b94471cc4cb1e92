# SPDX-License-Identifier: Apache-2.0
"""bh check: configurations that fit together, and those that do not, with the arithmetic."""
import json

import pytest


def reserve(bh, stem, budget, cpus=None, **keys):
    return bh.config(stem, cpus=cpus, period=1000, budget=budget, **keys)


def test_fits(bh):
    files = [reserve(bh, "a", 500, "1"), reserve(bh, "b", 450, "1"), reserve(bh, "c", 950, "0"),
             bh.config("d")]
    rows = json.loads(bh.ok("check", "--json", "--cpus", "2", *files))
    assert [(r["name"], r["share_ppm"], r["ok"]) for r in rows] == [
        ("a", 500000, True), ("b", 450000, True), ("c", 950000, True), ("d", 0, True)]
    assert rows[0] == {"file": files[0], "name": "a", "pool": 0, "vcpus": 1, "period_us": 1000,
                       "budget_us": 500, "share_ppm": 500000, "ok": True}
    assert "0.45" in bh.ok("check", "--cpus", "2", *files)


@pytest.mark.parametrize("second, text", [
    ({"budget": 300, "cpus": "1"}, "asked 0.30 of CPU 1, 0.80 reserved, 0.95 allowed"),
    ({"budget": 151, "cpus": "1"}, "asked 0.151 of CPU 1, 0.80 reserved, 0.95 allowed"),
    ({"budget": 300, "cpus": "0-1"}, "asked 0.30, but a reservation of 0.80 shares CPU 1"),
    ({"budget": 300}, "asked 0.30, but a reservation of 0.80 shares CPU 1")])
def test_does_not_fit(bh, second, text):
    first, other = reserve(bh, "a", 800, "1"), reserve(bh, "b", **second)
    code, out, err = bh.run("check", "-N", "4", "-j", first, other)
    line = 6 if "cpus" not in second else 7
    assert code == 3 and f'{other}:{line}: vCPU 0 of "b": {text}' in err
    assert err.count("bh:") == 1 and "\n    " in err
    assert [r["ok"] for r in json.loads(out)] == [True, False]


def test_several_cpus(bh):
    """Two CPUs, largest share 0.5: 1.9 - 0.5 = 1.4."""
    files = [reserve(bh, "a", 500), reserve(bh, "b", 400), reserve(bh, "c", 500)]
    bh.ok("check", "--cpus", "2", *files)
    code, _, err = bh.run("check", "--cpus", "2", *files, reserve(bh, "d", 100))
    assert code == 3 and "asked 0.10 of its CPUs, 1.40 reserved, 1.40 allowed" in err


def test_every_vcpu_counts(bh):
    code, _, err = bh.run("check", "-N", "1", reserve(bh, "a", 400, vcpus=3))
    assert code == 3
    assert 'vCPU 2 of "a": asked 0.40 of CPU 0, 0.80 reserved, 0.95 allowed' in err


def test_pools_are_apart(bh):
    first, other = reserve(bh, "a", 800, "1"), reserve(bh, "b", 800, "1", pool="Pool-1")
    bh.ok("check", "-N", "2", first, other)


def test_too_many(bh):
    files = [bh.config("a", vcpus=64, period=10000, budget=10),
             bh.config("b", period=10000, budget=10)]
    code, _, err = bh.run("check", "-N", "1", *files)
    assert code == 3 and "pool 0 has 64 reservations already" in err


def test_other_mistakes(bh):
    files = [bh.config("a"), bh.config("b", name="a"), bh.config("c", kernel="/nowhere/Image"),
             bh.config("d", vcpus=0), bh.config("e", cpus="4")]
    code, out, err = bh.run("check", "--json", "--cpus", "4", *files)
    assert code == 3
    assert [r["ok"] for r in json.loads(out)] == [True, False, False, False, False]
    assert 'the name "a" is also in' in err and "cannot read kernel" in err
    assert "vcpus = 0" in err and "CPUs 0-3" in err


@pytest.mark.parametrize("cpus", ["0", "65", "-1", "x"])
def test_number_of_cpus(bh, cpus):
    code, _, err = bh.run("check", f"--cpus={cpus}", bh.config())
    assert code == 2 and f'"{cpus}" is not a number of CPUs' in err
    assert "--cpus N" in bh.run("check", bh.config())[2]


def test_number_of_this_machine(fake):
    assert fake.run("check", reserve(fake, "a", 500, "3"))[0] == 0
    code, _, err = fake.run("check", reserve(fake, "b", 500, "4"))
    assert code == 3 and "CPUs 0-3" in err
