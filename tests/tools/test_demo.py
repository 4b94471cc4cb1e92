# SPDX-License-Identifier: Apache-2.0
"""The demo's report and the storm's figures from recorded consoles; a missing part is an error."""
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tools" / "demo"), str(TOP / "tests" / "bench")]
import demo  # noqa: E402  pylint: disable=C0413
import storm  # noqa: E402  pylint: disable=C0413
from records import PHASES, LogError, parse  # noqa: E402  pylint: disable=C0413
from report import report  # noqa: E402  pylint: disable=C0413

LOG = Path(__file__).parent / "logs" / "demo-bh.log"
TEXT = LOG.read_text()
# The same flight as if Xen had flown it, with a hole in which 100 periods were missed.
PEER = re.sub(r"(record 30 phase \d+ ms \d+) met \d+ missed \d+ ns (\d+) (\d+) \d+",
              r"\1 met 150 missed 100 ns \2 \3 99000000", TEXT).replace("tool bh", "tool xl")


def test_sums_of_a_phase():
    flight = parse(TEXT)
    for number, p in flight.phases.items():
        lines = re.findall(rf"phase {number} ms \d+ met (\d+) missed (\d+) ns (\d+) \d+ (\d+)",
                           TEXT)
        assert p.met == sum(int(line[0]) for line in lines)
        assert p.missed == sum(int(line[1]) for line in lines)
        assert p.min_ns == min(int(line[2]) for line in lines)
        assert p.max_ns == max(int(line[3]) for line in lines)
        assert sum(p.hist.values()) <= p.periods
        assert p.min_ns <= p.mean_ns <= p.max_ns
    assert flight.total()[0] == sum(p.met for p in flight.phases.values())


def test_missed_deadlines_show():
    flight = parse(PEER)
    assert flight.total()[1] == 100 + parse(TEXT).total()[1]
    assert "99.0 ms" in "\n".join(demo.table([flight]))
    text = report([parse(TEXT), flight])
    assert 'class="missed"' in text and "99.00 ms" in text


@pytest.mark.parametrize("number", [n for n, *_ in PHASES])
def test_missing_phase(number):
    with pytest.raises(LogError, match=f"phase {number}.*not begun"):
        parse(re.sub(rf"^demo: phase {number} .*\n", "", TEXT, flags=re.M))
    moved = re.sub(rf" phase {number} ms", " phase 0 ms", TEXT)
    with pytest.raises(LogError, match=f"no record of phase {number}"):
        parse(moved)


@pytest.mark.parametrize("change, why", [
    (lambda t: t.replace("demo: end\n", ""), "demo: end"),
    (lambda t: t.replace("demo: begin", "demo: began"), "demo: begin"),
    (lambda t: re.sub(r"autopilot: record 20 .*\n", "", t), "record 20 is missing"),
    (lambda t: re.sub(r"(record 20 .*) plan .*", r"\1 pl", t), "1 of .* cannot be read"),
    (lambda t: "demo: failed: create name\n" + t, "demo: failed: create name"),
    (lambda t: t.replace("demo: streamer was", "demo: streamer is"), "demo: streamer was"),
    (lambda t: "", "demo: begin"),
])
def test_broken_log(change, why):
    with pytest.raises(LogError, match=why):
        parse(change(TEXT))


class Page(HTMLParser):
    """Collects what the page refers to, and whether its tags close."""

    def __init__(self, text):
        super().__init__()
        self.links, self.open, self.pictures = [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.links += [v for k, v in attrs if k in ("src", "href")]
        if tag == "svg":
            self.pictures += 1
            assert dict(attrs)["role"] == "img" and dict(attrs)["aria-label"]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("texts", [[TEXT], [TEXT, PEER]])
def test_page(texts):
    text = report([parse(t) for t in texts])
    page = Page(text)
    assert page.open == [] and page.links == []
    assert "http" not in text and "@import" not in text and "url(" not in text
    assert page.pictures == len(texts) + 2 + len(PHASES)
    for bad in (">nan", "\"nan", ",nan", "\"inf"):
        assert bad not in text


def test_linux_not_restarted():
    stuck = re.sub(r"(streamer was domain (\d+), is domain) \d+", r"\1 \2", TEXT)
    assert stuck != TEXT and parse(TEXT).restarted
    for text in ("\n".join(demo.table([parse(stuck)])), report([parse(stuck)])):
        assert "not restarted after its panic" in text


def test_lost_aircraft_is_drawn():
    far = re.sub(r"(record 4\d .* at) \S+ \S+ \S+", r"\1 -2147483.48 12.00 99999.00", TEXT)
    text = report([parse(far)])
    assert "leaves the picture" in text and "lost" in text


def test_program(tmp_path):
    command = [sys.executable, str(TOP / "tools/demo/demo.py"), "--out", str(tmp_path), "--logs"]
    done = subprocess.run([*command, str(LOG)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and (tmp_path / "report.html").stat().st_size > 10000
    assert "Dom0 loaded" in done.stdout
    (tmp_path / "report.html").unlink()
    broken = tmp_path / "broken.log"
    broken.write_text(TEXT.replace("demo: phase 5", "demo: phase five"))
    done = subprocess.run([*command, str(broken)], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "phase 5" in done.stderr
    assert not (tmp_path / "report.html").exists()


BEATS = "".join(f"heartbeat {n}: periods {990 if n == 2 else 1000} missed {10 if n == 2 else 0} "
                f"late ns min 300 mean 400 max {n * 500}\n" for n in range(1, 5)) + "storm: end\n"


def test_storm_sums():
    r = storm.parse(BEATS, 3000)
    assert (r.periods, r.missed, r.min, r.mean, r.max) == (3000, 10, 300, 400, 2000)
    assert r.first == (0, 500) and r.lines == 0
    r = storm.parse("storm: console lines 77\n" + BEATS, 3000, shift=1)
    assert (r.min, r.max, r.missed, r.lines) == (150, 1000, 10, 77)


@pytest.mark.parametrize("text", [
    BEATS.replace("storm: end", ""), re.sub("heartbeat 3.*\n", "", BEATS),
    BEATS.replace("heartbeat 4", "storm: failed: x\nheartbeat 4"), "storm: end\n"])
def test_storm_incomplete(text):
    with pytest.raises(storm.StormError):
        storm.parse(text, 3000)


def test_storm_too_short():
    with pytest.raises(storm.StormError, match="fewer than 4000"):
        storm.parse(BEATS, 4000)


def test_autopilot_stays_small():
    """The example to copy has 200 to 600 code lines, its Makefile included."""
    done = subprocess.run(["cloc", "--json", "--quiet", "--skip-uniqueness",
                           str(TOP / "tests/guests/autopilot")],
                          capture_output=True, text=True, check=True)
    assert 200 <= json.loads(done.stdout)["SUM"]["code"] <= 600
