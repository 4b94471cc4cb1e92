# SPDX-License-Identifier: Apache-2.0
"""Pools of CPUs and schedules of windows from the boot device tree, as bh shows them."""
import json
import shlex
import subprocess

import pytest
from domains import AUTOPILOT, beats, wait_beats
from machine import TOP
from trees import add_modules, add_pool, cpu_phandle, put, qemu_tree, raw_arguments

NULL = {"name": "Pool-1", "id": 1, "scheduler": "null", "cpus": [1], "domains": 0}


@pytest.fixture(name="tree")
def tree_fixture(tmp_path):
    """The tree of a machine with two CPUs."""
    return qemu_tree(tmp_path / "tree.dtb")


@pytest.fixture(name="boot")
def boot_fixture(machine, tmp_path):
    """Boots with a tree; the machine and what it printed."""
    def boot(tree):
        m = machine(raw=raw_arguments(tmp_path, tree, devices=add_modules(tree)))
        return m, m.boot()
    return boot


def pools(m):
    return json.loads(m.sh("bh cpupool-list --json"))


def create(m, name, pool):
    """A domain like the autopilot, in a pool."""
    path = f"/tmp/{name}.cfg"
    m.sh(f"sed '/^cpu_weight/d; /^cap/d; s/^name.*/name = \"{name}\"/' {AUTOPILOT} >{path}")
    m.sh(f"echo 'pool = \"{pool}\"' >>{path}")
    m.sh(f"bh create {path}")


def windows(m):
    return [(w["name"], w["length_us"]) for w in json.loads(m.sh("bh sched-arinc653 --json"))]


def test_boot_pool_null(tree, boot):
    """A CPU of its own for a domain; Dom0 has the other one."""
    add_pool(tree, "critical", "null", [cpu_phandle(tree, 1)])
    m, text = boot(tree)
    assert "sched: pool 0 has credit, CPUs 0" in text and "pool 1 has null, CPUs 1" in text
    assert pools(m)[1] == NULL
    assert pools(m)[0]["cpus"] == [0] and m.sh("nproc") == "1"
    create(m, "pilot", "Pool-1")
    wait_beats(m, 2, "pilot")
    assert pools(m)[1] == {**NULL, "domains": 1}
    # It is a pool like any other.
    m.sh("bh destroy pilot && bh cpupool-cpu-remove Pool-1 1 && bh cpupool-destroy Pool-1")
    m.sh("bh cpupool-cpu-add Pool-0 1")
    assert [p["cpus"] for p in pools(m)] == [[0, 1]]


def test_boot_pools_broken(tree, boot):
    """Each wrong node is named with its fault, the right ones are made, and Dom0 boots."""
    cpu0, cpu1 = cpu_phandle(tree, 0), cpu_phandle(tree, 1)
    put(tree, "-tx", "/psci", "phandle", "7100")
    faults = {
        "unknown": 'cpupool-sched: "cfs" is not known here: give one of credit, ',
        "empty": "cpupool-cpus: it names no CPU: give one at least",
        "stranger": "phandle 0x7100 is no CPU",
        "nobody": "phandle 0x7fff is no CPU",
        "wide": "cpupool-cpus: arinc653 has one CPU, there are 2: ",
        "overlap": "window@200: the window at 200 us begins within another: ",
        "beyond": "window@900: a window ends at 1100 us, the frame at 1000 us: ",
        "garbage": "window@0: reg has 4 bytes",
        "homeless": "no window is Dom0's",
        "twice": "cpupool-cpus: CPU 1 is in another pool: ",
    }
    # fdtput puts a new node before the others: the last here is the first in the tree.
    add_pool(tree, "twice", "rtds", [cpu1])
    add_pool(tree, "critical", "null", [cpu1])
    add_pool(tree, "unknown", "cfs", [cpu1])
    add_pool(tree, "empty", "null", [])
    add_pool(tree, "stranger", "null", [cpu1, "7100"])
    add_pool(tree, "nobody", "null", ["7fff"])
    add_pool(tree, "wide", "arinc653", [cpu0, cpu1])
    add_pool(tree, "overlap", "arinc653", [cpu1], 1000, [(0, 300, "a"), (200, 100, "b")])
    add_pool(tree, "beyond", "arinc653", [cpu1], 1000, [(900, 200, "a")])
    add_pool(tree, "garbage", "arinc653", [cpu1], 1000, [(0, 300, "a")])
    put(tree, "-tu", "/chosen/garbage/window@0", "reg", "5")
    add_pool(tree, "homeless", "arinc653", [cpu0], 1000, [(0, 300, "a")])
    m, text = boot(tree)
    for node, fault in faults.items():
        line = [s for s in text.splitlines() if f"/chosen/{node} is left out" in s]
        assert len(line) == 1 and fault in line[0], (node, line)
    assert text.count("is left out") == len(faults)
    assert pools(m)[1:] == [NULL]
    assert pools(m)[0]["cpus"] == [0] and pools(m)[0]["scheduler"] == "credit"


