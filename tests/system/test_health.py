# SPDX-License-Identifier: Apache-2.0
"""Restart by policy: of domains by the hypervisor, of Dom0 while the others run on."""
import re
import sys

import pytest
from bootdomains import FIRST, System, poke
from domains import console, domains, read_json, wait_beats, wait_console, write_config
from machine import PROMPT, SCALE, TOP

sys.path.insert(0, str(TOP / "tests" / "bench"))
from restarts import restarts  # noqa: E402  pylint: disable=C0413


def health(m, name):
    return read_json(m, f"bh health --json {name}")[0]


def wait_restartable(m):
    """Dom0's images have been summed up, which takes a while at the beginning of its life."""
    m.until("bh health --json Domain-0", r'"kept_kib": [1-9]', 120)


# (what the guest does, key of its count); all its private interrupts wait when it crashes
FAULTS = [("shutdown pend=1", "crashes"), ("reset", "reboots"), ("dog", "watchdog_expiries")]


@pytest.mark.parametrize("what, count", FAULTS)
def test_fault_in_a_loop(dom0, what, count):
    """Two WARM restarts, one COLD, then it is given up; its memory is clean each time.

    bh health, bh list and the trace show it.
    """
    config = write_config(dom0, "looper", kernel="/guests/crash.bin", memory=32, vcpus=1,
                          extra=f"what={what}", on_crash="preserve", on_reboot="preserve",
                          on_watchdog="preserve", restart="warm", warm_limit=2, cold_limit=1,
                          restart_window=1000)
    # In one go, before the rings run over: what fails at once has soon failed for good.
    dom0.sh(f"bh trace start; bh create {config}; for i in $(seq 50); do "
            "bh health --json looper | grep -q 'given up' && break; sleep 0.02; done; "
            "bh trace stop")
    dom0.sh("bh trace save /tmp/h.json")
    try:
        dom0.until("bh health --json looper", r'"given up"', 120)
        for event in ("fault", "runs again") if what.startswith("shutdown") else ():
            dom0.sh(f"""grep -q '"name":"{event}"' /tmp/h.json""")
        h = health(dom0, "looper")
        assert (h["warm_restarts"], h["cold_restarts"], h[count]) == (2, 1, 4), h
        text = console(dom0, "looper")
        assert text.count("crash: memory clean") == 4 and "dirty" not in text, text
        assert domains(dom0)["looper"]["health"] == "given up"
    finally:
        dom0.run("bh destroy looper")
    assert list(domains(dom0)) == ["Domain-0"]


def test_linux_restarts_by_itself(dom0):
    """A Linux domain with a store comes back, twice, and its console and store work again."""
    dom0.sh("sed 's/^name.*/name = \"l\"/' /etc/bulkhead/linux1.cfg >/tmp/l.cfg; "
            "echo 'restart = \"cold\"' >>/tmp/l.cfg")
    dom0.sh("bh create /tmp/l.cfg")
    try:
        for nr in (1, 2):
            wait_console(dom0, "l", r"(?s)(linux1: up.*){%d}" % nr)
            dom0.sh("bh reboot l")
            dom0.until("bh health --json l", rf'"cold_restarts": {nr}')
        wait_console(dom0, "l", r"(?s)(linux1: up.*){3}")
        assert domains(dom0)["l"]["health"] == "restarted"
    finally:
        dom0.run("bh destroy l")


def test_bad_policies_are_refused(dom0):
    for key, value in (("restart", "sometimes"), ("warm_limit", 101), ("cold_limit", 0),
                       ("give_up", "maybe"), ("watchdog_ms", 3600001)):
        config = write_config(dom0, "bad", kernel="/guests/crash.bin", **{key: value})
        status, text = dom0.run(f"bh create {config}")
        assert status != 0 and key in text, text


def test_dom0_comes_back(machine):
    """Dom0 reboots, crashes and hangs; the autopilot and its console are there each time."""
    m = machine()
    m.boot()
    m.sh("bh create /etc/bulkhead/autopilot.cfg")
    wait_beats(m, 2)
    wait_restartable(m)
    kills = ("echo b >/proc/sysrq-trigger",
             "echo 1 >/proc/sys/kernel/panic; echo c >/proc/sysrq-trigger",
             "insmod /usr/lib/modules/xen_wdt.ko timeout=2; exec 3>/dev/watchdog; echo 0 >"
             "/proc/sys/kernel/panic; echo c >/proc/sysrq-trigger")
    for nr, kill in enumerate(kills, 1):
        m.send(f"{kill}\n")
        m.wait(r"health: domain 0 runs again", 200)
        m.wait(re.escape(PROMPT), 300)
        m.sh("dmesg -n 1")
        assert health(m, "Domain-0")["cold_restarts"] == nr
        wait_beats(m, 2)
    h = health(m, "Domain-0")
    assert (h["reboots"], h["watchdog_expiries"]) == (2, 1), h
    m.sh("bh pause autopilot; bh unpause autopilot")
    m.sh("bh destroy autopilot")
    m.send("echo b >/proc/sysrq-trigger\n")
    m.wait_off(120)  # alone: the machine goes


