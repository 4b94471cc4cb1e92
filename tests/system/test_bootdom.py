# SPDX-License-Identifier: Apache-2.0
"""Domains that the boot device tree describes: without Dom0, beside it, and broken ones."""
import re
import subprocess

import pytest
from bootdomains import DOM0, GUESTS, System
from domains import LINUX_UP, beats, domains, free_memory, wait_beats, wait_gone
from machine import BUILD, TOP

LINUX = "console=hvc0 quiet"
IMAGE_KIB = 1024  # of the hypervisor at most, which is loaded elsewhere


def autopilot(s, text=""):
    s.domain("autopilot", "autopilot", text=f"vpl011; bulkhead,weight = <1024>; {text}")


def linux1(s):
    s.domain("linux1", DOM0 / "vmlinuz", 128, ramdisk=DOM0 / "linux1.cpio", words=LINUX,
             text='xen,enhanced = "no-xenstore";')


def test_no_dom0(machine, tmp_path):
    """Three domains and no Dom0: an autopilot with a reservation, PREEMPT_RT Linux, Linux."""
    subprocess.run(["make", "-s", "rt-kernel"], cwd=TOP, check=True)
    kernel, = (BUILD / "rt-kernel" / "boot").glob("vmlinuz-*")
    s = System(tmp_path, options="sched=rtds")
    autopilot(s, 'bulkhead,period-us = <1000>; bulkhead,budget-us = <300>; '
                 'bulkhead,affinity = "1";')
    s.domain("rt", kernel, 256, 2, ramdisk=DOM0 / "linux1.cpio", words=LINUX,
             text='xen,enhanced = "no-xenstore";')
    linux1(s)
    m = machine(raw=s.arguments()).start()
    m.wait("boot: 3 domains, no Dom0")
    m.wait("autopilot: autopilot: beat 3 ")
    m.wait(r"(rt|linux1): linux1: up, (1|2) CPU", 180)
    m.wait(r"(rt|linux1): linux1: up, (1|2) CPU", 180)
    # What is typed goes to the first domain, or to the one chosen: a shell answers.
    m.send("\x01\x01" * 3 + "2")  # QEMU's multiplexer takes one of two
    m.wait("input goes to domain 2")
    m.send("\x01\x01" * 3)
    m.send("uname -v\n")
    m.wait("rt: .*PREEMPT_RT")
    m.wait("autopilot: autopilot: beat ")


def test_beside_dom0(machine, tmp_path):
    """bh sees and manages them; memory comes back."""
    s = System(tmp_path)
    autopilot(s, 'bulkhead,affinity = "1";')
    linux1(s)
    s.dom0()
    m = machine(raw=s.arguments())
    m.boot()
    assert list(domains(m)) == ["Domain-0", "autopilot", "linux1"]
    wait_beats(m, 2)
    m.until("bh console --dump linux1", LINUX_UP)
    free = free_memory(m)
    m.sh("bh pause autopilot")
    count = beats(m)
    m.sh("sleep 2")
    assert beats(m) == count
    m.sh("bh unpause autopilot")
    wait_beats(m, 2)
    m.sh("bh destroy linux1")
    wait_gone(m, "linux1")
    assert free_memory(m)[0] >= free[0] + 128 * 2**20
    wait_beats(m, 2)


def test_xenstore_and_heap(machine, tmp_path):
    """Debian's xenstored in Dom0 serves a domain with xen,enhanced, and reaches it both ways.

    The hypervisor's own memory is in xen,static-heap, which is nobody else's.
    """
    subprocess.run(["make", "-s", "dom0-xl"], cwd=TOP, check=True)
    s = System(tmp_path)
    s.chosen("xen,static-heap = <0 0x90000000 0 0x1000000>;")
    s.domain("linux1", DOM0 / "vmlinuz", 128, ramdisk=DOM0 / "linux1.cpio", words=LINUX,
             text="xen,enhanced;")
    autopilot(s, 'xen,enhanced = "no-xenstore";')
    s.domain("greedy", "hello", 4, text="xen,static-mem = <0 0x90000000 0 0x400000>;")
    s.dom0(initrd="initramfs-xl.cpio")
    m = machine(raw=s.arguments())
    text = m.boot()
    kept, at = re.search(r"(\d+) KiB kept by the hypervisor at (\w+)", text).groups()
    assert 0x90000000 <= int(at, 16) <= 0x91000000 - (int(kept) - IMAGE_KIB) * 1024
    assert "domain greedy is not built: xen,static-mem: " in text
    m.sh("xen-start && init-dom0less")
    store = m.sh("xenstore-ls -f /local/domain")
    assert '/1/name = "dom0less-1"' in store and re.search(r"/1/store/port = .[1-9]", store)
    assert "/local/domain/2" not in store
    # The guest takes the word, acknowledges it, and does what it says.
    m.sh("xenstore-write /local/domain/1/control/shutdown poweroff")
    m.until("xenstore-read /local/domain/1/control/shutdown", r"\A\s*\Z")
    # By the name that Debian's init-dom0less has given it in the store.
    m.until("bh list", r"^dom0less-1 .* ---s-- ")
    wait_beats(m, 2)


