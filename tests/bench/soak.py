#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whether domains with disk and network that come and go leave something, or make xl slower.

    soak.py [--rounds N]

Debian's xl in the Dom0 of `make dom0-xl` creates a Linux domain with a disk (a loop device) and a
network card (in a bridge) and destroys it, N times; soak-init has the details. Then the
hypervisor's free memory and heap, and Dom0's domains, nodes of the store, interfaces, back ends and
open files of the daemons are what they were before, and the last rounds take xl as long as the
first in virtual time, to 5 %: the mean of 100, or of a third of the rounds. Instructions are
counted, not time (-icount). The console is kept in build/bench/soak.log.
"""
import argparse
import os
import re
import subprocess
import sys
import time

from storm import BUILD, HERE, OUT, QEMU, StormError, cpio, run_machine

SLOWER = 1.05
TICKS = re.compile(r"^bench (create|destroy) (\d+) 0$", re.M)


class Result:
    """.before and .end: {what: count}; .create and .destroy: ticks of each round but those in which
    the domain ran, of which there were .connected."""

    def __init__(self, text, log):
        failed = re.search(r"^soak: failed: .*|^bench \w+ \d+ [1-9]\d*$", text, re.M)
        if failed or "soak: end\n" not in text:
            raise StormError(f"{log}: {failed[0] if failed else 'no line soak: end'}")
        self.before, self.end = (self.counts(text, when) for when in ("before", "end"))
        rounds = re.split(r"^soak: round \d+$", text, flags=re.M)[1:]
        self.rounds, self.create, self.destroy = len(rounds), [], []
        self.connected = sum("soak: connected" in r for r in rounds)
        for found in (dict(TICKS.findall(r)) for r in rounds):
            if len(found) == 2:
                self.create.append(int(found["create"]))
                self.destroy.append(int(found["destroy"]))

    @staticmethod
    def counts(text, when):
        """The line of figures."""
        words = re.search(rf"^soak: {when} (.*)$", text, re.M)[1].split()
        return dict(zip(words[::2], map(int, words[1::2])))

    def left(self):
        """{what: (before, end)} of all that is not what it was; Dom0's memory may breathe."""
        return {key: (count, self.end[key]) for key, count in self.before.items()
                if self.end[key] != count and key != "dom0_kib"}

    def slowdown(self, ticks):
        """(mean of the last rounds) / (mean of the first)."""
        n = min(100, len(ticks) // 3)
        return sum(ticks[-n:]) / sum(ticks[:n])

    def problems(self):
        """What is not as it has to be, in words."""
        found = [f"{key}: {a} before, {b} after" for key, (a, b) in self.left().items()]
        for name in "create", "destroy":
            ratio = self.slowdown(getattr(self, name))
            if ratio > SLOWER:
                found.append(f"xl {name} takes {ratio:.3f} of what it took")
        return found


def soak(rounds=30, seconds=900):
    """Runs the machine; returns its Result."""
    OUT.mkdir(parents=True, exist_ok=True)
    archive, log, ticks = OUT / "soak.cpio", OUT / "soak.log", OUT / "soak-ticks"
    subprocess.run(["aarch64-linux-gnu-gcc", "-static", "-O2", "-Wall", "-Wextra", "-Wshadow",
                    "-Werror", HERE / "ticks.c", "-o", ticks], check=True)
    archive.write_bytes((BUILD / "dom0" / "initramfs-xl.cpio").read_bytes() + cpio(
        {"bench/soak-init": (HERE / "soak-init").read_bytes(),
         "bench/ticks": ticks.read_bytes()}))
    words = f"console=hvc0 quiet cryptomgr.notests rdinit=/bench/soak-init soak.rounds={rounds}"
    image = BUILD / os.environ.get("CONFIG", "qemu_virt") / "bulkhead"
    command = [*QEMU, "-kernel", str(image),
               "-append", "dom0_mem=512M dom0_max_vcpus=1 sched=credit",
               "-device", f"guest-loader,addr=0x50000000,kernel={BUILD}/dom0/vmlinuz,"
               f"bootargs={words}",
               "-device", f"guest-loader,addr=0x58000000,initrd={archive}"]
    try:
        return Result(run_machine(command, log, seconds), log)
    finally:
        archive.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=1000)
    a = parser.parse_args()
    if a.rounds < 5:
        parser.error("at least 5 rounds are needed to compare the last with the first")
    start = time.monotonic()
    try:
        r = soak(a.rounds, 600 + 60 * a.rounds)
    except StormError as error:
        sys.exit(f"soak.py: {error}")
    print(f"{r.rounds} rounds, {r.connected} of them with the domain running, "
          f"in {time.monotonic() - start:.0f} s")
    for name in "create", "destroy":
        ticks = getattr(r, name)
        print(f"xl {name}: {sum(ticks) // len(ticks)} ticks, at most {max(ticks)}; "
              f"last to first {r.slowdown(ticks):.4f}")
    print("before:", r.before)
    print("after: ", r.end)
    problems = r.problems()
    for problem in problems:
        print(f"soak.py: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