@pytest.mark.parametrize("part", ["pool", "window"])
def test_same_words_off_line(machine, tmp_path, part):
    """What bh-image refuses of pools, the hypervisor leaves out at boot with the same sentence."""
    files = sorted((TOP / "tests/image/broken").glob(f"{part}-*.toml"))
    for path in files:
        name, reason = path.read_text(encoding="utf-8").split("\n")[0].rsplit(": ", 1)
        if "pool." not in name or reason in ("NAME_TWICE", "NO_CPU"):
            continue  # of a domain's pool, or of what no tree can say
        done = subprocess.run(["tools/bh-image", "build", str(path), "-o", str(tmp_path / "out"),
                               "--force"], cwd=TOP, capture_output=True, text=True, timeout=120,
                              check=True)
        sentence = done.stderr.splitlines()[0].split(": ", 3)[3].split(" (did you mean")[0]
        m = machine()
        m.command = shlex.split(done.stdout.splitlines()[-1])
        text = m.start().wait("sched: pool 0 has")
        line, = [x for x in text.splitlines() if "is left out" in x]
        assert line.endswith(f": {sentence}"), (path.name, sentence, line)
        m.close()


def test_boot_schedule_of_pool_0(tree, boot):
    """Dom0 and a domain to come share a CPU in windows; whoever has the name has the window."""
    add_pool(tree, "boot", "arinc653", [cpu_phandle(tree, 0)], 10000,
             [(0, 6000, "Domain-0"), (7000, 3000, "pilot")])
    m, text = boot(tree)
    assert "pool 0 has arinc653, CPUs 0" in text and "pool 1 has credit, CPUs 1" in text
    assert windows(m) == [("Domain-0", 6000), ("-", 1000), ("-", 3000)]
    create(m, "other", "Pool-0")
    m.sh("sleep 2")
    assert beats(m, "other") == 0  # it has no window
    create(m, "pilot", "Pool-0")
    wait_beats(m, 2, "pilot")
    assert windows(m)[2] == ("pilot", 3000)
    m.sh("bh destroy pilot && bh rename other pilot")
    wait_beats(m, 2, "pilot")
    status, out = m.run("bh sched-arinc653 pilot=1000 2>&1")
    assert status != 0 and "Domain-0" in out, out
    m.sh("bh sched-arinc653 -f 5000 Domain-0=4000 pilot=1000")
    wait_beats(m, 2, "pilot")


def test_sched_arinc653(machine):
    """Asked for on the command line: Dom0 has its CPU alone, and may share it out."""
    m = machine(append="sched=arinc653 dom0_max_vcpus=2")
    text = m.boot()
    assert "1 vCPUs instead of dom0_max_vcpus=2" in text
    assert windows(m) == [("Domain-0", 10000)]
    assert [(p["scheduler"], p["cpus"]) for p in pools(m)] == [("arinc653", [0]), ("credit", [1])]
