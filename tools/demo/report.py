# SPDX-License-Identifier: Apache-2.0
"""The report as one HTML file without any other resource."""
from html import escape

from charts import COLOURS, altitude, flight_path, histogram, timeline
from records import PHASES

STYLE = f"""
:root {{ color-scheme: light; --ink: #1c2530; --soft: #55606e; --rule: #dde3ea; --paper: #fbfcfd; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }}
main {{ max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }}
h1 {{ font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }}
h2 {{ font-size: 1.15rem; margin: 2.4rem 0 .3rem; }}
p {{ max-width: 42rem; margin: .3rem 0 .8rem; }}
.soft, figcaption {{ color: var(--soft); font-size: .9rem; }}
.tiles, .grid {{ display: grid; gap: 1rem; }}
@media (min-width: 44rem) {{ .tiles, .grid {{ grid-template-columns: 1fr 1fr; }} }}
.tile {{ background: #fff; border: 1px solid var(--rule); border-left: 5px solid;
  border-radius: 6px;
  padding: .8rem 1rem; }}
.tile b {{ display: block; font-size: 1.9rem; line-height: 1.2;
  font-variant-numeric: tabular-nums; }}
figure {{ margin: 0; background: #fff; border: 1px solid var(--rule); border-radius: 6px;
  padding: .6rem .6rem .4rem; max-width: 38rem; }}
svg {{ display: block; width: 100%; height: auto; }}
svg text {{ font-size: 12px; fill: #3c4855; }}
svg .strong {{ font-weight: 600; fill: #1c2530; }}
.grid line {{ stroke: #e6ebf0; }} svg .axis {{ stroke: #6b7684; }}
svg .deadline {{ stroke: #a61b1b; stroke-dasharray: 2 3; }}
.band0 {{ fill: #eef3f8; }} .band1 {{ fill: #f7f9fb; }}
.missed {{ fill: #a61b1b; }} .lost {{ stroke: #a61b1b; stroke-width: 2.5; fill: none; }}
.plan {{ fill: none; stroke: #9aa5b1; stroke-width: 6; stroke-linejoin: round; opacity: .55; }}
.bar0 {{ fill: {COLOURS[0]}; }} .bar1 {{ fill: #fff; stroke: {COLOURS[1]}; stroke-width: 1.3; }}
.wide {{ overflow-x: auto; margin: .6rem 0 1.4rem; }}
table {{ border-collapse: collapse; width: 100%; font-size: .92rem; background: #fff;
  font-variant-numeric: tabular-nums; }}
caption {{ text-align: left; color: var(--soft); padding-bottom: .3rem; }}
th, td {{ padding: .35rem .6rem; border-bottom: 1px solid var(--rule); text-align: right;
  white-space: nowrap; }}
th[scope=row], thead th:first-child {{ text-align: left; font-weight: 600; }}
td.bad {{ color: #a61b1b; font-weight: 700; }}
.key {{ display: inline-block; width: 1.6rem; height: .7rem; margin-right: .35rem;
  border: 2px solid; }}
ol.phases {{ padding-left: 1.3rem; max-width: 42rem; margin: .3rem 0; }}
code {{ font-size: .88em; overflow-wrap: anywhere; }}
"""


def ns(value):
    """Nanoseconds for people."""
    for unit, size in (("ms", 1_000_000), ("µs", 1_000)):
        if value >= size:
            return f"{value / size:,.2f} {unit}"
    return f"{value} ns"


def metres(value):
    return f"{value:.2f} m" if value < 100 else "lost"


def tile(flight, index):
    met, missed = flight.total()
    worst = max(p.max_ns for p in flight.phases.values())
    return (f'<div class="tile" style="border-left-color:{COLOURS[index]}">{escape(flight.name)}'
            f'<b>{missed:,} of {met + missed:,}</b>deadlines missed; largest latency {ns(worst)}'
            f'<div class="soft">{escape(flight.scheduler)}</div></div>')


def figure(picture, caption=""):
    text = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{picture}{text}</figure>"


def key(flights):
    """What the colours mean, in words too."""
    fills = [f"background:{COLOURS[0]}", "background:#fff"]
    return '<p class="soft">' + " &nbsp; ".join(
        f'<span class="key" style="border-color:{COLOURS[i]};{fills[i]}"></span>'
        f'{escape(f.name)} ({("filled, solid", "hollow, dashed")[i]})'
        for i, f in enumerate(flights)) + "</p>"


