# SPDX-License-Identifier: Apache-2.0
"""bh with a fake hypervisor: the calls of a create, undoing, the monitor, the store."""
import json
import mmap
import struct
import time

import pytest
from tracks import slices_by_track

PAGE = 4096


RECORD = struct.Struct("<QQIHHQQ")  # CPU, time, event, domain, vCPU, two arguments
EXIT, HYPERCALL, INJECT, WAKE, PICK, SWITCH = range(1, 7)
IDLE = 0x7fff


def trace(fake, *records):
    """The rings of the fake hypervisor."""
    path = fake.folder / "rings"
    path.write_bytes(b"".join(RECORD.pack(*r) for r in records))
    fake.env["BH_FAKE_TRACE"] = str(path)


# Domain 1 wakes while Dom0 has CPU 1, and gets it after 4 us, most of which Dom0 ran on.
STORY = [(1, 10000, HYPERCALL, 0, 0, 29, 0x1000),
         (0, 10500, SWITCH, 1, 0, 0, IDLE << 16),
         (0, 10600, SWITCH, IDLE, 0, 0, 1 << 16),
         (1, 11000, INJECT, 1, 0, 27, 11000),
         (1, 11000, WAKE, 1, 0, 0, 0),
         (1, 14900, EXIT, 0, 0, 1, 0x1004),
         (1, 14950, PICK, 1, 0, 99, 0),
         (1, 15000, SWITCH, 1, 0, 11000, 0),
         (1, 15500, EXIT, 1, 0, 2 | 0x1f << 32, 0x2000)]


def test_trace_switches(fake):
    fake.ok("trace", "start")
    fake.ok("trace", "stop")
    assert fake.calls() == ["tracing 0x1", "tracing 0"]
    for words in (["save"], ["start", "now"], ["begin"]):
        assert fake.run("trace", *words)[0] == 2
    code, _, err = fake.run("trace", "start", fail="own13 38")
    assert code == 1 and "CONFIG_TRACE" in err
    code, _, err = fake.run("trace", "start", fail="own13 12")
    assert code == 1 and "no room for the rings" in err
    code, _, err = fake.run("trace", "report")
    assert code == 1 and "there is no trace" in err


def test_trace_save(fake):
    create(fake)
    trace(fake, *STORY)
    assert "9 events of 4 CPUs" in fake.ok("trace", "save", "t.json")
    saved = json.loads((fake.folder / "t.json").read_text())
    assert saved == json.loads(fake.ok("trace", "save", "-"))
    events = saved["traceEvents"]
    slices = slices_by_track(events)
    assert slices[1, 0] == [("idle", 0.5, 0.5), ("test/v0", 0.5, 0.6), ("idle", 0.6, 5.5)]
    assert slices[1, 1] == [("Domain-0/v0", 0, 5), ("test/v0", 5, 5.5)]
    assert slices[1001, 0] == [("runs", 0.5, 0.6), ("waits", 1, 5), ("runs", 5, 5.5)]
    assert [e["name"] for e in events if e["ph"] == "i"] == [
        "hypercall 29", "inject 27", "wake", "exit: interrupt", "pick", "exit: wait"]
    names = {(e["pid"], e["name"]): e["args"].get("name") for e in events if e["ph"] == "M"}
    assert names[1001, "process_name"] == "test" and names[1000, "process_name"] == "Domain-0"
    order = {(e["pid"], e["tid"], e["name"]): e["args"]["sort_index"] for e in events
             if e.get("name", "").endswith("sort_index")}
    assert (order[1, 0, "process_sort_index"] < order[1000, 0, "process_sort_index"]
            < order[1001, 0, "process_sort_index"])
    assert [order[1, cpu, "thread_sort_index"] for cpu in range(4)] == [0, 1, 2, 3]
    assert saved["metadata"]["highres-ticks"]  # or Chrome's viewer warns
    code, _, err = fake.run("trace", "save", "/nowhere/t.json")
    assert code == 1 and "cannot write" in err and "No such file" in err


