#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""size.py OUT: code lines per layer and bytes of the image in OUT, beside their budgets.

Lines are cloc's code lines of the .c and .S files that are linked in; the budgets per layer are
those of the structure gate. Ends with 1 when a budget is exceeded.
"""
import json
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools" / "lint"))
from structure import LAYERS, LIMITS  # noqa: E402  pylint: disable=C0413

IMAGE_BYTES = 320 * 1024


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


def main():
    out = Path(sys.argv[1])
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
    sys.exit(1 if too_big else 0)


if __name__ == "__main__":
    main()
