#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What configurations cost, beside their budgets.

    size.py CONFIG              one that is built: code lines per layer, bytes per section; ends
                                with 1 when a budget is exceeded
    size.py --table [CONFIG ...]
                                a row for each, built when it is not: code lines, bytes, and what
                                a boot with one domain on QEMU's virt machine takes

Lines are cloc's code lines of the .c and .S files that are linked in; the budgets per layer are
those of the structure gate. A boot is measured with -icount: instructions from power-on until the
first guest may run, and the KiB that the hypervisor keeps but for stage-2 tables.
"""
import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools" / "lint"))
from structure import LAYERS, LIMITS  # noqa: E402  pylint: disable=C0413

IMAGE_BYTES = 320 * 1024
CONFIGS = ("qemu_virt", "rpi4", "base", "safety", "tiny")
# What the certifiable configuration is meant to come down to.
BUDGETS = {"qemu_virt": {"code_lines": LIMITS["code_lines_full"], "image": IMAGE_BYTES},
           "safety": {"code_lines": LIMITS["code_lines_certifiable"], "image": 96 * 1024,
                      "kept": 256, "boot": 400_000}}


def linked_sources(out):
    """The sources of the image, relative to the project's folder."""
    command = ["make", "-s", "-f", "tools/build/hypervisor.mk", f"CONFIG={out.name}", "sources"]
    return subprocess.run(command, cwd=TOP, check=True, capture_output=True, text=True,
                          timeout=120).stdout.split()


def code_lines(sources):
    """{source: code lines} by cloc."""
    if not sources:
        return {}
    command = ["cloc", "--by-file", "--json", "--quiet", "--skip-uniqueness", "--list-file=-"]
    text = subprocess.run(command, input="\n".join(sources), cwd=TOP, check=True,
                          capture_output=True, text=True, timeout=300).stdout
    counts = json.loads(text)
    return {s: counts[s]["code"] for s in sources if s in counts}


def section_bytes(elf):
    """[(section, bytes)] of what the image occupies in memory."""
    text = subprocess.run(["aarch64-linux-gnu-size", "-A", "-d", elf], check=True,
                          capture_output=True, text=True, timeout=60).stdout
    rows = (line.split() for line in text.splitlines())
    return [(r[0], int(r[1])) for r in rows
            if len(r) == 3 and r[0].startswith(".") and r[1].isdigit() and int(r[2]) != 0]


def boot_figures(config):
    """{"boot": instructions, "kept": KiB but for stage-2 tables}; {} when the configuration does
    not boot on this machine."""
    out = TOP / "build" / config
    mode = "domu" if "CONFIG_BOOT_DOMAINS=y" in (out / ".config").read_text() else "dom0"
    command = ["tests/guests/run", "-i", "-H", str(out / "bulkhead"), "-m", mode, "-v", "1",
               "-t", "100", "hello"]
    text = subprocess.run(command, cwd=TOP, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", check=False, timeout=200).stdout
    done = re.search(r"boot: done after (\d+) us", text)
    kept = re.findall(r"(\d+) KiB kept by the hypervisor", text)
    tables = re.search(r"MiB, (\d+) KiB of stage-2 tables", text)
    if not done or not kept:
        return {}
    return {"boot": 1000 * int(done[1]), "kept": int(kept[-1]) - int(tables[1] if tables else 0)}


def configuration_row(config, with_boot):
    """{figure: value} of one configuration, which is built."""
    subprocess.run(["make", "-s", "hypervisor", f"CONFIG={config}"], cwd=TOP, check=True,
                   capture_output=True, timeout=900)
    out = TOP / "build" / config
    sections = dict(section_bytes(out / "bulkhead.elf"))
    row = {"code_lines": sum(code_lines(linked_sources(out)).values()),
           "image": (out / "bulkhead").stat().st_size, "bss": sections[".bss"]}
    return row | (boot_figures(config) if with_boot else {})


COLUMNS = (("code_lines", "code lines"), ("image", "image"), ("bss", "bss"), ("kept", "RAM KiB"),
           ("boot", "boot instr."))


def print_table(rows):
    """Configurations below each other; a dash where one was not booted."""
    print(f"{'configuration':18}" + "".join(f"{title:>13}" for _, title in COLUMNS))
    for config, row in rows.items():
        cells = (f"{row[key]:,}" if key in row else "-" for key, _ in COLUMNS)
        print(f"{config:18}" + "".join(f"{cell:>13}" for cell in cells))
    print()
    for config, limits in BUDGETS.items():
        cells = (f"{limits[key]:,}" if key in limits else "-" for key, _ in COLUMNS)
        if config in rows:
            print(f"{'budget: ' + config:18}" + "".join(f"{cell:>13}" for cell in cells))


def layers(out):
    """Prints one configuration by layers and sections; True when a budget is exceeded."""
    lines = code_lines(linked_sources(out))
    too_big = False

    print(f"{'layer':18} {'code lines':>10} {'budget':>8}")
    for folder, budget, _ in LAYERS:
        used = sum(n for source, n in lines.items() if source.startswith(folder + "/"))
        mark = "  too many" if used > budget else ""
        too_big |= used > budget
        print(f"{folder:18} {used:10,} {budget:8,}{mark}")
    total, limit = sum(lines.values()), LIMITS["code_lines_full"]
    mark = "  too many" if total > limit else ""
    too_big |= total > limit
    print(f"{'all':18} {total:10,} {limit:8,}{mark}\n")

    image = out / "bulkhead"
    size = image.stat().st_size
    mark = "  too big" if size > IMAGE_BYTES else ""
    too_big |= size > IMAGE_BYTES
    print(f"{'image':18} {size:10,} {IMAGE_BYTES:8,} bytes{mark}")
    for section, used in section_bytes(out / "bulkhead.elf"):
        print(f"  {section:16} {used:10,}")
    return too_big


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--table", action="store_true", help="compare configurations")
    parser.add_argument("--json", action="store_true", help="the table as JSON")
    parser.add_argument("--no-boot", action="store_true", help="do not boot them")
    parser.add_argument("configs", nargs="*", metavar="CONFIG",
                        help="configurations (default: all that are not for tests)")
    options = parser.parse_args()
    if not options.table:
        sys.exit(any([layers(TOP / "build" / config) for config in options.configs]))
    rows = {}
    for config in options.configs or CONFIGS:
        print(f"{config} ...", end="\r", file=sys.stderr, flush=True)
        rows[config] = configuration_row(config, not options.no_boot)
    if options.json:
        print(json.dumps(rows, indent=1))
    else:
        print_table(rows)


if __name__ == "__main__":
    main()
