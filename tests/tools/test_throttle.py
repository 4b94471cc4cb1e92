# SPDX-License-Identifier: Apache-2.0
"""Budgets of domains with a fake hypervisor: set, shown, refused."""
import json

import pytest


def test_throttle(fake):
    fake.ok("create", fake.config("a", trap_rate=5000, log_rate=0))
    fake.ok("create", fake.config("b"))
    assert [c for c in fake.calls() if c.startswith("rates")] == ["rates 5000 -1 0"]
    rows = json.loads(fake.ok("throttle", "--json"))
    assert [r["name"] for r in rows] == ["Domain-0", "a", "b"]
    assert (rows[1]["traps"], rows[1]["interrupts"], rows[1]["log"]) == (5000, 200000, 0)
    assert rows[1]["is_throttled"] and rows[1]["exceeded"] == ["traps", "log"]
    assert rows[1]["times"] == 7 and not rows[2]["is_throttled"] and rows[2]["exceeded"] == []
    line = fake.ok("throttle", "a").splitlines()[1].split()
    assert line[:6] == ["a", "1", "5000", "200000*", "-", "yes"] and line[8] == "traps,log"
    # What is not mentioned stays.
    fake.ok("throttle", "a", "--interrupts", "7000")
    assert fake.calls()[-1] == "rates 5000 7000 0"
    fake.ok("throttle", "a", "--traps", "default", "--log", "1000000000", "-i", "0")
    assert fake.calls()[-1] == "rates -1 0 1000000000"
    code, _, err = fake.run("throttle", "a", "-t", "0", fail="own20 1")
    assert code == 1 and 'cannot set the budgets of "a"' in err
    code, _, err = fake.run("create", fake.config("c", trap_rate=5000), fail="own20 1")
    assert code == 1 and "cannot set its budgets" in err and "destroydomain 3" in fake.calls()


@pytest.mark.parametrize("words, code, text", [
    (["a", "-t", "999"], 2, 'traps "999" is neither 0 nor a number from 1000 to 1000000000'),
    (["a", "-i", "-1"], 2, 'interrupts "-1" is neither'),
    (["a", "-l", "4294967296"], 2, 'log "4294967296" is neither'),
    (["a", "-l", "18446744073709552616"], 2, 'log "18446744073709552616" is neither'),
    (["-t", "5000"], 2, "throttle: which domain?"),
    (["nobody", "-t", "5000"], 4, "nobody")])
def test_throttle_refused(fake, words, code, text):
    fake.ok("create", fake.config("a"))
    before = fake.calls()
    got, _, err = fake.run("throttle", *words)
    assert (got, text in err) == (code, True), err
    assert "\n    " in err and fake.calls() == before


def test_top_shows_who_is_throttled(fake):
    fake.ok("create", fake.config("a", trap_rate=5000))
    for words in ([], ["--vcpus"]):
        rows = json.loads(fake.ok("top", "--json", "-d", "1", *words))
        assert rows[0]["throttled_percent"] == 0 and rows[1]["throttled_percent"] == 25
    assert "THROT(%)" in fake.ok("top", "-b", "-i", "1", "-d", "1")
