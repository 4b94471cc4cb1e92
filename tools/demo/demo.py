#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The demo: an autopilot flies while everything beside it on the same CPU fails.

    demo.py                   Bulkhead, and Debian's Xen beside it when it is there
    demo.py --no-peer         only Bulkhead
    demo.py --logs A [B]      no machine: the report of recorded consoles

Prints a table and writes build/demo/report.html. Consoles: build/demo/bh.log and xl.log. Exit
status 0 when the machines came to their end; the table says what they did on the way.
"""
import argparse
import os
import sys
import time
from pathlib import Path

from icount import BUILD, SCHED, SCHEDULERS, XEN, MachineError, Run
from records import PHASES, LogError, parse
from report import report

SECONDS = 170   # all machines together


def ns(value):
    """Nanoseconds for people."""
    for unit, size in (("ms", 1_000_000), ("µs", 1_000)):
        if value >= size:
            return f"{value / size:.{3 if value < 10 * size else 1}f} {unit}"
    return f"{value} ns"


def table(flights):
    """The lines of the table for the terminal."""
    lines = []
    for flight in flights:
        lines += [f"{flight.name}, {flight.scheduler}",
                  f"{'phase':16}{'periods':>8}{'met':>8}{'missed':>8}"
                  f"{'latency min':>14}{'mean':>12}{'max':>12}{'off the plan':>14}"]
        for number, _, title, _ in PHASES:
            p = flight.phases[number]
            lines.append(f"{title:16}{p.periods:8}{p.met:8}{p.missed:8}{ns(p.min_ns):>14}"
                         f"{ns(p.mean_ns):>12}{ns(p.max_ns):>12}{metres(p.distance):>14}")
        met, missed = flight.total()
        lines += [f"{'all':16}{met + missed:8}{met:8}{missed:8}", *flight.remarks(), ""]
    return lines


def metres(value):
    return f"{value:.2f} m" if value < 100 else "lost"


def fly(out, arguments):
    """Runs the machines beside each other; returns their flights."""
    image = BUILD / os.environ.get("CONFIG", "qemu_virt") / "bulkhead"
    wanted = [("bh", arguments.sched, image)]
    if arguments.peer and XEN.is_file():
        wanted.append(("xl", "credit2", XEN))
    elif arguments.peer:
        print(f"note: no comparison, {XEN} is missing (make peer dom0-xl)")
    runs, flights = [], []
    end = time.monotonic() + SECONDS * float(os.environ.get("BULKHEAD_TIMEOUT_SCALE", "1"))
    try:
        for tool, sched, machine in wanted:
            runs.append(Run(out, tool, sched, arguments.seconds, machine))
        print(f"{len(runs)} machines run, about two minutes; consoles in {out}/", flush=True)
        for run in runs:
            flights.append(parse(run.wait(max(1, end - time.monotonic())), run.log))
    finally:
        for run in runs:
            run.stop()
    return flights


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    parser.add_argument("--sched", choices=SCHEDULERS, default=SCHED)
    parser.add_argument("--seconds", type=int, default=2, help="length of a phase")
    parser.add_argument("--logs", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=BUILD / "demo")
    arguments = parser.parse_args()
    if not 1 <= arguments.seconds <= 60:
        parser.error(f"--seconds {arguments.seconds}: a phase takes 1 to 60 seconds")
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        if arguments.logs:
            flights = [parse(p.read_text(errors="replace"), p) for p in arguments.logs]
        else:
            flights = fly(arguments.out, arguments)
    except (MachineError, LogError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join(table(flights)))
    path = arguments.out / "report.html"
    path.write_text(report(flights))
    print(f"report: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
