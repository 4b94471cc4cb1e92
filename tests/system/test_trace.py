# SPDX-License-Identifier: Apache-2.0
"""Traces: recorded, saved, read by their report; latencies; what a panic prints of them."""
import base64
import gzip
import json
import re
import socket
import subprocess
import sys
import time

import pytest
from domains import AUTOPILOT, wait_beats, wait_console, write_config
from machine import SCALE, TOP, clean, hypervisor_image

sys.path.insert(0, str(TOP / "tests" / "tools"))
from tracks import slices_by_track  # noqa: E402  pylint: disable=wrong-import-position


def saved(m):
    """The events of the trace, through the console."""
    m.sh("bh trace save /tmp/t.json && gzip -c /tmp/t.json | base64 >/tmp/t.b64")
    return json.loads(gzip.decompress(base64.b64decode(m.sh("cat /tmp/t.b64"))))["traceEvents"]


@pytest.fixture
def cpu_1(dom0):
    """Dom0 with CPU 1 left to others; what the test created is gone afterwards."""
    dom0.sh("bh vcpu-pin Domain-0 all 0")
    yield dom0
    dom0.sh("bh destroy burner; bh destroy autopilot; bh vcpu-pin Domain-0 all all")


def test_the_burner_is_blamed(cpu_1):
    """The autopilot, a thousand wake-ups per second, shares its CPU with one that never sleeps."""
    dom0 = cpu_1
    config = write_config(dom0, "burner", kernel="/guests/noise.bin", memory=16, vcpus=1,
                          vuart="sbsa_uart", cpus="1", extra="what=cpu")
    dom0.sh(f"bh create {AUTOPILOT}; bh vcpu-pin autopilot all 1; bh create {config}")
    wait_beats(dom0, 2)
    # A busy host may keep the emulated timer late for a while: then nothing sleeps that could wake.
    dom0.until("bh trace start; sleep 1; bh trace stop; bh trace report --json autopilot | "
               "grep -c delay_ns || true", "^10$")
    report = json.loads(dom0.sh("bh trace report --json autopilot"))
    for row in report:
        assert row["vcpu"] == "autopilot/v0" and row["cpu"] == 1 and row["cause_percent"] >= 50, row
    # Itself: its next deadline came while it was still about to sleep, which takes a busy host.
    causes = [row["cause"] for row in report]
    assert set(causes) <= {"burner/v0", "autopilot/v0"} and causes.count("burner/v0") >= 8, report
    events = saved(dom0)
    slices = slices_by_track(events)
    assert {"burner/v0", "autopilot/v0"} <= {name for name, _, _ in slices[1, 1]}
    processes = {e["args"]["name"]: e["pid"] for e in events
                 if e["ph"] == "M" and e["name"] == "process_name"}
    longest = max(end - start for name, start, end in slices[processes["autopilot"], 0]
                  if name == "waits")
    # The report's figure is to the nanosecond, the slice begins with the record of the wake-up.
    assert abs(longest * 1000 - report[0]["delay_ns"]) < 50000
    kinds = {e["name"] for e in events if e["ph"] == "i"}
    assert {"exit: wait", "exit: interrupt", "inject 27", "wake", "pick"} <= kinds
    dom0.sh("bh trace save - | cmp - /tmp/t.json")  # stopped: it does not change
    rows = {row["name"]: row for row in json.loads(dom0.sh("bh top --json --vcpus -d 2"))}
    assert rows["burner"]["waits_per_second"] == 0 and rows["autopilot"]["waits_per_second"] > 0
    assert rows["burner"]["cpu_percent"] > 20