def test_trace_of_more_than_one_call(fake):
    trace(fake, *[(2, 1000 + i, EXIT, 0, 0, 3, i) for i in range(300)])
    events = json.loads(fake.ok("trace", "save", "-"))["traceEvents"]
    slices_by_track(events)
    assert [int(e["args"]["arg"], 16) for e in events if e["ph"] == "i"] == list(range(300))


def test_trace_report(fake):
    create(fake)
    trace(fake, *STORY)
    assert json.loads(fake.ok("trace", "report", "--json")) == [
        {"delay_ns": 4000, "vcpu": "test/v0", "cpu": 1, "at_ns": 1000, "cause": "Domain-0/v0",
         "cause_percent": 100}]
    assert fake.ok("trace", "report", "test") == fake.ok("trace", "report")
    assert json.loads(fake.ok("trace", "report", "--json", "Domain-0")) == []
    assert fake.run("trace", "report", "nobody")[0] == 4
    assert fake.ok("trace", "report").splitlines()[1].split() == [
        "4.0", "test/v0", "1", "0.0", "Domain-0/v0", "100"]


def test_trace_report_of_a_wake_up_from_elsewhere(fake):
    """Only what lies within the wait counts, and what came before the ring is unknown."""
    create(fake)
    trace(fake, (1, 10000, EXIT, 0, 0, 3, 0), (0, 12000, WAKE, 1, 0, 0, IDLE << 16),
          (1, 13000, SWITCH, 1, 0, 12000, 0), (2, 20000, EXIT, 1, 1, 3, 0),
          (2, 20500, SWITCH, 0, 0, 19000, 1 << 16 | 1), (3, 30000, SWITCH, 0, 1, 29000, 0))
    assert [(r["vcpu"], r["delay_ns"], r["cause"], r["cause_percent"])
            for r in json.loads(fake.ok("trace", "report", "--json"))] == [
        ("Domain-0/v0", 1500, "test/v1", 33), ("test/v0", 1000, "Domain-0/v0", 100),
        ("Domain-0/v1", 1000, "unknown", 0)]


def test_trace_report_shares_the_blame(fake):
    """Twelve waits: the ten longest, longest first; the CPU idled or was another's for a part."""
    create(fake)
    story = []
    for i in range(1, 13):
        at = 100000 * i
        story += [(0, at, SWITCH, 0, 0, 0, IDLE << 16), (0, at + 1000 * i, WAKE, 1, 0, 0, 0),
                  (0, at + 1000 * i + 300, SWITCH, IDLE, 0, 0, 0),
                  (0, at + 1000 * i + 1000 + i, SWITCH, 1, 0, at + 1000 * i, IDLE << 16),
                  (0, at + 50000, SWITCH, IDLE, 0, 0, 1 << 16)]
    trace(fake, *story)
    report = json.loads(fake.ok("trace", "report", "--json"))
    assert [r["delay_ns"] for r in report] == list(range(1012, 1002, -1))
    assert {r["cause"] for r in report} == {"idle"} and report[0]["cause_percent"] == 70


def test_latency(fake):
    create(fake)
    rows = json.loads(fake.ok("latency", "--json", "--reset", "test"))
    assert rows[0] == {"name": "test", "domid": 1, "vcpu": 0, "kind": "interrupt", "count": 100,
                       "min_ns": 600, "mean_ns": 630, "p99_ns": 2100, "max_ns": 2100,
                       "buckets": [[512, 98], [2048, 2]]}
    assert rows[1]["kind"] == "wakeup" and rows[1]["count"] == 0 and rows[1]["buckets"] == []
    assert [row["kind"] for row in rows[2:]] == ["preempted"]
    assert fake.calls()[-5:] == ["tracing 0", "tracing 0x2", "latency 0 flags 1",
                                 "latency 1 flags 1", "latency 2 flags 1"]
    text = fake.ok("latency", "-n", "2", "test")
    assert text.count("min 0.600, mean 0.630, 99 % below 2.100, max 2.100 us") == 2
    assert "0.512 us         98  ########################################" in text
    fake.ok("latency", "--stop", "test")
    assert fake.calls()[-1] == "tracing 0"
    assert fake.run("latency", "nobody")[0] == 4
    for words in (["-i", "0"], ["-n", "x"]):
        code, _, err = fake.run("latency", *words, "test")
        assert code == 2 and "latency: -i wants" in err
    code, _, err = fake.run("latency", "test", fail="own13 38")
    assert code == 1 and "CONFIG_TRACE" in err


