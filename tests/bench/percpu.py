# SPDX-License-Identifier: Apache-2.0
"""Paths of machines with several CPUs: each CPU's instructions counted by itself, by a plugin of
QEMU (plugin/paths.c), because -icount counts those of all CPUs together."""
import re
import subprocess

from bench import BUILD, HERE, OUT, BenchError

PLUGIN = BUILD / "paths.so"
ROW = re.compile(r"^paths ([0-9a-f]{8}) (\d+) (\d+)$", re.M)
SLOT = 0x8000                    # PERCPU_SLOT_SIZE
STAMP = SLOT - 16                # PERCPU_STACK_TOP
KEY = 12                         # of struct budget_cpu
# OUTSIDE of budget.c, and at most 25 instructions between what the plugin sees of the beginning and
# the end of a path and where the hypervisor reads the counter: with one CPU figures are the
# hypervisor's or up to 37 more.
OUTSIDE = 60 + 25


def build():
    """Compiles the plugin."""
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", PLUGIN,
                    HERE / "plugin" / "paths.c"], check=True)


def symbols(image):
    """{name: (address, size)} of the hypervisor."""
    text = subprocess.run(["aarch64-linux-gnu-nm", "-S", f"{image}.elf"], check=True,
                          capture_output=True, text=True).stdout
    rows = [line.split() for line in text.splitlines()]
    return {row[-1]: (int(row[0], 16), int(row[1], 16) if len(row) == 4 else 0)
            for row in rows if len(row) >= 3}


def options(image, name, over=0):
    """QEMU's arguments; @over: paths longer than that are listed with their addresses."""
    found = symbols(image)
    report, size = found["budget_report_now"]
    cpu = found["percpu_budget_cpu"][0]
    slots = cpu & ~(SLOT - 1)
    numbers = {"end": found["budget_path_end"][0], "slots": slots, "size": SLOT, "stamp": STAMP,
               "key": cpu - slots + KEY, "entry": found["trap_vectors"][0], "report": report,
               "report_size": size, "outside": OUTSIDE, "over": over}
    words = ",".join(f"{key}={value:x}" for key, value in numbers.items())
    return ["-plugin", f"{PLUGIN},{words},out={OUT / name}.paths"]


def rows(name, limits):
    """{key: (count, maximum, limit, name)} of a machine that has run. @limits: {key: limit}"""
    text = (OUT / f"{name}.paths").read_text(encoding="utf-8")
    if "paths end" not in text:
        raise BenchError(f"{OUT / name}.paths: the machine did not come to its end")
    return {int(k, 16): (int(n), int(high), limits[int(k, 16)], name)
            for k, n, high in ROW.findall(text)}
