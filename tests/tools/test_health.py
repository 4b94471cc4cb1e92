# SPDX-License-Identifier: Apache-2.0
"""Health with a fake hypervisor: the policy of a configuration, kept images, what is shown."""
import json

import pytest


def kept(fake):
    """The last calls: [(address, bytes)] that were kept, and the policy."""
    calls = [c.split() for c in fake.calls()]
    return ([(int(c[1], 16), int(c[3])) for c in calls if c[0] == "keep"],
            [list(map(int, c[1:])) for c in calls if c[0] == "policy"])


def test_policy_and_images(fake):
    fake.ok("create", fake.config("a", restart="warm", give_up="reset", warm_limit=5,
                                  restart_window=7, watchdog_ms=900))
    images, policies = kept(fake)
    assert policies == [[1, 1, 5, 3, 7, 900]]
    # All that was loaded, in the same order, then the end.
    loaded = [(int(c.split()[1], 16), int(c.split()[3])) for c in fake.calls()
              if c.startswith("load ")]
    assert images == [*loaded, (0, 0)] and len(loaded) >= 2


def test_no_policy(fake):
    fake.ok("create", fake.config("a"))
    assert kept(fake) == ([], [])
    fake.ok("create", fake.config("b", watchdog_ms=5))
    assert kept(fake) == ([], [[0, 0, 3, 3, 60, 5]])


def test_images_do_not_fit(fake):
    code, _, err = fake.run("create", fake.config("a", restart="cold"), fail="own23 12")
    assert code == 1 and "cannot keep what a restart needs" in err, err
    assert "destroydomain 1" in fake.calls()


@pytest.mark.parametrize("key, value, text", [
    ("restart", "often", '"never", "warm" or "cold"'), ("give_up", "x", '"disable" or "reset"'),
    ("warm_limit", 101, "warm_limit"), ("cold_limit", 0, "cold_limit"),
    ("restart_window", 86401, "restart_window"), ("watchdog_ms", 3600001, "watchdog_ms")])
def test_refused(fake, key, value, text):
    code, _, err = fake.run("create", fake.config("a", **{key: value}))
    assert code != 0 and text in err and not fake.calls(), err


def test_health_is_shown(fake):
    for name in "ab":
        fake.ok("create", fake.config(name))
    rows = json.loads(fake.ok("list", "--json"))
    assert [r["health"] for r in rows] == ["good", "restarted", "given up"]
    rows = json.loads(fake.ok("health", "--json", "b"))
    assert len(rows) == 1 and rows[0]["warm_restarts"] == 2 and rows[0]["last_fault"] == "watchdog"
    assert rows[0]["watchdog_expiries"] == 3 and rows[0]["health"] == "given up"
    assert "given up" in fake.ok("health")
    code, _, _ = fake.run("health", "nobody")
    assert code == 4
