#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the longest path through EL2 of every kind and holds it against its limit.

    bounds.py            the short run of `make check`: table of what is over, "N passed, N failed"
    bounds.py --full     all guests and rounds; 10 minutes
    bounds.py --suite    --full, the system tests (suite.py) and storms under each scheduler
    bounds.py --write    also writes docs/safety/bounds.md from the run
    bounds.py --only X   only machine X (dom0, pools, storm, suite or the name of a guest)

Boots the configuration qemu_virt_bounds (CONFIG_EL2_BUDGET), which prints its table when the
machine goes off, under -icount with a counter of 1 GHz: a tick is an instruction. The rows of all
machines are merged: counts added, the largest maximum kept. Consoles: build/bench/bounds-*.log.
Somebody types while Dom0's machine runs, and switches the input to the hypervisor and back.
"""
import argparse
import contextlib
import os
import re
import subprocess
import sys
import threading

import bench
import percpu
from bench import BUILD, HERE, OUT, TOP, BenchError
from answers import cpio
from storm import StormError, storm
from suite import LEFT_OUT, run_suite

IMAGE = BUILD / "qemu_virt_bounds" / "bulkhead"
DOCUMENT = TOP / "docs" / "safety" / "bounds.md"
ROW = re.compile(r"bounds ([0-9a-f]{8}) (\d+) (\d+) (\d+)$", re.M)

# (guest in Dom0's place, its words, seconds, part of the short run[, the hypervisor's words])
MANY = "dom0_max_vcpus=64"
GUESTS = [
    ("bench", "", 60, True),
    ("events", "", 60, True),
    ("psci", "", 60, True),
    ("smccc", "", 60, True),
    ("timer", "", 60, True),
    ("context", "", 60, True),
    ("sysregs", "", 60, True),
    ("linger", "", 60, True),
    ("vgic_storm", "", 60, True),
    ("wakes", "rounds=2", 120, False, MANY),
    ("wakes", "rounds=2 nr=33 busy=30", 300, False, MANY),
    ("wakes", "rounds=1 nr=33 busy=30", 300, True, MANY + " sched=rtds"),
    ("wakes", "rounds=2", 300, False, MANY + " sched=rtds"),
    ("xsm", "", 60, False),
    ("pv", "", 120, False),
    ("wild", "", 120, False),
    ("vgic", "", 240, False),
    ("hcfuzz", "count=20000", 240, True),
    ("hcfuzz", "count=200000 seed=7", 600, False),
]

# Schedulers under which seven domains storm beside one with a period of 1 ms (storm.py).
STORMS = ("credit", "rtds", "arinc653")
STORM_PERIODS = 1000

KINDS = {1: "trap", 2: "interrupt", 3: "hypercall", 4: "SMCCC", 5: "part", 15: "all other paths"}
PARTS = ["decision of the scheduler", "half of a change of vCPU"]
CLASSES = {0x00: "unknown instruction", 0x01: "WFI, WFE", 0x07: "first use of FP",
           0x0e: "illegal state", 0x16: "HVC", 0x17: "SMC", 0x18: "system register", 0x19: "SVE",
           0x20: "instruction abort", 0x24: "data abort (emulated device)", 0x2f: "SError"}
INTERRUPTS = {0: "kick of another CPU", 26: "EL2's timer", 27: "virtual timer",
              32: "shared (device)", 33: "none left"}
OPERATIONS = {  # names of hypercalls that take their operation in the first argument
    12: "memory_op", 17: "xen_version", 18: "console_io", 20: "grant_table_op", 21: "vm_assist",
    24: "vcpu_op", 29: "sched_op", 32: "event_channel_op", 34: "hvm_op", 35: "sysctl",
    36: "domctl", 7: "platform_op", 13: "multicall", 55: "bulkhead"}
# Paths that are longer than their limit: at most so many instructions, or the test fails.
# {(kind, number, operation): (ceiling, reason)}; the document lists them.
OPEN = {}
# What only the operator asks for, and prints: no bound is claimed.
EXEMPT = {(3, 35, 7): "debug keys print what they were asked for"}


def name_of(key):
    """What a key stands for, in words."""
    kind, number, sub = key >> 28, key >> 16 & 0xff, key & 0xffff
    text = KINDS.get(kind, "?")
    if kind == 1:
        text += f": {CLASSES.get(number, f'class {number:#x}')}"
    elif kind == 2:
        text += f": {INTERRUPTS.get(number, f'number {number}')}"
    elif kind == 3:
        text += f": {OPERATIONS.get(number, f'unknown {number}')}"
        text += " other" if sub == 0xffff else f" {sub}"
    elif kind == 4:
        text += ": unknown function" if sub == 0xffff else f": PSCI function {sub}"
    elif kind == 5:
        text = f"part: {PARTS[number]}"
    flags = [word for bit, word in ((24, "out of idle"), (25, "to another vCPU")) if key >> bit & 1]
    return text + (f", {', '.join(flags)}" if flags else "")


def parts_of(key):
    """(kind, number, operation) of a key."""
    return key >> 28, key >> 16 & 0xff, key & 0xffff


def is_exempt(key):
    """Whether no bound is claimed for the path."""
    return parts_of(key) in EXEMPT


def is_known(key):
    """Whether the path is one by itself: no hypercall that does not exist, no such operation."""
    kind, number, sub = parts_of(key)
    return kind != 3 or (number in OPERATIONS and sub != 0xffff)


def ceiling_of(key, limit):
    """What a path may take before the test fails."""
    return max(limit, OPEN.get(parts_of(key), (0, ""))[0])


def rows_of(text, name):
    """{key: (count, maximum, limit, name)} of the last table on one machine's console."""
    start, end = text.rfind("bounds in instructions"), text.rfind("bounds end")
    if not 0 <= start < end:
        raise BenchError(f"{name}.log: the machine did not print its table")
    return {int(k, 16): (int(n), int(high), int(limit), name)
            for k, n, high, limit in ROW.findall(text[start:end])}


