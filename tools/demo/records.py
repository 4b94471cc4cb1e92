# SPDX-License-Identifier: Apache-2.0
"""What a machine of the demo printed: records of the autopilot's flight recorder, by phase.

A log that lacks something raises LogError that names it: a picture is only drawn of a whole flight.
"""
import re

PHASES = [
    (1, "calm", "calm", "Linux streams, Dom0 waits"),
    (2, "cpu load", "CPU load", "Linux streams as fast as it can, a domain spins"),
    (3, "hypercall and interrupt storm", "storm",
     "three domains: hypercalls, SGIs to itself, a timer every 5 µs"),
    (4, "event flood", "event flood",
     "one domain sends events without end, one prints on its console without end"),
    (5, "kernel panic and restart", "panic, restart", "Linux panics and boots again"),
    (6, "dom0 under load", "Dom0 loaded", "three busy loops and the toolstack in a loop in Dom0"),
]
PERIOD_NS = 1_000_000
NUMBER = r"(-?\d+\.\d\d)"
RECORD = re.compile(
    r"^autopilot: record (\d+) phase (\d+) ms (\d+) met (\d+) missed (\d+) ns (\d+) (\d+) (\d+) "
    rf"hist ([\d:,]*) at {NUMBER} {NUMBER} {NUMBER} plan {NUMBER} {NUMBER} {NUMBER}$", re.M)
BEGIN = re.compile(r"^demo: begin tool (\w+) sched (\w+) seconds (\d+)$", re.M)
STREAMER = re.compile(r"^demo: streamer was domain (\d+), is domain (\d*)$", re.M)


class LogError(Exception):
    """The log does not show a whole flight; the text says what is missing."""


class Record:
    """Up to 250 ms of flight."""

    def __init__(self, fields):
        whole = [int(f) for f in fields[:8]]
        self.serial, self.phase, self.ms, self.met, self.missed = whole[:5]
        self.min_ns, self.mean_ns, self.max_ns = whole[5:]
        self.hist = {int(k): int(v) for k, v in
                     (pair.split(":") for pair in fields[8].split(",") if pair)}
        self.at = tuple(float(f) for f in fields[9:12])
        self.plan = tuple(float(f) for f in fields[12:15])

    @property
    def samples(self):
        """How many periods began at all; each has one latency."""
        return sum(self.hist.values())

    @property
    def distance(self):
        """Metres between where it is and where it should be."""
        return sum((a - b) ** 2 for a, b in zip(self.at, self.plan)) ** 0.5


class Phase:
    """The sum of the records of one phase."""

    def __init__(self, number, records):
        self.number = number
        self.met = sum(r.met for r in records)
        self.missed = sum(r.missed for r in records)
        began = [r for r in records if r.samples]
        samples = sum(r.samples for r in began)
        self.min_ns = min((r.min_ns for r in began), default=0)
        self.mean_ns = sum(r.mean_ns * r.samples for r in began) // samples if samples else 0
        self.max_ns = max((r.max_ns for r in began), default=0)
        self.hist = {}
        for r in records:
            for bucket, count in r.hist.items():
                self.hist[bucket] = self.hist.get(bucket, 0) + count
        self.distance = max(r.distance for r in records)
        self.begin_ms = min(r.ms - r.met - r.missed for r in records)
        self.end_ms = max(r.ms for r in records)

    @property
    def periods(self):
        return self.met + self.missed


class Flight:
    """A whole flight: .records, .phases {number: Phase}, .tool, .sched; .restarted: whether Linux
    was another domain at the end than before its panic."""

    def __init__(self, begin, records, restarted):
        self.tool, self.sched = begin[1], begin[2]
        self.records, self.restarted = records, restarted
        self.phases = {number: Phase(number, [r for r in records if r.phase == number])
                       for number, *_ in PHASES}

    @property
    def name(self):
        return "Bulkhead" if self.tool == "bh" else "Xen 4.20"

    @property
    def scheduler(self):
        names = {"rtds": "rtds, reservation 0.3 ms of each 1 ms",
                 "credit": "credit, weight 1024 of 256 each"}
        return names.get(self.sched, self.sched) if self.tool == "bh" else \
            "credit2 (default), weight 1024 of 256 each"

    def remarks(self):
        """Sentences on what did not go as the phases say."""
        if self.restarted:
            return []
        return [f"{self.name}: Linux was not restarted after its panic by the end of the flight."]

    def total(self):
        """(met, missed) in all phases."""
        return (sum(p.met for p in self.phases.values()),
                sum(p.missed for p in self.phases.values()))


def parse(text, name="the log"):
    """The Flight that the console's text shows."""
    failed = re.search(r"^demo: failed: .*", text, re.M)
    if failed:
        raise LogError(f"{name}: {failed[0]}")
    begin = BEGIN.search(text)
    if not begin:
        raise LogError(f"{name}: no line \"demo: begin\": Dom0 did not come so far")
    if not re.search(r"^demo: end$", text, re.M):
        raise LogError(f"{name}: no line \"demo: end\": the machine stopped before")
    lines = len(re.findall(r"^autopilot: record", text, re.M))
    records = [Record(fields) for fields in RECORD.findall(text)]
    if lines != len(records):
        raise LogError(f"{name}: {lines - len(records)} of {lines} records cannot be read")
    for before, after in zip(records, records[1:]):
        if after.serial != before.serial + 1:
            raise LogError(f"{name}: record {before.serial + 1} is missing")
    for number, _, title, _ in PHASES:
        if not re.search(rf"^demo: phase {number} ", text, re.M):
            raise LogError(f"{name}: phase {number} ({title}) was not begun")
        if not any(r.phase == number for r in records):
            raise LogError(f"{name}: no record of phase {number} ({title})")
    streamer = STREAMER.search(text)
    if not streamer:
        raise LogError(f"{name}: no line \"demo: streamer was\": nobody knows what became of Linux")
    return Flight(begin, records, streamer[1] != streamer[2] and streamer[2] != "")
