#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the longest path through EL2 of every kind and holds it against its limit.

    bounds.py            the short run of `make check`: table of what is over, "N passed, N failed"
    bounds.py --full     all guests and rounds; 10 minutes
    bounds.py --write    also writes docs/safety/bounds.md from the run
    bounds.py --only X   only machine X (dom0 or the name of a guest)

Boots the configuration qemu_virt_bounds (CONFIG_EL2_BUDGET), which prints its table when the
machine goes off, under -icount with a counter of 1 GHz: a tick is an instruction. The rows of all
machines are merged: counts added, the largest maximum kept. Consoles: build/bench/bounds-*.log.
"""
import argparse
import re
import subprocess
import sys

import bench
from bench import BUILD, HERE, OUT, TOP, BenchError
from answers import cpio

IMAGE = BUILD / "qemu_virt_bounds" / "bulkhead"
DOCUMENT = TOP / "docs" / "safety" / "bounds.md"
ROW = re.compile(r"bounds ([0-9a-f]{8}) (\d+) (\d+) (\d+)$", re.M)

# (guest in Dom0's place, boot arguments, seconds, part of the short run)
GUESTS = [
    ("bench", "", 60, True),
    ("events", "", 60, True),
    ("psci", "", 60, True),
    ("smccc", "", 60, True),
    ("timer", "", 60, True),
    ("context", "", 60, True),
    ("sysregs", "", 60, True),
    ("vgic_storm", "", 60, True),
    ("xsm", "", 60, False),
    ("wild", "", 120, False),
    ("vgic", "", 240, False),
    ("hcfuzz", "count=20000", 240, True),
    ("hcfuzz", "count=200000 seed=7", 600, False),
]

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
# Paths that are longer than their limit: at most so many instructions, or the test fails. There is
# none. {(kind, number, operation): (ceiling, reason)}; the document lists them.
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
    """{key: (count, maximum, limit)} of one machine's console."""
    if "bounds in instructions" not in text or "bounds end" not in text:
        raise BenchError(f"{OUT / name}.log: the machine did not print its table")
    return {int(k, 16): (int(n), int(high), int(limit)) for k, n, high, limit in ROW.findall(text)}


def run_guest(guest, words, seconds):
    """One guest in the place of Dom0's kernel."""
    name = f"bounds-{guest}"
    text = bench.run(name, IMAGE, "dom0_mem=64M dom0_max_vcpus=2",
                     [f"addr=0x60000000,kernel={BUILD / 'guests' / guest}.bin,bootargs={words}"],
                     1024, seconds)
    return rows_of(text, name)


def run_dom0(rounds):
    """Dom0 with Debian's kernel and the script bounds-init."""
    archive = OUT / "bounds.cpio"
    data = (BUILD / "dom0" / "initramfs.cpio").read_bytes()
    data += cpio({"bench": (0o40755, b""),
                  "bench/init": (0o100755, (HERE / "bounds-init").read_bytes())})
    archive.write_bytes(data)
    text = bench.run("bounds-dom0", IMAGE, "dom0_mem=512M",
                     [f"addr=0x50000000,kernel={BUILD / 'dom0' / 'vmlinuz'},bootargs="
                      f"console=hvc0 quiet rdinit=/bench/init bounds.rounds={rounds}",
                      f"addr=0x58000000,initrd={archive}"], 2048, 900)
    if "bounds: end" not in text:
        raise BenchError(f"{OUT}/bounds-dom0.log: Dom0 did not come to its end")
    return rows_of(text, "bounds-dom0")


def merge(total, rows):
    """Adds the rows of a machine."""
    for key, (count, high, limit) in rows.items():
        before = total.get(key, (0, 0, limit))
        total[key] = (before[0] + count, max(before[1], high), limit)


def write_document(rows, is_full):
    """docs/safety/bounds.md"""
    worst = max(high for key, (_, high, _) in rows.items() if not is_exempt(key))
    command = "tests/bench/bounds.py --write" + (" --full" if is_full else "")
    lines = [
        "# Bounds of the paths through EL2", "",
        f"Generated by `{command}`; do not edit. One row per path that the run took: from the",
        "entry to EL2 to the return to a guest, or to a preemption point at which nothing was",
        "pending. Maxima in instructions (QEMU `-icount shift=0`, one CPU, counter of 1 GHz).",
        "[Testing](../testing.md) says how they are measured.", "",
        f"Longest of all: **{worst:,}** of {5000:,}. Rows without a limit: "
        f"{'; '.join(EXEMPT.values())}.", "",
        "| path | key | taken | maximum | limit |", "|---|---|---:|---:|---:|"]
    for key, (count, high, limit) in sorted(rows.items()):
        if not is_known(key):
            continue
        mark = "–" if is_exempt(key) else f"{limit:,}"
        high = f"{high:,}" if is_exempt(key) or high <= limit else f"**{high:,}**"
        lines.append(f"| {name_of(key)} | `{key:08x}` | {count:,} | {high} | {mark} |")
    others = [row for key, row in rows.items() if not is_known(key)]
    if others:
        lines.append(
            f"| hypercalls and operations that do not exist | | {sum(r[0] for r in others):,} | "
            f"{max(r[1] for r in others):,} | {max(r[2] for r in others):,} |")
    if OPEN:
        lines += ["", "## Longer than their limit", "",
                  "The test lets these pass up to a ceiling of their own, so that none grows:", ""]
    for (kind, number, sub), (ceiling, reason) in OPEN.items():
        name = name_of(kind << 28 | number << 16 | sub)
        lines.append(f"- {name}: {ceiling:,}; {reason}.")
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--all", action="store_true", help="print rows within their limit, too")
    arguments = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    total = {}
    try:
        subprocess.run(["make", "-s", "hypervisor", "CONFIG=qemu_virt_bounds"], cwd=TOP, check=True)
        for guest, words, seconds, is_short in GUESTS:
            if (is_short or arguments.full) and arguments.only in (None, guest):
                merge(total, run_guest(guest, words, seconds))
        if arguments.only in (None, "dom0"):
            merge(total, run_dom0(8 if arguments.full else 1))
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"error: {error}\n0 passed, 1 failed")
        return 1
    failed = 0
    for key, (count, high, limit) in sorted(total.items(), key=lambda item: -item[1][1]):
        is_over = high > ceiling_of(key, limit) and not is_exempt(key)
        failed += is_over
        if high > limit or arguments.all:
            mark = "  TOO LONG" if is_over else "  open" if high > limit else ""
            print(f"{high:10,} of {limit:,}  {key:08x} {name_of(key)}, taken {count:,} times{mark}")
    if arguments.write:
        write_document(total, arguments.full)
    print(f"{len(total) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
