#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How late a guest with a period of 1 ms gets while other domains on its CPU storm.

    storm.py [--sched rtds|credit|arinc653|null] [--periods N] [--kinds A,B|none] [--gic 2|3]

The guest heartbeat sleeps until each deadline of its virtual timer and notes how late its handler
runs. Beside it, on the same CPU, one domain per kind of storm (tests/guests/noise). Instructions
are counted, not time: -icount with a counter of 1 GHz; an instruction takes 2^shift ns of virtual
time. Latencies are given in instructions. With shift 2 a period has a quarter of the instructions,
and a run takes a third of the time. The first second, in which Dom0 still starts things, has
figures of its own; the sums are of those behind it. With arinc653 a frame of ten periods comes
from the boot device tree: each begins with a window of heartbeat, what is left of it belongs to one
of the others, and late means later than the window begins. The console is kept in
build/bench/storm-*.log.

With null heartbeat has another CPU for itself, and the storm is on the boot CPU. Under -icount the
CPUs run in turns, and when a timer is due, the turns begin anew with QEMU's first CPU. That is the
one of heartbeat (the boot CPU is the second), so it does not wait for a turn of the storm's. When
one of the storm's own timers is due with it, though, the storm's CPU may go first, up to the next
deadline, which has been some hundred instructions: those are in the time, but nothing that a board
would have. So a plugin counts how many instructions the interrupt takes on heartbeat's CPU itself
(percpu.py). When it waits for what the other CPU holds, they are more: at least those of the wait
(hv/spinlock.h: wfe), though not as many as the other CPU executes meanwhile.
"""
import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
BUILD = TOP / "build"
OUT = BUILD / "bench"
sys.path.insert(0, str(TOP / "tools" / "demo"))
sys.path.insert(0, str(TOP / "tests" / "system"))
import percpu  # noqa: E402  pylint: disable=C0413
from icount import QEMU, SCHED, SCHEDULERS, cpio  # noqa: E402  pylint: disable=C0413
from trees import (add_modules, add_pool, cpu_phandle, own_tree, raw_arguments,  # noqa: E402
                   stub_on_cpu1, with_tree)  # pylint: disable=C0413

KINDS = "cpu,hypercall,mmio,sgi,timer,event,console"
LINES = re.compile(r"^storm: console lines (\d+)$", re.M)
BEAT = re.compile(r"^heartbeat (\d+): periods (\d+) missed (\d+) late ns min (\d+) mean (\d+) "
                  r"max (\d+)$", re.M)


PERIOD, WINDOW, SLOTS = 1000, 300, 10  # arinc653: us, and periods per frame


class StormError(Exception):
    """The machine did not come to its end; the text says where to look."""


class Result:
    """Sums of all seconds but the first: .periods, .missed, .min, .mean, .max (instructions);
    .first: (missed, max) of that one; .lines that the console's storm had left in its console;
    .irqs, .irq: interrupts that heartbeat's CPU left the guest for, and the most instructions in
    EL2 for one, behind those of the first second (null only)."""

    irqs = irq = None

    def __init__(self, beats, lines=0, shift=0):
        beats = [(*b[:3], *(ns >> shift for ns in b[3:])) for b in beats]
        rest = beats[1:]
        self.lines = lines
        self.first = (beats[0][2], beats[0][5])
        began = sum(b[1] for b in rest)
        self.missed = sum(b[2] for b in rest)
        self.periods = began + self.missed
        self.min = min(b[3] for b in rest)
        self.mean = sum(b[4] * b[1] for b in rest) // max(1, began)
        self.max = max(b[5] for b in rest)


def parse(text, periods, name="the log", shift=0):
    """The Result of a console's text; StormError when a second of it is missing."""
    failed = re.search(r"^storm: failed: .*", text, re.M)
    if failed or "storm: end" not in text:
        raise StormError(f"{name}: {failed[0] if failed else 'no line storm: end'}")
    beats = [tuple(map(int, b)) for b in BEAT.findall(text)]
    if [b[0] for b in beats] != list(range(1, len(beats) + 1)):
        raise StormError(f"{name}: a second of the heartbeat is missing")
    if not beats or sum(b[1] + b[2] for b in beats[1:]) < periods:
        raise StormError(f"{name}: fewer than {periods} periods")
    lines = LINES.search(text)
    return Result(beats, int(lines[1]) if lines else 0, shift)