@pytest.mark.parametrize("smp", [1, 2])
def test_first_beat(machine, tmp_path, smp):
    """The autopilot's first heartbeat comes before Dom0's first line, on the only CPU as well.

    With virtual time that instructions make, so that the host's speed has no say.
    """
    s = System(tmp_path, smp=smp)
    autopilot(s, f'bulkhead,affinity = "{smp - 1}";')
    linux1(s)
    s.dom0()
    m = machine(smp=smp, raw=s.arguments(), qemu=["-icount", "shift=0,sleep=off"]).start()
    text = m.wait("Booting Linux", 120)
    assert "autopilot: autopilot: beat 1 " in text


@pytest.mark.parametrize("is_large_first", [True, False])
def test_small_beside_large(machine, tmp_path, is_large_first):
    """A domain runs before another one's images are copied, whichever comes first in the tree.

    With virtual time that instructions make: boot is done when all images are where they belong.
    """
    s = System(tmp_path, options="sched=rtds")
    for is_large in (is_large_first, not is_large_first):
        if is_large:
            s.domain("large", DOM0 / "vmlinuz", 256, ramdisk=DOM0 / "initramfs.cpio",
                     words=LINUX, text="""xen,enhanced = "no-xenstore"; bulkhead,affinity = "0";
                     bulkhead,restart = "warm";""")
        else:
            s.domain("small", "hello", 8, text='vpl011; bulkhead,affinity = "1";')
    m = machine(raw=s.arguments(), qemu=["-icount", "shift=0,sleep=off"]).start()
    text = m.wait("boot: done", 120)
    assert "small: hello: 1 vCPU" in text and "large: " not in text


def test_residue(machine, tmp_path):
    """What was in RAM when the machine started, nobody finds in a boot-time domain's memory."""
    pattern = 0x5AFE5EC2E75AFE
    (tmp_path / "pattern").write_bytes(pattern.to_bytes(8, "little") * 2**21)
    s = System(tmp_path, mem=512)
    for name, text in (("anywhere", ""), ("static", "xen,static-mem = <0 0x5a003000 0 0x800000>;")):
        s.domain(name, "residue", 8, words=f"pattern={pattern:#x}", text=f"vpl011; {text}")
    s.loaders += [f"loader,file={s.folder}/pattern,addr={at << 24:#x},force-raw=on"
                  for at in range(0x41, 0x60) if at not in (0x48, 0x4A, 0x50)]  # these have images
    m = machine(mem=512, raw=s.arguments()).start()
    text = m.wait(r"(?s)(.*(PASS|FAIL) residue){2}", 120)
    assert "FAIL" not in text and text.count("0x800000 bytes of RAM, 0 words") == 2


@pytest.mark.parametrize("gic", [2, 3])
def test_places(machine, tmp_path, gic):
    """A directly mapped domain has memory and interrupt controller where the machine has them."""
    s = System(tmp_path, gic=gic)
    text = 'vpl011; xen,enhanced = "no-xenstore"; '
    s.domain("direct", "events", cpus=2, text=f"""{text} direct-map;
             xen,static-mem = <0 0x90000000 0 0x800000>, <0 0x9a000000 0 0x800000>;""")
    s.domain("moved", "timer", text=f"""{text}
             xen,static-mem = <0 0x91003000 0 0xffd000>, <0 0x93000000 0 0x3000>;""")
    s.domain("many", "hello", cpus=9 if gic == 2 else 64)
    m = machine(gic=gic, raw=s.arguments()).start()
    text = m.wait(f"boot: {gic} domains, no Dom0")
    assert ("domain many is not built: cpus: the interrupt controller does not serve 9 vCPUs"
            in text) == (gic == 2)
    text = m.wait(r"(?s)(.*(PASS|FAIL) (events|timer)){2}", 180)
    assert "FAIL" not in text
    m.send("\x01\x01" * 3 + "a")
    m.wait("audit: d2: [0-9]+ leaves, 0 wrong")