def test_latencies(dom0):
    """The autopilot's timer: counted from the first use on, emptied by --reset, off by --stop."""
    dom0.sh(f"bh create {AUTOPILOT}")
    wait_beats(dom0, 2)
    rows = {row["kind"]: row for row in json.loads(dom0.sh("bh latency --json --reset autopilot"))}
    assert set(rows) == {"interrupt", "wakeup", "preempted"}
    for kind in ("interrupt", "wakeup"):
        row = rows[kind]
        assert row["count"] > 10 and 0 < row["min_ns"] <= row["mean_ns"] <= row["max_ns"]
        assert sum(n for _, n in row["buckets"]) == row["count"]
    dom0.sh("bh latency --stop autopilot; bh latency --json --reset autopilot >/dev/null; "
            "bh latency --stop autopilot")
    assert dom0.run("bh latency nobody")[0] == 4
    dom0.sh("bh destroy autopilot")


@pytest.mark.parametrize("guest", ["timer", "vgic", "events"])
def test_guests_see_no_difference(dom0, guest):
    """While all is traced, injections take another way: the guests' own checks still hold."""
    config = write_config(dom0, guest, kernel=f"/guests/{guest}.bin", memory=96, vcpus=2,
                          vuart="sbsa_uart", on_poweroff="preserve", on_crash="preserve")
    dom0.sh(f"bh trace start; bh latency Domain-0 >/dev/null; bh create {config}")
    text = wait_console(dom0, guest, rf"(PASS|FAIL) {guest}", 180)
    dom0.sh(f"bh trace stop; bh latency --stop {guest}; bh destroy {guest}")
    assert re.search(rf"PASS {guest}", text), text[-3000:]


class Debugger:
    """As much of GDB's remote protocol as it takes to send a CPU somewhere else."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60 * SCALE)
        self.socket.connect(str(path))

    def ask(self, text, answer=True):
        """Sends a packet; returns the answer."""
        self.socket.sendall(f"${text}#{sum(text.encode()) & 0xff:02x}".encode())
        data = b""
        while answer and not re.search(rb"\$[^#]*#..", data):
            data += self.socket.recv(4096)
        self.socket.sendall(b"+")
        return data.split(b"$", 1)[1].split(b"#")[0].decode() if answer else ""

    def panic(self, symbols):
        """Stops a CPU in EL2, has it call panic("by hand") there, and lets go."""
        at = f"{symbols['run_next']:x},4"
        assert self.ask(f"Z1,{at}") == "OK"
        assert self.ask("c").startswith("T")
        text = int.from_bytes(bytes.fromhex(self.ask("p1f")), "little") - 4096
        assert self.ask(f"M{text:x},8:{b'by hand'.hex()}00") == "OK"
        for register, value in ((0, text), (0x20, symbols["panic"])):
            assert self.ask(f"P{register:x}={value.to_bytes(8, 'little').hex()}") == "OK"
        assert self.ask(f"z1,{at}") == "OK"
        self.ask("D")


def symbols_of(image):
    """{name: address} of the hypervisor."""
    lines = subprocess.run(["aarch64-linux-gnu-nm", f"{image}.elf"], capture_output=True,
                           text=True, check=True, timeout=60).stdout.split("\n")
    return {line.split()[2]: int(line.split()[0], 16) for line in lines if line.count(" ") == 2}


def test_last_events_after_a_panic(machine, tmp_path):
    path = tmp_path / "gdb"
    m = machine(qemu=["-chardev", f"socket,id=gdb,path={path},server=on,wait=off",
                      "-gdb", "chardev:gdb"])
    m.boot()
    m.sh("bh trace start")
    m.send("bh list\n")
    time.sleep(1)
    Debugger(path).panic(symbols_of(hypervisor_image()))
    m.qemu.expect("PANIC on CPU . *: by hand", timeout=60 * SCALE)
    m.qemu.expect("the machine is halted", timeout=60 * SCALE)
    lines = re.findall(r"  CPU (\d) (\d+) (\w+) d(\d+)v(\d+) \w+ \w+", clean(m.qemu.before))
    for cpu in "01":
        times = [int(line[1]) for line in lines if line[0] == cpu]
        assert len(times) == 8 and times == sorted(times)
    assert {line[2] for line in lines} <= {"exit", "hypercall", "inject", "wake", "pick", "switch"}
    m.close()