def table(flight):
    rows = []
    for number, _, title, _ in PHASES:
        p = flight.phases[number]
        bad = ' class="bad"' if p.missed else ""
        rows.append(f'<tr><th scope="row">{number} {escape(title)}</th><td>{p.periods:,}</td>'
                    f'<td>{p.met:,}</td><td{bad}>{p.missed:,}</td><td>{ns(p.min_ns)}</td>'
                    f'<td>{ns(p.mean_ns)}</td><td>{ns(p.max_ns)}</td>'
                    f'<td>{metres(p.distance)}</td></tr>')
    head = "".join(f'<th scope="col">{h}</th>' for h in
                   ("Phase", "Periods", "Met", "Missed", "Latency min", "mean", "max",
                    "Off the plan"))
    return (f'<div class="wide" tabindex="0" role="region" aria-label="Figures of '
            f'{escape(flight.name)}"><table><caption>{escape(flight.name)}: '
            f'{escape(flight.scheduler)}</caption><thead><tr>{head}</tr></thead><tbody>'
            f'{"".join(rows)}</tbody></table></div>')


def measured(flights):
    """How, in words that the run makes true."""
    peer = " Both hypervisors ran the same guest binaries and the same script." \
        if len(flights) > 1 else ""
    return f"""<p>QEMU's <code>virt</code> machine with one Cortex-A72, <code>-icount
shift=0,sleep=off</code> and a counter of 1 GHz: each instruction takes one nanosecond of virtual
time, and time in which nobody wants to run is skipped. The figures are therefore exact and do not
depend on the machine below; what they leave out is caches, TLBs and slow registers.{peer}</p>
<p>The autopilot measures itself: <em>latency</em> is from the deadline in its virtual timer to the
first instruction of its interrupt handler. A deadline is <em>missed</em> when the control step is
not complete one millisecond after its release; a period that never began is missed too. The
aircraft is simulated by the autopilot and flies on, with the last commands to its motors, while the
controller cannot run; what the plan asks for depends on time alone.</p>
<p class="soft">Schedulers: {"; ".join(escape(f"{f.name}: {f.scheduler}") for f in flights)}.
Everything runs on one CPU.</p>"""


def report(flights):
    """The HTML of one flight, or of two side by side."""
    phases = "".join(f"<li><b>{escape(title)}</b>: {escape(text)}</li>"
                     for _, _, title, text in PHASES)
    lines = "".join(figure(timeline(f, i), f.name) for i, f in enumerate(flights))
    bars = "".join(figure(histogram(flights, number, title)) for number, _, title, _ in PHASES)
    parts = [
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Bulkhead: an autopilot beside failing neighbours</title><style>{STYLE}</style>"
        "</head><body><main>",
        "<h1>An autopilot flies while its neighbours fail</h1>",
        "<p>A controller that must run 1,000 times a second shares one CPU with a Linux that "
        "streams video, with domains that misbehave, and with Dom0.</p>",
        f'<div class="tiles">{"".join(tile(f, i) for i, f in enumerate(flights))}</div>',
        f'<h2>The phases</h2><ol class="phases">{phases}</ol>',
        "<h2>Timeline</h2><p class=\"soft\">Line: the largest latency in each quarter of a second. "
        "Dotted red: one period. Red bars below: share of missed deadlines.</p>",
        f'<div class="grid">{lines}</div>',
        "<h2>Flight path</h2><p class=\"soft\">Broad grey: planned. Left: seen from above. "
        "Right: altitude.</p>", key(flights),
        f'<div class="grid">{figure(flight_path(flights))}{figure(altitude(flights))}</div>',
        "<h2>Latency, deadline to handler</h2><p class=\"soft\">How many periods (upwards, "
        "logarithmic) began how late (to the right, doubling).</p>", key(flights),
        f'<div class="grid">{bars}</div>',
        "<h2>Figures</h2>", *(table(f) for f in flights),
        *(f"<p>{escape(remark)}</p>" for f in flights for remark in f.remarks()),
        "<h2>How it was measured</h2>", measured(flights), "</main></body></html>\n"]
    return "\n".join(parts)
