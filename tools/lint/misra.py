#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds cppcheck's findings against the table of deviations in docs/deviations.md.

    cppcheck ... 2>&1 | tools/lint/misra.py [--fast] [--table]

Each input line is `path:line: id: message`. A finding that a row of the table covers (rule and
place) is counted for that row; any other is printed, and makes the exit code 1. So does a row
without a reason or without any finding: a deviation that nobody needs has no place in the table.
With --fast nobody has looked for findings of MISRA, so its rows may be without.
"""
import argparse
import re
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

SHOWN = 100  # open findings printed at most
ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs/deviations.md"
FINDING = re.compile(r"^([^:\s]+):(\d+): ([\w.-]+): (.*)$")
ROW = re.compile(r"^\| ([\w.-]+) \| ([^|]+) \| (.*?) \|$")


def rows(text):
    """[(rule, [places], reason)] of the table."""
    found = []
    for line in text.splitlines():
        match = ROW.match(line)
        if match and match.group(1) != "Rule" and not match.group(1).startswith("-"):
            places = [p.strip().strip("`") for p in match.group(2).split(",")]
            found.append((match.group(1), places, match.group(3).strip()))
    return found


def covers(row, rule, path):
    """True when a row allows this rule in this file."""
    name = rule.removeprefix("misra-c2012-")
    return row[0] == name and any(
        place == "all" or path.startswith(place) or fnmatch(path, place) for place in row[1])


def sift(findings, table):
    """(findings that no row covers, Counter of row index)."""
    open_findings, used = [], Counter()
    for path, line, rule, text in findings:
        for i, row in enumerate(table):
            if covers(row, rule, path):
                used[i] += 1
                break
        else:
            open_findings.append((path, int(line), rule, text))
    return open_findings, used


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--table", action="store_true", help="print how often each row was needed")
    parser.add_argument("--fast", action="store_true", help="MISRA was left out")
    parser.add_argument("--deviations", type=Path, default=TABLE)
    options = parser.parse_args()
    table = rows(options.deviations.read_text())
    findings = {m.groups() for m in map(FINDING.match, sys.stdin.read().splitlines()) if m}
    left, used = sift(findings, table)
    for path, line, rule, text in sorted(left)[:SHOWN]:
        hint = "" if "use --rule-texts" in text else ": " + text
        print(f"{path}:{line}: {rule}{hint}")
    bad = [f"row {row[0]} ({', '.join(row[1])}) of the deviations has no "
           + ("finding; remove it" if row[2] else "reason")
           for i, row in enumerate(table)
           if not row[2] or not (used[i] or (options.fast and row[0][0].isdigit()))]
    for text in bad:
        print(f"docs/deviations.md:1: deviation: {text}")
    if options.table:
        for i, row in enumerate(table):
            print(f"{used[i]:6}  {row[0]:6}  {', '.join(row[1])}")
    print(f"cppcheck: {len(findings)} findings, {sum(used.values())} covered by {len(table)} "
          f"deviations, {len(left) + len(bad)} open")
    return 1 if left or bad else 0


if __name__ == "__main__":
    sys.exit(main())
