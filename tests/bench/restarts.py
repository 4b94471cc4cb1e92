#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whether the autopilot, which flies at 1 kHz, misses anything while Dom0 dies again and again.

    restarts.py [--kills N]

The machine of storm.py with rtds, the autopilot and linux1, and Dom0 on the same CPU without a
reservation. At first two domains with a fault table fail until they are given up. Then Dom0's first
process kills Dom0 N times, in turns by a reboot, a panic, and an endless loop with interrupts off
(hang.c), which its watchdog of 2 s ends; after each, the new Dom0 finds the domains. At the end the
autopilot's console says how many deadlines it missed. Instructions are counted, not time (-icount
shift=2). The console is kept in build/bench/restarts.log.
"""
import argparse
import os
import re
import subprocess
import sys

from storm import BUILD, HERE, OUT, QEMU, StormError, cpio, run_machine

SHIFT = 2
STATISTICS = re.compile(r"^autopilot: task control .* met (\d+) missed (\d+) worst response ns "
                        r"(\d+)$", re.M)


class Result:
    """.met and .missed deadlines, .met_before the kills; .worst response while Dom0 dies
    (instructions); of Dom0's restarts .nr_restarts, .faults and .took_us; of those of the other
    two .others (instructions) and .kinds."""

    def __init__(self, text, log):
        failed = re.search(r"^restarts: failed: .*", text, re.M)
        if failed or "restarts: end" not in text:
            raise StormError(f"{log}: {failed[0] if failed else 'no line restarts: end'}")
        before, end = STATISTICS.findall(text)
        self.met, self.missed = int(end[0]), int(end[1])  # since its start
        self.worst = int(end[2]) >> SHIFT  # since the statistics before
        self.met_before = int(before[0])
        self.faults = re.findall(r"health: domain 0: (\w+): COLD", text)
        self.nr_restarts = len(re.findall(r"health: domain 0 runs again", text))
        # Domains 3 and 4: pilot and dog.
        self.others = [int(t) * 1000 >> SHIFT for t in re.findall(
            r"health: domain [34] runs again after (\d+) us", text)]
        self.kinds = re.findall(r"health: domain [34]: \w+: (\w+)", text)
        took = re.findall(r"health: domain 0 runs again after (\d+) us", text)
        self.took_us = [int(t) for t in took]


def restarts(kills=3, seconds=900):
    OUT.mkdir(parents=True, exist_ok=True)
    archive, log, hang = OUT / "restarts.cpio", OUT / "restarts.log", OUT / "hang"
    subprocess.run(["aarch64-linux-gnu-gcc", "-static", "-O2", "-Wall", "-Wextra", "-Wshadow",
                    "-Werror", HERE / "hang.c", "-o", hang], check=True)
    archive.write_bytes((BUILD / "dom0" / "initramfs.cpio").read_bytes() + cpio(
        {"bench/restarts-init": (HERE / "restarts-init").read_bytes(),
         "bench/hang": hang.read_bytes()}))
    words = "console=hvc0 quiet cryptomgr.notests rdinit=/bench/restarts-init " \
        f"restarts.kills={kills}"
    image = BUILD / os.environ.get("CONFIG", "qemu_virt") / "bulkhead"
    command = [*(word.replace("shift=0", f"shift={SHIFT}") for word in QEMU),
               "-kernel", str(image), "-append", "dom0_mem=512M dom0_max_vcpus=1 sched=rtds",
               "-device", f"guest-loader,addr=0x50000000,kernel={BUILD}/dom0/vmlinuz,"
               f"bootargs={words}",
               "-device", f"guest-loader,addr=0x58000000,initrd={archive}"]
    text = run_machine(command, log, seconds)
    archive.unlink()
    return Result(text, log)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kills", type=int, default=20)
    a = parser.parse_args()
    try:
        print(vars(restarts(a.kills, 300 + 200 * a.kills)))
    except StormError as error:
        sys.exit(f"restarts.py: {error}")


if __name__ == "__main__":
    main()