def test_beside_dom0s_ends():
    """Dom0 is killed three times and two other domains fail; 1 kHz beside them misses nothing.

    See tests/bench/restarts.py. An instruction counts as 1 ns: 5,000,000 are 5 ms.
    """
    r = restarts(kills=3, seconds=600 * SCALE)
    assert r.missed == 0 and r.met >= 10000 and r.nr_restarts == 3, vars(r)
    assert r.faults == ["reboot", "reboot", "watchdog"], vars(r)
    assert r.kinds == [*["WARM"] * 3, "COLD", "disabled"] * 2, vars(r)
    assert max(r.others) <= 5_000_000, vars(r)


FAILS = 'vpl011; bulkhead,restart = "warm"; bulkhead,warm-limit = <2>; ' \
    "bulkhead,cold-limit = <1>; bulkhead,window-s = <1000>;"


def test_boot_time_domains(machine, tmp_path):
    """Without Dom0: one reboots, one hangs until its policy's watchdog expires, one flies on."""
    s = System(tmp_path)
    s.domain("flies", "autopilot", text="vpl011;")
    s.domain("reboots", "crash", words="what=reset after=200", text=FAILS)
    s.domain("hangs", "crash", words="what=sleep",
             text=FAILS + "bulkhead,watchdog-ms = <700>;")
    m = machine(raw=s.arguments()).start()
    text = m.wait(r"(?s)(.*: disabled){2}", 180)
    for nr, fault in ((2, "reboot"), (3, "watchdog")):
        assert re.findall(rf"health: domain {nr}: {fault}: (\w+)", text) == [
            "WARM", "WARM", "COLD", "disabled"]
        assert len(re.findall(rf"health: domain {nr} runs again", text)) == 3
    assert text.count("reboots: crash: memory clean") == 4 and "dirty" not in text
    assert text.count("flies: autopilot: 1 kHz") == 1
    m.wait("flies: autopilot: beat ")


def test_image_that_has_changed(machine, tmp_path):
    """One word of a kernel that is kept is another: the second restart does not happen.

    Dom0's node is broken: it is not built, and the others do not mind.
    """
    s = System(tmp_path)
    s.domain("looper", "crash", words="what=reset after=1000", text=FAILS)
    s.domain("flies", "autopilot", text="vpl011;")
    s.dom0()
    s.chosen('dom0 { compatible = "bulkhead,dom0"; bulkhead,restart = "hot"; };')
    m = machine(raw=s.arguments(),
                qemu=["-gdb", f"unix:{tmp_path}/gdb,server=on,wait=off"]).start()
    text = m.wait("health: domain 1 runs again")
    assert 'domain Domain-0 is not built: bulkhead,restart: "hot" is not known here' in text
    poke(tmp_path / "gdb", FIRST + 0x1000, b"\x01")
    m.wait("health: domain 1: restart failed: its images have changed")
    m.wait("flies: autopilot: beat ")


def test_dom0_beside_a_boot_time_domain(machine, tmp_path):
    """The new Dom0 finds the domain of the boot tree, and its console; given up, it is outlived."""
    s = System(tmp_path)
    s.domain("autopilot", "autopilot", text="vpl011;")
    s.dom0()
    s.chosen('dom0 { compatible = "bulkhead,dom0"; bulkhead,restart = "cold"; '
             'bulkhead,cold-limit = <1>; bulkhead,window-s = <10000>; bulkhead,weight = <300>; };')
    m = machine(raw=s.arguments())
    m.boot()
    wait_beats(m, 2)
    wait_restartable(m)
    m.send("echo b >/proc/sysrq-trigger\n")
    m.wait(r"health: domain 0 runs again", 200)
    m.wait(re.escape(PROMPT), 300)
    m.sh("dmesg -n 1")
    assert list(domains(m)) == ["Domain-0", "autopilot"]
    assert "300" in m.sh("bh sched-credit -d 0")
    wait_beats(m, 2)
    m.send("echo b >/proc/sysrq-trigger\n")
    m.wait(r"health: domain 0: reboot: disabled", 200)
    m.send("\x01\x01" * 3 + "a")
    m.wait("audit: d1: [0-9]+ leaves, 0 wrong")