def run_guest(guest, words, seconds, options="dom0_max_vcpus=2"):
    """One guest in the place of Dom0's kernel."""
    name = f"bounds-{guest}"
    text = bench.run(name, IMAGE, f"dom0_mem=64M {options}",
                     [f"addr=0x60000000,kernel={BUILD / 'guests' / guest}.bin,bootargs={words}"],
                     1024, seconds)
    return rows_of(text, name)


@contextlib.contextmanager
def typing():
    """A pipe into which somebody types: to Dom0, to the hypervisor, too fast for either."""
    reader, writer = os.pipe()
    is_over = threading.Event()

    def write():
        burst = b"a line for Dom0\n" * 3 + b"\x01" * 6 + b"hh?\x01" + b"\x01" * 6
        with contextlib.suppress(OSError):
            while not is_over.wait(0.2):
                os.write(writer, burst)

    thread = threading.Thread(target=write, daemon=True)
    os.set_blocking(writer, False)
    thread.start()
    try:
        yield reader
    finally:
        is_over.set()
        thread.join()
        os.close(reader)
        os.close(writer)


def run_dom0(rounds):
    """Dom0 with Debian's kernel and the script bounds-init."""
    with typing() as typed:
        text = boot_dom0("bounds-dom0", f"bounds.rounds={rounds}", typed=typed)
    return rows_of(text, "bounds-dom0")


def run_pools():
    """The same on two CPUs, for pools that change; the plugin counts for each CPU by itself."""
    text = boot_dom0("bounds-pools", "bounds.rounds=0 bounds.pools", cpus=2,
                     more=percpu.options(IMAGE, "bounds-pools"))
    limits = {key: row[2] for key, row in rows_of(text, "bounds-pools").items()}
    return percpu.rows("bounds-pools", limits)


def boot_dom0(name, words, **machine):
    """Runs Dom0 with the script until it is off; returns the console."""
    archive = OUT / "bounds.cpio"
    data = (BUILD / "dom0" / "initramfs.cpio").read_bytes()
    data += cpio({"bench": (0o40755, b""),
                  "bench/init": (0o100755, (HERE / "bounds-init").read_bytes())})
    archive.write_bytes(data)
    text = bench.run(name, IMAGE, "dom0_mem=512M dom0_max_vcpus=1",
                     [f"addr=0x50000000,kernel={BUILD / 'dom0' / 'vmlinuz'},bootargs="
                      f"console=hvc0 quiet rdinit=/bench/init {words}",
                      f"addr=0x58000000,initrd={archive}"], 2048, 900, **machine)
    if "bounds: end" not in text:
        raise BenchError(f"{OUT}/{name}.log: Dom0 did not come to its end")
    return text


def merge(total, rows):
    """Adds the rows of a machine; each has the name of the machine whose maximum it is."""
    for key, (count, high, limit, name) in rows.items():
        before = total.get(key, (0, -1, limit, name))
        longest = max(before[1:4:2], (high, name), key=lambda pair: pair[0])
        total[key] = (before[0] + count, longest[0], limit, longest[1])


