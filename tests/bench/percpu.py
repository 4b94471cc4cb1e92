# SPDX-License-Identifier: Apache-2.0
"""Machines with several CPUs: each CPU's instructions counted by itself, by plugins of QEMU, since
-icount counts those of all CPUs together. plugin/paths.c counts paths of a build with
CONFIG_EL2_BUDGET, plugin/entries.c from entry to return, in any build."""
import re
import subprocess

from bench import BUILD, HERE, OUT, BenchError

ENTRY = re.compile(r"^entries (\d+) ([0-9a-f]{3}) (\d+) (\d+)$", re.M)
IRQ = 0x480                      # vector of an interrupt that a guest is left for (Arm ARM D1.3)
ROW = re.compile(r"^paths ([0-9a-f]{8}) (\d+) (\d+)$", re.M)
SLOT = 0x8000                    # PERCPU_SLOT_SIZE
STAMP = SLOT - 16                # PERCPU_STACK_TOP
KEY = 12                         # of struct budget_cpu
# OUTSIDE of budget.c, and at most 25 instructions between what the plugin sees of the beginning and
# the end of a path and where the hypervisor reads the counter: with one CPU figures are the
# hypervisor's or up to 37 more.
OUTSIDE = 60 + 25


def build(name):
    """Compiles the plugin; returns its file."""
    plugin = BUILD / f"{name}.so"
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", plugin,
                    HERE / "plugin" / f"{name}.c"], check=True)
    return plugin


def load(plugin, name, numbers):
    """QEMU's arguments for a plugin whose output goes to a file of that name."""
    words = ",".join(f"{key}={value:x}" for key, value in numbers.items())
    return ["-plugin", f"{build(plugin)},{words},out={OUT / name}.{plugin}"]


def output(plugin, name):
    """What the plugin wrote on a machine that has run."""
    text = (OUT / f"{name}.{plugin}").read_text(encoding="utf-8")
    if f"{plugin} end" not in text:
        raise BenchError(f"{OUT / name}.{plugin}: the machine did not come to its end")
    return text


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
    return load("paths", name, numbers)


def rows(name, limits):
    """{key: (count, maximum, limit, name)} of a machine that has run. @limits: {key: limit}"""
    return {int(k, 16): (int(n), int(high), limits[int(k, 16)], name)
            for k, n, high in ROW.findall(output("paths", name))}


def entry_options(image, name, skip):
    """QEMU's arguments; of each CPU and vector the first entries do not count."""
    found = symbols(image)
    slots = min(found[key][0] for key in found if key.startswith("percpu_")) & ~(SLOT - 1)
    return load("entries", name, {"entry": found["trap_vectors"][0], "slots": slots, "size": SLOT,
                                  "skip": skip})


def entries(name):
    """{(cpu, vector): (count, maximum)} of a machine that has run."""
    return {(int(cpu), int(vector, 16)): (int(n), int(high))
            for cpu, vector, n, high in ENTRY.findall(output("entries", name))}