def pair(s, name, guest_addresses, words=("", ""), restart="never", **region):
    """Two sides of the guest ring, which share a region and a channel; words for each."""
    host = f"0 {region['at']:#x}" if "at" in region else ""
    for side, gpa in enumerate(guest_addresses):
        s.domain(f"{name}{side}", "ring", words=f"side={side} port={7 + side} {words[side]}",
                 text=f"""
            vpl011; xen,enhanced = "no-xenstore"; bulkhead,restart = "{restart}";
            shm {{ compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "{name}";
                   xen,shared-mem = <{host} 0 {gpa:#x} 0 {region['size']:#x}>;
                   role = "{['owner', 'borrower'][side]}"; }};
            {name}{side}: evtchn {{ compatible = "xen,evtchn-v1";
                   xen,evtchn = <{7 + side} &{name}{1 - side}>; }};""")


def said(text, name):
    """What a domain has printed, in one line; the console may break its lines."""
    return "".join(re.findall(rf"^{name}: (.*)", text, re.M))


def test_ring(machine, tmp_path):
    """100,000 messages of 496 bytes both ways, none lost, though one side is restarted WARM.

    A COLD restart clears the region; elsewhere one side writes garbage.
    """
    s = System(tmp_path)
    pair(s, "far", (0x60000000, 0x7F000000), ("", "reset=50000"), "warm", at=0x70001000,
         size=0x12000)
    pair(s, "near", (0x50000000, 0x50000000), ("count=2000", "count=2000 again=1"), "cold",
         size=0x20000)
    pair(s, "bad", (0x50000000, 0x50000000), ("garbage=1", "garbage=1"), size=0x11000)
    m = machine(raw=s.arguments()).start()
    text = m.wait("boot: 6 domains, no Dom0")
    text += m.wait(r"(?s)(.*(PASS|FAIL) ring){5}", 300)
    assert "FAIL" not in text and "not ok" not in text
    for side in ("far0", "far1"):
        assert f"# side {side[-1]}: sent 100000 taken 100000 wrong 0 bad indices 0" \
            in said(text, side)
    assert re.findall(r"# region .*? taken (\d+)", said(text, "far1")) == ["0", "50001"]
    while len(re.findall(r"# region .*? taken \d", said(text, "near1"))) < 2:
        text += m.wait("\n", 60)
    assert "clean: sent 0 taken 0" in said(text, "near1").split("# region ")[2]
    assert sorted(re.findall(r"health: domain (\d): (.*) restart", text)) == [
        ("2", "reboot: WARM"), ("4", "reboot: COLD")]
    m.send("\x01\x01" * 3 + "a")
    m.wait("audit: d6: [0-9]+ leaves, 0 wrong")


# Property and sentence of each fault; text of the node, or how it differs from a good one.
GOOD = {"cpus": "<1>", "memory": "<0 8192>"}
STATIC = "<0 0x90000000 0 0x800000>"
SHM = ('shm {{ compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "{}"; '
       "xen,shared-mem = <{}>; {} }};")