def add_schedule(tree, kinds):
    """Pool 0 of the tree has windows: see the top."""
    others = kinds.split(",") if kinds else []
    others += ["Domain-0"] * (SLOTS - len(others))
    windows = []
    for slot, other in enumerate(others):
        windows += [(slot * PERIOD, WINDOW, "heartbeat"),
                    (slot * PERIOD + WINDOW, PERIOD - WINDOW, other)]
    add_pool(tree, "boot", "arinc653", [cpu_phandle(tree, 0)], SLOTS * PERIOD, windows)


def on_another_cpu(qemu, words, options, archive):
    """The command of a machine in which QEMU's first CPU is a pool and its second the boot CPU."""
    qemu = [*qemu]
    qemu[qemu.index("-smp") + 1] = "2"
    tree = own_tree(qemu, OUT / "storm.dtb")
    add_pool(tree, "critical", "null", [cpu_phandle(tree, 0)])
    devices = add_modules(tree, words, options, archive)
    return [*qemu, *raw_arguments(OUT, tree, devices=devices, enter=stub_on_cpu1)]


def run_machine(command, log, seconds):
    """What a machine writes, also to log, until it is off; StormError after so many seconds."""
    with open(log, "wb") as output:
        try:
            subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                           timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise StormError(f"{log}: the machine was still on after {seconds:.0f} s") from None
    return log.read_text(errors="replace").replace("\r", "")


def storm(sched=SCHED, periods=10000, kinds=KINDS, seconds=900, shift=0, gic=3):
    """Runs the machine; returns its Result."""
    OUT.mkdir(parents=True, exist_ok=True)
    name = f"storm-{sched}-{kinds.count(',') + 1 if kinds else 0}"
    archive, log = OUT / f"{name}.cpio", OUT / f"{name}.log"
    archive.write_bytes((BUILD / "dom0" / "initramfs.cpio").read_bytes() + cpio(
        {"bench/storm-init": (HERE / "storm-init").read_bytes()}))
    words = f"storm.sched={sched} storm.periods={periods} " \
        f"storm.kinds={kinds.replace(',', '+')}"    # a comma would end QEMU's option
    image = BUILD / os.environ.get("CONFIG", "qemu_virt") / "bulkhead"
    words = f"console=hvc0 quiet cryptomgr.notests rdinit=/bench/storm-init {words}"
    options = "dom0_mem=512M dom0_max_vcpus=1" + (" sched=rtds" if sched == "rtds" else "")
    if sched == "arinc653":
        words += f" storm.extra=window={WINDOW}"
    qemu = [word.replace("shift=0", f"shift={shift}")
            .replace("gic-version=3", f"gic-version={gic}") for word in QEMU]
    if sched == "null":
        command = [*on_another_cpu(qemu, words, options, archive),
                   *percpu.entry_options(image, name, skip=1000)]
    else:
        command = [*qemu, "-kernel", str(image), "-append", options,
                   "-device", f"guest-loader,addr=0x50000000,kernel={BUILD}/dom0/vmlinuz,"
                   f"bootargs={words}",
                   "-device", f"guest-loader,addr=0x58000000,initrd={archive}"]
    if sched == "arinc653":
        command = with_tree(command, OUT / "storm.dtb", lambda tree: add_schedule(tree, kinds))
    text = run_machine(command, log, seconds)
    archive.unlink()
    result = parse(text, periods, log, shift)
    if sched == "null":
        result.irqs, result.irq = percpu.entries(name)[1, percpu.IRQ]
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sched", choices=(*SCHEDULERS, "arinc653", "null"), default=SCHED)
    parser.add_argument("--periods", type=int, default=10000)
    parser.add_argument("--kinds", default=KINDS, help="'none': nobody storms")
    parser.add_argument("--shift", type=int, choices=(0, 1, 2), default=0)
    parser.add_argument("--gic", type=int, choices=(2, 3), default=3)
    a = parser.parse_args()
    if not 1000 <= a.periods <= 1_000_000:
        parser.error(f"--periods {a.periods}: between 1000 and 1000000")
    try:
        r = storm(a.sched, a.periods, "" if a.kinds == "none" else a.kinds,
                  120 + a.periods / 20, a.shift, a.gic)
    except (StormError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{a.sched}, storm {a.kinds}: {r.periods} periods, "
          f"{r.missed} missed, late by instructions min {r.min} mean {r.mean} max {r.max} "
          f"(first second: {r.first[0]} missed, max {r.first[1]})"
          + (f"; instructions of its own CPU in EL2: {r.irq} at most for each of {r.irqs} "
             "interrupts" if r.irq else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
