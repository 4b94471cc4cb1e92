# SPDX-License-Identifier: Apache-2.0
"""The pictures of the report as inline SVG: timeline, histogram, flight path, altitude.

All are 400 units wide with letters of 12, so that they can be read on a phone; each has a title
and a description for those who cannot see it, and no difference is shown by colour alone.
"""
import math
from html import escape

from records import PHASES

WIDTH = 400
COLOURS = ("#0b5cad", "#b4470e")      # the first flight, the second
DASHES = ("", ' stroke-dasharray="5 3"')
LATENCIES = [(100, "100 ns"), (1_000, "1 µs"), (10_000, "10 µs"), (100_000, "100 µs"),
             (1_000_000, "1 ms"), (10_000_000, "10 ms"), (100_000_000, "100 ms")]


def svg(height, title, text, body):
    """The picture; @text describes what it shows."""
    return (f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}. '
            f'{escape(text)}"><title>{escape(title)}</title><desc>{escape(text)}</desc>'
            f'{"".join(body)}</svg>')


def label(x, y, text, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(str(text))}</text>'


def line(x1, y1, x2, y2, kind="grid"):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def path(points, index, more=""):
    """A line through the points in the manner of flight @index."""
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (f'<polyline points="{text}" fill="none" stroke="{COLOURS[index]}" stroke-width="2"'
            f'{DASHES[index]}{more}/>')


def timeline(flight, index):
    """The largest latency of each record on a logarithmic scale, and which missed deadlines."""
    left, right, top, bottom = 52, WIDTH - 6, 26, 196
    shown = [r for r in flight.records if r.phase in flight.phases]
    start, end = shown[0].ms - 250, shown[-1].ms

    def x(ms):
        return left + (right - left) * (max(ms, start) - start) / max(1, end - start)

    def y(nanoseconds):
        share = (math.log10(min(max(nanoseconds, 100), 1e9)) - 2) / 7
        return bottom - 6 - (bottom - 6 - top) * share

    body = []
    for number, *_ in PHASES:
        p = flight.phases[number]
        a, b = x(p.begin_ms), x(p.end_ms)
        body.append(f'<rect class="band{number % 2}" x="{a:.1f}" y="{top}" '
                    f'width="{max(0, b - a):.1f}" height="{bottom - top + 26}"/>')
        body.append(label((a + b) / 2, top - 8, number, ' text-anchor="middle" class="strong"'))
    for value, text in LATENCIES + [(1_000_000_000, "1 s")]:
        body += [line(left, y(value), right, y(value)),
                 label(left - 5, y(value) + 4, text, ' text-anchor="end"')]
    body.append(line(left, y(1_000_000), right, y(1_000_000), "deadline"))
    body.append(path([(x(r.ms), y(r.max_ns)) for r in shown if r.samples], index))
    body.append(label(left - 5, bottom + 20, "missed", ' text-anchor="end"'))
    for r in shown:
        if r.missed:
            share = r.missed / max(1, r.met + r.missed)
            body.append(f'<rect class="missed" x="{x(r.ms) - 3:.1f}" '
                        f'y="{bottom + 22 - 16 * share - 2:.1f}" width="4" '
                        f'height="{16 * share + 2:.1f}"/>')
    body.append(label((left + right) / 2, bottom + 42, f"{(end - start) / 1000:.1f} s of flight",
                      ' text-anchor="middle"'))
    _, missed = flight.total()
    return svg(bottom + 48, f"Timeline of {flight.name}",
               f"Largest latency in each quarter of a second; {missed} deadlines missed.", body)