PORT = '{} {{ compatible = "xen,evtchn-v1"; phandle = <{}>; xen,evtchn = <{}>; }};'
FAULTS = [
    ("cpus", "this property is missing: add it", {"cpus": None}),
    ("cpus", "65 is out of range: give 1 to 64", {"cpus": "<65>"}),
    ("cpus", "the value is of the wrong kind: give a number", {"cpus": '"three"'}),
    ("memory", "8191 KiB is no multiple of 2048 KiB: round it up", {"memory": "<0 8191>"}),
    ("memory", "this property is missing: add it", {"memory": None}),
    ("memory", "kernel, ramdisk, tree need 4096 KiB of 2048 KiB of memory: raise it",
     {"memory": "<0 2048>"}),
    ("memory", r"8388608 KiB are wanted and \d+ KiB are free: lower it",
     {"memory": "<0 0x800000>"}),
    ("xen,enhanced", '"yes" is not known here: give one of disabled, enabled, no-xenstore',
     {"xen,enhanced": '"yes"'}),
    ("xen,enhanced", "xenstore is served by Dom0 and there is none", {"xen,enhanced": ""}),
    ("bulkhead,wait", "this property is unknown: remove or correct it", {"bulkhead,wait": "<1>"}),
    ("bulkhead,weight", "0 is out of range: give 1 to 65535", {"bulkhead,weight": "<0>"}),
    ("bulkhead,log-rate", "999 is out of range: give 1000 to 1000000000",
     {"bulkhead,log-rate": "<999>"}),
    ("bulkhead,restart", '"hot" is not known here: give one of never, warm, cold',
     {"bulkhead,restart": '"hot"'}),
    ("kernel", "there is no kernel: give one", {"kernel": None}),
    ("kernel", r"the kernel is no arm64 Image \(magic 0\)", {"kernel": "zeros"}),
    ("kernel", "the kernel has no content", {"kernel": "empty"}),
    ("device-tree", "the partial device tree is broken: compile it with dtc", {"tree": "zeros"}),
    ("bootargs", "the command line has 1100 characters: at most 1023 fit", {"words": "x" * 1100}),
    ("direct-map", "guest addresses equal physical ones in static memory only",
     {"direct-map": ""}),
    ("xen,static-mem", "0x90000000 to 0x90800000 overlaps the memory of good: move one",
     {"xen,static-mem": STATIC}),
    ("xen,static-mem", "the ranges sum up to 4096 KiB and memory is 8192 KiB",
     {"xen,static-mem": "<0 0x91000000 0 0x400000>"}),
    ("xen,static-mem", "0x1000 to 0x801000 is not RAM of this machine: move it",
     {"xen,static-mem": "<0 0x1000 0 0x800000>"}),
    ("xen,static-mem", "0x91000800 to 0x91800800 is not aligned to 4 KiB: move it",
     {"xen,static-mem": "<0 0x91000800 0 0x800000>"}),
    ("domain-cpupool", "there is no such pool", {"domain-cpupool": "<99>"}),
    ("cpus", "2 vCPUs for 1 CPUs of a pool with null: give each its own CPU",
     {"cpus": "<2>", "domain-cpupool": "<&alone>"}),
    ("bulkhead,cap", "the pool's scheduler is rtds, which has no such thing: use one with credit",
     {"bulkhead,cap": "<50>"}),
    ("bulkhead,affinity", '"0-" is no list of CPUs: write it like 0,2-3',
     {"bulkhead,affinity": '"0-"'}),
    ("bulkhead,affinity", "there is no CPU 4, the machine has 3", {"bulkhead,affinity": '"0-4"'}),
    ("bulkhead,affinity", 'none of the CPUs "2" is in the domain', {"bulkhead,affinity": '"2"'}),
    ("bulkhead,affinity", "there are 2 values for 1 vCPUs", {"bulkhead,affinity": '"0", "1"'}),
    ("bulkhead,budget-us", "a reservation is a period and a budget: give both or none",
     {"bulkhead,period-us": "<1000>"}),
    ("bulkhead,period-us", "a period of 99 us is out of range: give 100 to 10000000 us",
     {"bulkhead,period-us": "<99>", "bulkhead,budget-us": "<10>"}),
    ("bulkhead,budget-us", "budget 1001 us of a period of 1000 us: give 10 us to all of the period",
     {"bulkhead,period-us": "<1000>", "bulkhead,budget-us": "<1001>"}),
    ("bulkhead,budget-us", "vCPU 0: asked 0.80 of CPU 1, 0.50 reserved, 0.95 allowed: lower",
     {"bulkhead,period-us": "<1000>", "bulkhead,budget-us": "<800>",
      "bulkhead,affinity": '"1"'}),
    ("bulkhead,budget-us", "vCPU 0: asked 0.10, but a reservation of 0.50 shares CPU 1 with it",
     {"bulkhead,period-us": "<1000>", "bulkhead,budget-us": "<100>"}),
    ("name", '"Domain-0" is no name', {"name": "Domain-0"}),
    ("name", 'another domain is named "good" as well', {"name": "good@2"}),
    ("xen,shm-id", 'nobody else shares "lonely"',
     {"text": SHM.format("lonely", "0 0x60000000 0 4096", "")}),
    ("xen,shm-id", 'the name "" will not do', {"text": SHM.format("", "0 0x60000000 0 4096", "")}),
    ("xen,shared-mem", "0x50000001 to 0x50001001 is not made of whole 4 KiB pages",
     {"text": SHM.format("both", "0 0x50000001 0 4096", "")}),
    ("xen,shared-mem", "guest addresses 0x40001000 to 0x40002000 overlap the domain's memory",
     {"text": SHM.format("both", "0 0x40001000 0 4096", "")}),
    ("xen,shared-mem", 'shared memory "both" has another place or size elsewhere',
     {"text": SHM.format("both", "0 0x50000000 0 8192", "")}),
    ("role", 'shared memory "both" has two owners: leave one',
     {"text": SHM.format("both", "0 0x50000000 0 4096", 'role = "owner";')}),
    ("xen,evtchn", "port 0 is out of range: give 1 to 1023",
     {"text": PORT.format("e", "0x601", "0 0x600")}),
    ("xen,evtchn", "the other side is no event channel of a domain",
     {"text": PORT.format("e", "0x602", "5 0x602")}),
    ("xen,evtchn", "the other side names another channel",
     {"text": PORT.format("e", "0x603", "5 0x600")}),
    ("xen,evtchn", "port 5 has a channel already: give each its own",
     {"text": PORT.format("e", "0x605", "5 0x606") + PORT.format("f", "0x606", "5 0x605")}),
]


