#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How late a guest with a period of 1 ms gets while Dom0 dies again and again.

    restarts.py [--kills N]

The machine of storm.py with rtds, the guest heartbeat and linux1, and Dom0 on the same CPU without
a reservation. At first two domains with a fault table fail until they are given up. Then Dom0's
first process kills Dom0 N times, in turns by a reboot, a panic with a reboot, and a panic after
which it hangs until its watchdog of 2 s expires; after each, the new Dom0 finds the domains. At the
end heartbeat says how many periods it missed. Instructions are counted, not time (-icount shift=2).
The console is kept in build/bench/restarts.log.
"""
import argparse
import os
import re
import subprocess
import sys

from storm import BEAT, BUILD, HERE, OUT, QEMU, StormError, cpio

SHIFT = 2


class Result:
    """.periods, .missed, .max (instructions); of Dom0's restarts .nr_restarts and .took_us;
    .others (instructions) and .kinds of those of the other two."""

    def __init__(self, text, log):
        failed = re.search(r"^restarts: failed: .*", text, re.M)
        if failed or "restarts: end" not in text:
            raise StormError(f"{log}: {failed[0] if failed else 'no line restarts: end'}")
        # The first second, in which Dom0 was still building domains, is not different here.
        beats = [tuple(map(int, b)) for b in BEAT.findall(text)]
        self.periods = sum(b[1] + b[2] for b in beats)
        self.missed = sum(b[2] for b in beats)
        self.max = max((b[5] for b in beats), default=0) >> SHIFT
        self.nr_restarts = len(re.findall(r"health: domain 0 runs again", text))
        # Domains 3 and 4: pilot and dog.
        self.others = [int(t) * 1000 >> SHIFT for t in re.findall(
            r"health: domain [34] runs again after (\d+) us", text)]
        self.kinds = re.findall(r"health: domain [34]: \w+: (\w+)", text)
        took = re.findall(r"health: domain 0 runs again after (\d+) us", text)
        self.took_us = [int(t) for t in took]


def restarts(kills=3, seconds=900):
    OUT.mkdir(parents=True, exist_ok=True)
    archive, log = OUT / "restarts.cpio", OUT / "restarts.log"
    archive.write_bytes((BUILD / "dom0" / "initramfs.cpio").read_bytes() + cpio(
        {"bench/restarts-init": (HERE / "restarts-init").read_bytes()}))
    words = "console=hvc0 quiet cryptomgr.notests rdinit=/bench/restarts-init " \
        f"restarts.kills={kills}"
    image = BUILD / os.environ.get("CONFIG", "qemu_virt") / "bulkhead"
    command = [*(word.replace("shift=0", f"shift={SHIFT}") for word in QEMU),
               "-kernel", str(image), "-append", "dom0_mem=512M dom0_max_vcpus=1 sched=rtds",
               "-device", f"guest-loader,addr=0x50000000,kernel={BUILD}/dom0/vmlinuz,"
               f"bootargs={words}",
               "-device", f"guest-loader,addr=0x58000000,initrd={archive}"]
    with open(log, "wb") as output:
        try:
            subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                           timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise StormError(f"{log}: the machine was still on after {seconds:.0f} s") from None
    archive.unlink()
    return Result(log.read_text(errors="replace").replace("\r", ""), log)


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