def merge_storms(total):
    """The machines of storm.py."""
    os.environ["CONFIG"] = IMAGE.parent.name
    for sched in STORMS:
        storm(sched, STORM_PERIODS, seconds=900)
        log = next(OUT.glob(f"storm-{sched}-7.log"))
        merge(total, rows_of(log.read_text(errors="replace").replace("\r", ""), log.stem))


def merge_suite(total):
    """The system tests; returns how many failed or have no table, and says which."""
    consoles, faults = run_suite()
    for name, text in consoles.items():
        try:
            merge(total, rows_of(text, name))
        except BenchError as error:
            faults.append(str(error))
    for fault in faults:
        print(f"suite: {fault}")
    return len(faults)


def write_document(rows, words):
    """docs/safety/bounds.md"""
    worst = max(row[1] for key, row in rows.items() if not is_exempt(key))
    command = " ".join(["tests/bench/bounds.py --write", *words])
    lines = [
        "# Bounds of the paths through EL2", "",
        f"Generated by `{command}`; do not edit. One row per path that the run took: from the",
        "entry to EL2 to the return to a guest, or to a preemption point at which nothing was",
        "pending. Maxima in instructions (QEMU `-icount shift=0`, one CPU, counter of 1 GHz).",
        "[Testing](../testing.md) says how they are measured.", "",
        f"Longest of all: **{worst:,}** of {5000:,}. Rows without a limit: "
        f"{'; '.join(EXEMPT.values())}.", "",
        "| path | key | taken | maximum | limit | longest in |", "|---|---|---:|---:|---:|---|"]
    for key, (count, high, limit, name) in sorted(rows.items()):
        if not is_known(key):
            continue
        mark = "–" if is_exempt(key) else f"{limit:,}"
        high = f"{high:,}" if is_exempt(key) or high <= limit else f"**{high:,}**"
        lines.append(f"| {name_of(key)} | `{key:08x}` | {count:,} | {high} | {mark} | {name} |")
    others = [row for key, row in rows.items() if not is_known(key)]
    if others:
        lines.append(
            f"| hypercalls and operations that do not exist | | {sum(r[0] for r in others):,} | "
            f"{max(r[1] for r in others):,} | {max(r[2] for r in others):,} | |")
    if OPEN:
        lines += ["", "## Longer than their limit", "",
                  "The test lets these pass up to a ceiling of their own, so that none grows:", ""]
    for (kind, number, sub), (ceiling, reason) in OPEN.items():
        name = name_of(kind << 28 | number << 16 | sub)
        lines.append(f"- {name}: {ceiling:,}; {reason}.")
    if "--suite" in words:
        lines += ["", "## System tests that are not in it", "",
                  "Most need another machine than one CPU that counts instructions:", ""]
        lines += [f"- `{name}`: {reason}" for name, reason in LEFT_OUT.items()]
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--suite", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--all", action="store_true", help="print rows within their limit, too")
    arguments = parser.parse_args()
    arguments.full |= arguments.suite
    options = ["--suite"] if arguments.suite else ["--full"] if arguments.full else []
    OUT.mkdir(parents=True, exist_ok=True)
    total, failed = {}, 0
    try:
        subprocess.run(["make", "-s", "hypervisor", "CONFIG=qemu_virt_bounds"], cwd=TOP, check=True)
        for guest, words, seconds, is_short, *others in GUESTS:
            if (is_short or arguments.full) and arguments.only in (None, guest):
                merge(total, run_guest(guest, words, seconds, *others))
        if arguments.only in (None, "dom0"):
            merge(total, run_dom0(3 if arguments.full else 1))
        if arguments.full and arguments.only in (None, "pools"):
            merge(total, run_pools())
        if arguments.suite and arguments.only in (None, "storm"):
            merge_storms(total)
        if arguments.suite and arguments.only in (None, "suite"):
            failed = merge_suite(total)
    except (BenchError, StormError, subprocess.CalledProcessError) as error:
        print(f"error: {error}\n0 passed, 1 failed")
        return 1
    for key, (count, high, limit, name) in sorted(total.items(), key=lambda item: -item[1][1]):
        is_over = high > ceiling_of(key, limit) and not is_exempt(key)
        failed += is_over
        if high > limit or arguments.all:
            mark = "  TOO LONG" if is_over else "  open" if high > limit else ""
            print(f"{high:10,} of {limit:,}  {key:08x} {name_of(key)}, taken {count:,} times, "
                  f"in {name}{mark}")
    if arguments.write:
        write_document(total, options)
    print(f"{len(total) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