def test_top_by_vcpu(fake):
    row = json.loads(fake.ok("top", "--json", "--vcpus", "-d", "1"))[0]
    assert row["name"] == "Domain-0" and row["vcpu"] == 0 and row["cpu"] == 2
    assert row["hypercalls_per_second"] == 1000000 * row["cpu_percent"] / 100
    assert row["memory_per_second"] == 5 * row["hypercalls_per_second"]
    assert row["others_per_second"] == 21 * row["hypercalls_per_second"]
    assert row["interrupts_per_second"] == 50 * row["hypercalls_per_second"]
    assert row["missed_deadlines"] == 7


def create(fake, *words, **keys):
    fake.ok("create", fake.config(**keys), *words)


def names(fake):
    return [d["name"] for d in json.loads(fake.ok("list", "--json"))]


def wait(condition, seconds=20):
    """Polls until the condition holds; returns its value."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError("timeout")


def test_calls_of_a_create(fake):
    create(fake, vcpus=2, cpus=["0", "1-3"], cpu_weight=512, cap=50, vuart="sbsa_uart")
    assert [c for c in fake.calls() if not c.startswith(("tag", "load 0x40ff"))] == [
        "createdomain flags 0x3 vcpus 2 spis 1 grant 0x1", "max_vcpus 2", "max_mem 16400",
        "pool 139264", "name test", "affinity vcpu 0 flags 1 hard 01",
        "affinity vcpu 1 flags 1 hard 0e", "credit weight 512 cap 50",
        "populate gfn 0x40000 order 9 count 8", "populate gfn 0x39000 order 0 count 2",
        "load 0x40000000 size 4096", "alloc_unbound dom 1 remote 0x7ff2",
        "alloc_unbound dom 1 remote 0", "param 0 = 0x20000000000021f", "param 17 = 0x39000",
        "param 18 = 0x1", "param 1 = 0x39001", "param 2 = 0x2", "vuart console 0x7ff2",
        "context vcpu 0 pc 0x40000000 x0 0x40ffe000 cpsr 0x3c5", "unpausedomain"]


def test_odd_memory_is_populated_with_smaller_extents(fake):
    create(fake, memory=5)
    assert "populate gfn 0x40000 order 9 count 2" in fake.calls()
    assert "populate gfn 0x40400 order 4 count 16" in fake.calls()


def test_paused(fake):
    assert json.loads(fake.ok("create", "-p", "--json", fake.config())) == {
        "domid": 1, "name": "test", "paused": True}
    assert "unpausedomain" not in fake.calls()
    assert json.loads(fake.ok("list", "--json", "test"))[0]["state"] == "-bp---"


STEPS = ["domctl15", "domctl11", "domctl86", "own1", "own4", "domctl9", "domctl16", "populate",
         "own6", "evtchn", "param", "domctl81", "domctl12", "domctl4"]


@pytest.mark.parametrize("call", STEPS)
def test_a_failed_create_leaves_nothing(fake, call):
    config = fake.config(cpus="0", cap=10, vuart="sbsa_uart")
    code, out, err = fake.run("create", config, fail=f"{call} 22")
    assert code == 1 and out == ""
    assert "cannot" in err and "Invalid argument" in err and "\n    " in err
    assert f"{call}: fails" in fake.calls()
    assert fake.calls()[-1] == "destroydomain 1"
    assert names(fake) == ["Domain-0"]


@pytest.mark.parametrize("keys, text", [
    ({"name": "Domain-0"}, 'a domain with the name "Domain-0" exists already'),
    ({"gic_version": "v2"}, 'gic_version = "v2" is not what this machine has'),
    ({"memory": 300}, "memory = 300 MiB is more than there is: 256 MiB are free"),
    ({"cpus": "4"}, "that this machine does not have\n    this machine has the CPUs 0-3")])
def test_refused_before_anything_is_built(fake, keys, text):
    code, _, err = fake.run("create", fake.config("x", **keys))
    assert code == 3 and "x.cfg:" in err and text in err
    assert fake.calls() == []


def test_console(fake):
    create(fake)
    fake.ok("debug-keys", "say 1 hello")
    assert fake.ok("console", "--dump", "test") == "hello\n"
    fake.ok("debug-keys", "stop 1 0")
    assert fake.run("console", "test")[1] == "hello\n"


def test_names_and_numbers(fake):
    create(fake)
    assert fake.ok("domid", "test") == "1\n" and fake.ok("domname", "1") == "test\n"
    fake.ok("rename", "test", "other")
    assert names(fake) == ["Domain-0", "other"]
    code, _, err = fake.run("rename", "other", "Domain-0")
    assert code == 1 and 'another domain is named "Domain-0"' in err
    assert fake.run("rename", "other", "12")[0] == 2
    for words in (["domid", "nobody"], ["pause", "7"], ["console", "nobody"]):
        code, _, err = fake.run(*words)
        assert code == 4 and '"bh list" shows all domains' in err
    code, _, err = fake.run("destroy", "Domain-0")
    assert code == 1 and "cannot destroy Domain-0" in err


def test_changes_while_it_runs(fake):
    create(fake, vcpus=2)
    fake.ok("vcpu-pin", "test", "1", "0-1")
    fake.ok("sched-credit", "-d", "test", "-c", "30")
    fake.ok("mem-max", "test", "32")
    assert fake.calls()[-3:] == ["affinity vcpu 1 flags 1 hard 03", "credit weight 256 cap 30",
                                 "max_mem 32784"]
    assert json.loads(fake.ok("sched-credit", "--json", "test")) == [
        {"name": "test", "domid": 1, "weight": 256, "cap": 30}]
    for words in (["vcpu-pin", "test", "2", "0"], ["vcpu-pin", "test", "0", "9"],
                  ["vcpu-set", "test", "3"], ["sched-credit", "-d", "test", "-w", "0"]):
        assert fake.run(*words)[0] == 2
    assert fake.run("mem-max", "test", "8")[0] == 1


def test_bounds(fake):
    rows = json.loads(fake.ok("bounds", "--json"))
    assert [(r["path"], r["maximum"], r["is_over"]) for r in rows] == [
        ("trap 36 0 idle switch", 900, False), ("hypercall 12 6", 5001, True)]


@pytest.mark.parametrize("command", ["info", "list", "list -l", "vcpu-list", "sched-credit",
                                     "uptime", "top -d 1", "throttle"])
def test_json(fake, command):
    create(fake)
    rows = json.loads(fake.ok(*command.split(), "--json"))
    if command != "info":
        assert [r["name"] for r in rows] == ["Domain-0", "test"]


# ---- the monitor ----

@pytest.fixture
def monitored(fake):
    """A function that creates a domain and starts its monitor in the foreground."""
    processes = []

    def start(**keys):
        create(fake, **keys)
        processes.append(fake.start("monitor", "1"))
        wait(lambda: fake.run("shutdown", "test")[2].find("no monitor") < 0)
        return processes[0]

    yield start
    for p in processes:
        p.kill()
        p.wait()


def test_poweroff_destroys(fake, monitored):
    process = monitored()
    fake.ok("debug-keys", "stop 1 0")
    wait(lambda: names(fake) == ["Domain-0"])
    assert process.wait(timeout=10) == 0
    assert 'domain 1 "test" has stopped (poweroff): destroy' in process.stderr.read()


def test_crash_restarts_with_the_configuration_of_then(fake, monitored):
    process = monitored(on_crash="restart", memory=20)
    fake.config(memory=24)
    calls = len(fake.calls())
    fake.ok("debug-keys", "stop 1 3")
    wait(lambda: "unpausedomain" in fake.calls()[calls:])
    assert "destroydomain 1" in fake.calls()[calls:]
    assert "max_mem 20496" in fake.calls()[calls:]
    assert names(fake) == ["Domain-0", "test"]
    assert process.poll() is None
    fake.ok("debug-keys", "stop 1 0")
    assert process.wait(timeout=10) == 0


def test_a_changed_configuration_is_noticed(fake):
    create(fake)
    fake.config(memory=24)
    process = fake.start("monitor", "1")
    time.sleep(1)
    fake.ok("destroy", "test")
    assert "its configuration has changed since" in process.communicate(timeout=10)[1]


def test_rename_restart_keeps_the_old_one(fake, monitored):
    monitored(on_reboot="rename-restart")
    fake.ok("debug-keys", "stop 1 1")
    wait(lambda: names(fake) == ["Domain-0", "test-1", "test"])


def test_panic_on_the_console_is_a_crash(fake, monitored):
    process = monitored(on_crash="destroy", crash_text="Oops")
    fake.ok("debug-keys", "say 1 all is well")
    time.sleep(3)
    assert names(fake) == ["Domain-0", "test"]
    fake.ok("debug-keys", "say 1 all is well, but Oops")
    wait(lambda: names(fake) == ["Domain-0"])
    assert "has stopped (crash): destroy" in process.communicate(timeout=10)[1]


def test_preserve_keeps_it(fake, monitored):
    process = monitored(on_crash="preserve")
    fake.ok("debug-keys", "stop 1 3")
    assert process.wait(timeout=10) == 0
    assert json.loads(fake.ok("list", "--json", "test"))[0]["state"] == "-b-sc-"


def test_destroy_ends_the_monitor(fake, monitored):
    process = monitored()
    fake.ok("destroy", "test")
    assert process.wait(timeout=10) == 0


def test_without_a_free_watch_the_monitor_polls(fake):
    create(fake)
    process = fake.start("monitor", "1", fail="own10 28")
    time.sleep(1)
    fake.ok("debug-keys", "stop 1 0")
    assert process.wait(timeout=20) == 0
    assert names(fake) == ["Domain-0"]


def test_second_monitor_is_refused(fake, monitored):
    monitored()
    code, _, err = fake.run("monitor", "1")
    assert code == 1 and "is there another monitor?" in err


def test_shutdown_by_console(fake, monitored):
    monitored(shutdown_input="halt\\n", reboot_input="again")
    fake.ok("shutdown", "test")
    fake.ok("reboot", "test")
    assert "typed again" in fake.calls() and "typed halt" in fake.calls()


def test_shutdown_without_means(fake, monitored):
    monitored()
    code, _, err = fake.run("shutdown", "test")
    assert code == 1 and "set shutdown_input in its configuration" in err


# ---- the store, with this test as the guest ----

class Guest:
    """The guest's side of the store's ring (io/xs_wire.h)."""
    NAMES = {"directory": 1, "read": 2, "watch": 4, "unwatch": 5, "start": 6, "end": 7,
             "home": 10, "write": 11, "mkdir": 12, "rm": 13, "event": 15, "error": 16}

    def __init__(self, fake, domid=1):
        with open(fake.state, "r+b") as f:
            self.page = mmap.mmap(f.fileno(), PAGE, offset=domid * PAGE)

    def index(self, at, value=None):
        if value is not None:
            struct.pack_into("<I", self.page, 2048 + 4 * at, value & 0xffffffff)
        return struct.unpack_from("<I", self.page, 2048 + 4 * at)[0]

    def send(self, data):
        for byte in data:
            wait(lambda: self.index(1) - self.index(0) < 1024)
            self.page[self.index(1) % 1024] = byte
            self.index(1, self.index(1) + 1)

    def receive(self, size):
        out = bytearray()
        while len(out) < size:
            wait(lambda: self.index(3) != self.index(2))
            out.append(self.page[1024 + self.index(2) % 1024])
            self.index(2, self.index(2) + 1)
        return bytes(out)

    def message(self):
        kind, _, _, size = struct.unpack("<4I", self.receive(16))
        return kind, self.receive(size)

    def ask(self, name, data):
        """Payload of the answer, or the name of the error."""
        self.send(struct.pack("<4I", self.NAMES[name], 1, 0, len(data)) + data)
        kind, answer = self.message()
        assert kind in (self.NAMES[name], self.NAMES["error"])
        return answer


def test_store(fake, monitored):
    monitored(vcpus=2, maxvcpus=3)
    g = Guest(fake)
    assert g.ask("read", b"name\0") == b"test"
    assert g.ask("read", b"/local/domain/1/domid\0") == b"1"
    assert g.ask("read", b"nothing\0") == b"ENOENT\0"
    assert g.ask("directory", b"cpu\0") == b"0\0" b"1\0" b"2\0"
    assert g.ask("read", b"cpu/1/availability\0") == b"online"
    assert g.ask("read", b"cpu/2/availability\0") == b"offline"
    assert g.ask("write", b"data/x\0" + b"v" * 100) == b"OK\0"
    assert g.ask("read", b"data/x\0") == b"v" * 100
    assert g.ask("rm", b"data\0") == b"OK\0"
    assert g.ask("read", b"data/x\0") == b"ENOENT\0"
    assert g.ask("start", b"\0") == b"1\0" and g.ask("end", b"T\0") == b"OK\0"
    assert g.ask("home", b"1\0") == b"/local/domain/1\0"
    assert g.ask("write", b"no value") == b"EINVAL\0"


def test_shutdown_by_store(fake, monitored):
    monitored()
    g = Guest(fake)
    assert g.ask("watch", b"control/shutdown\0token\0") == b"OK\0"
    assert g.message() == (15, b"control/shutdown\0token\0")
    fake.ok("shutdown", "test")
    assert g.message() == (15, b"control/shutdown\0token\0")
    assert g.ask("read", b"control/shutdown\0") == b"poweroff"
    fake.ok("debug-keys", "stop 1 0")
    wait(lambda: names(fake) == ["Domain-0"])


def test_vcpu_set(fake, monitored):
    monitored(vcpus=2)
    g = Guest(fake)
    g.ask("watch", b"cpu\0c\0")
    assert g.message() == (15, b"cpu\0c\0")
    fake.ok("vcpu-set", "test", "1")
    assert g.message() == (15, b"cpu/0/availability\0c\0")
    assert g.message() == (15, b"cpu/1/availability\0c\0")
    assert g.ask("read", b"cpu/1/availability\0") == b"offline"


@pytest.mark.parametrize("attack", ["index", "length", "response", "garbage"])
def test_hostile_guest_harms_only_itself(fake, monitored, attack):
    process = monitored()
    g = Guest(fake)
    if attack == "index":
        g.index(1, g.index(0) + 5000)
    elif attack == "response":
        g.index(2, g.index(3) + 7)
        g.send(struct.pack("<4I", 2, 1, 0, 5) + b"name\0")
    elif attack == "length":
        g.send(struct.pack("<4I", 2, 1, 0, 1 << 31) + bytes(500))
    else:
        for n in range(200):
            data = bytes(n * k % 256 for k in range(n % 50))
            g.send(struct.pack("<4I", n * 7 % 40, n, n, len(data)) + data)
            g.index(2, g.index(3))
    time.sleep(0.5)
    assert process.poll() is None
    # Who breaks the protocol is not listened to any more.
    assert attack != "index" or g.index(0) == 0
    assert attack != "length" or g.index(0) == 16
    fake.ok("debug-keys", "stop 1 0")
    wait(lambda: names(fake) == ["Domain-0"])
    assert process.wait(timeout=10) == 0