def broken(s, number, change):
    """A domain with one fault."""
    change = dict(change)
    name = change.pop("name", f"broken{number}")
    kernel, text = change.pop("kernel", "hello"), change.pop("text", "")
    words, tree = change.pop("words", ""), change.pop("tree", None)
    if tree:
        text += s.module("device-tree", s.folder / tree)
    if kernel:
        path = GUESTS / "hello.bin" if kernel == "hello" else s.folder / kernel
        node = s.module("kernel", path, f'bootargs = "{words}";')
        text += node.replace("0 0x0;", "0;") if kernel == "empty" else node
    values = {**GOOD, **change}
    properties = "".join(f"{key} = {value}; " if value else f"{key}; "
                         for key, value in values.items() if value is not None)
    s.node(name, properties + text)


def test_broken(machine, tmp_path):
    """Each faulty domain is refused with its own sentence, and the others run."""
    for part, faults in enumerate((FAULTS[:24], FAULTS[24:])):
        folder = tmp_path / str(part)
        folder.mkdir()
        (folder / "zeros").write_bytes(bytes(4096))
        (folder / "empty").write_bytes(b"")
        s = System(folder, smp=3, options="sched=rtds")
        s.chosen('alone: pool { compatible = "xen,cpupool"; cpupool-sched = "null"; '
                 "cpupool-cpus = <&{/cpus/cpu@2}>; };")
        s.domain("good", "autopilot", memory=8, text=f"""
            vpl011; xen,static-mem = {STATIC}; bulkhead,period-us = <1000>;
            bulkhead,budget-us = <500>; bulkhead,affinity = "1";
            {SHM.format("both", "0 0x50000000 0 4096", 'role = "owner";')}
            {PORT.format("e", "0x600", "1 0x604")}""")
        s.domain("second", "hello", memory=8, text=f"""vpl011;
            {SHM.format("both", "0 0x50000000 0 4096", "")}
            {PORT.format("e", "0x604", "1 0x600")}""")
        for number, (_, _, change) in enumerate(faults):
            broken(s, number, change)
        m = machine(smp=3, raw=s.arguments()).start()
        text = m.wait("boot: 2 domains, no Dom0")
        m.wait("good: autopilot: beat 2 ")
        for number, (key, sentence, change) in enumerate(faults):
            name = change.get("name", f"broken{number}").split("@")[0]
            assert re.search(rf"error: domain {name} is not built: {key}: {sentence}", text), \
                (name, key, sentence)
        assert text.count("is not built") == len(faults)
        m.send("\x01\x01" * 3 + "a")
        m.wait("audit: d2: [0-9]+ leaves, 0 wrong")
        m.close()