def histogram(flights, number, title):
    """Latencies of a phase, by powers of two, counts on a logarithmic scale."""
    left, right, top, bottom = 42, WIDTH - 6, 26, 150
    phases = [f.phases[number] for f in flights]
    low, high = 6, 27                               # 64 ns to 134 ms
    for p in phases:
        if p.hist:
            low, high = min(low, *p.hist), max(high, max(p.hist) + 1)
    most = max([10, *(count for p in phases for count in p.hist.values())])
    step = (right - left) / (high - low)

    def height(count):
        return (bottom - top) * (math.log10(count) + 0.15) / (math.log10(most) + 0.15)

    body = []
    for count in (10 ** n for n in range(int(math.log10(most)) + 1)):
        y = bottom - height(count)
        body += [line(left, y, right, y), label(left - 5, y + 4, f"{count:,}",
                                                ' text-anchor="end"')]
    wide = step * 0.84 / len(flights)
    for index, p in enumerate(phases):
        for bucket, count in sorted(p.hist.items()):
            x = left + (bucket - low) * step + step * 0.08 + index * wide
            body.append(f'<rect class="bar{index}" x="{x:.1f}" y="{bottom - height(count):.1f}" '
                        f'width="{wide:.1f}" height="{height(count):.1f}"><title>'
                        f'{2 ** bucket:,} to {2 ** (bucket + 1):,} ns: {count:,} periods'
                        '</title></rect>')
    body.append(line(left, bottom, right, bottom, "axis"))
    for value, text in LATENCIES:
        place = left + (math.log2(value) - low) * step
        if left <= place <= right - 10:
            body += [line(place, bottom, place, bottom + 4, "axis"),
                     label(place, bottom + 17, text, ' text-anchor="middle"')]
    body.append(label(left, 14, f"{number} {title}", ' class="strong"'))
    words = "; ".join(f"{f.name}: {p.periods} periods, {p.missed} missed, largest {p.max_ns} ns"
                      for f, p in zip(flights, phases))
    return svg(bottom + 24, f"Latencies while {title}", words, body)


def clipped(points, low, high):
    """Points up to the first that leaves the picture: from there on the aircraft is lost."""
    kept = []
    for p in points:
        if not (low[0] <= p[0] <= high[0] and low[1] <= p[1] <= high[1]):
            return kept, True
        kept.append(p)
    return kept, False


def chart(flights, planned, flown, low, high, title, unit):
    """Planned and flown in one picture; @planned, @flown: functions record -> (x, y)."""
    left, right, top, bottom = 40, WIDTH - 8, 10, 230

    def place(p):
        return (left + (right - left) * (p[0] - low[0]) / (high[0] - low[0]),
                bottom - (bottom - top) * (p[1] - low[1]) / (high[1] - low[1]))

    body = []
    for n in range(5):
        share = n / 4
        value = low[1] + (high[1] - low[1]) * share
        x = low[0] + (high[0] - low[0]) * share
        at = place((x, value))
        body += [line(left, at[1], right, at[1]),
                 label(left - 5, at[1] + 4, f"{value:.0f} m", ' text-anchor="end"'),
                 label(at[0], bottom + 17, f"{x:.0f} {unit}",
                       f' text-anchor="{("start", "middle", "middle", "middle", "end")[n]}"')]
    plan = [place(planned(r)) for r in flights[0].records]
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in plan)
    body.append(f'<polyline class="plan" points="{text}"/>')
    words = []
    for index, flight in enumerate(flights):
        points, lost = clipped([flown(r) for r in flight.records], low, high)
        body.append(path([place(p) for p in points], index))
        if lost and points:
            x, y = place(points[-1])
            body.append(f'<path class="lost" d="M{x - 5:.1f} {y - 5:.1f}l10 10m0-10l-10 10"/>')
            body.append(label(min(x + 8, right - 70), max(y, top + 12), "leaves the picture"))
        words.append(f"{flight.name}: at most "
                     f"{max(r.distance for r in flight.records):.2f} m from the plan")
    return svg(bottom + 24, title, "; ".join(words), body)


def flight_path(flights):
    """Seen from above."""
    return chart(flights, lambda r: r.plan[:2], lambda r: r.at[:2], (-4, -4), (12, 12),
                 "Flight path seen from above", "m")


def altitude(flights):
    """Height over time."""
    end = max(max(r.ms for r in f.records) for f in flights) / 1000
    return chart(flights, lambda r: (r.ms / 1000, r.plan[2]), lambda r: (r.ms / 1000, r.at[2]),
                 (0, 0), (max(4, math.ceil(end / 4) * 4), 16), "Altitude over time", "s")
