# SPDX-License-Identifier: Apache-2.0
"""Debian's xl, xenstored and xenconsoled in Dom0: 64 command lines, side by side with Xen 4.20.

xl/commands has the lines and xl/run runs them, as Dom0's first process. xl/xen.txt is what they
print on Debian's Xen on the same machine with the same initramfs, recorded by

    make peer dom0-xl && /usr/bin/python3 tests/system/test_xl.py --record

xl/differ has every difference that remains, with its reason; one that is no longer there is a
failure as well. Figures that are never the same are masked by normal().
"""
import base64
import difflib
import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
from machine import BUILD, LOGS, SCALE, TOP, XEN, hypervisor_image

sys.path.insert(0, str(TOP / "tests" / "abi"))
from answers import cpio  # noqa: E402  pylint: disable=C0413

HERE = Path(__file__).resolve().parent / "xl"
OUT = BUILD / "tests" / "xl"
# Time that nobody needs is skipped, so waiting costs nothing and no timeout depends on this host.
QEMU = ["qemu-system-aarch64", "-M", "virt,virtualization=on,gic-version=3",
        "-cpu", "cortex-a72,cntfrq=1000000000", "-icount", "shift=0,sleep=off", "-smp", "4",
        "-seed", "1", "-rtc", "base=2026-01-01,clock=vm", "-m", "2048", "-display", "none",
        "-nic", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"]
WORDS = "dom0_mem=512M dom0_max_vcpus=2 sched=credit"
XEN_WORDS = "console=dtuart dtuart=/pl011@9000000 sync_console noreboot"

# (pattern, what stands in its place): identity, sizes, times, where something runs and whether.
MASKS = [
    (rf"^(xen_commandline *: {WORDS}) .*", r"\1"),
    (r"^(xen_(?:extra|version|changeset)|cc_\w+|build_id|(?:total|free)_memory) *:.*", r"\1 : *"),
    (r"^(release|version) *:.*", r"\1 : *"),
    (r"\.c:\d+:", ".c:"),
    (r"^( +0: +)\d+ +\d+( +\d+)$", r"\1 MEM MEM\2"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
    (r"\d+:\d\d:\d\d$", "UPTIME"),
    (r" [r-][b-]([p-][s-][c-][d-]) +\d+\.\d", r" xx\1 TIME"),
    (r" +\d+ +(?:---|r--|-b-) +\d+\.\d ", " CPU run TIME "),
    (r" --p +\d+\.\d ", " --p TIME "),
    (r" +", " "),
    (r"^ | $", ""),
]


def normal(command, text):
    """The output of a command, without what is never the same."""
    if command == "xl dmesg":
        return "a log" if len(text.splitlines()) > 10 else text
    for pattern, mask in MASKS:
        text = re.sub(pattern, mask, text, flags=re.M)
    return text


def archive(name):
    """Dom0's initramfs with xl, and the command lines."""
    OUT.mkdir(parents=True, exist_ok=True)
    program = OUT / "pty"
    subprocess.run(["aarch64-linux-gnu-gcc", "-static", "-O2", "-Wall", "-Wextra", "-Wshadow",
                    "-Werror", HERE / "pty.c", "-o", program], check=True)
    files = {f"xl/{path.name}": (0o100755, path.read_bytes())
             for path in (program, HERE / "run", HERE / "commands", *HERE.glob("*.cfg"))}
    path = OUT / f"{name}.cpio"
    path.write_bytes((BUILD / "dom0" / "initramfs-xl.cpio").read_bytes()
                     + cpio({"xl": (0o40755, b""), **files}))
    return path


def run_lines(name, image, words):
    """Runs all command lines on a machine; what the script in Dom0 has written."""
    command = [*QEMU, "-kernel", str(image), "-append", words,
               "-device", f"guest-loader,addr=0x50000000,kernel={BUILD}/dom0/vmlinuz,"
               "bootargs=console=hvc0 quiet cryptomgr.notests rdinit=/xl/run",
               "-device", f"guest-loader,addr=0x58000000,initrd={archive(name)}"]
    log = LOGS / f"{name}.log"
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output:
        subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                       timeout=400 * SCALE, check=False)
    text = log.read_text(errors="replace").replace("\r", "")
    assert "xl: end" in text, f"Dom0 did not come to its end: {log}"
    block = text.split("xl: output\n")[1].split("xl: end")[0]
    lines = [line for line in block.splitlines() if re.fullmatch(r"[A-Za-z0-9+/]+=*", line)]
    text = gzip.decompress(base64.b64decode("".join(lines))).decode(errors="replace")
    return text.replace("\r", "")


def parse(text):
    """[(command, lines, the status as the last)] of what the script has written."""
    found = re.findall(r"^@@ \d+ (.*)\n((?s:.*?))@@= (\d+)", text, re.M)
    return [(command, [*normal(command, printed).splitlines(), f"status {status}"])
            for command, printed, status in found]


def parse_differ():
    """{command: ["- line of Xen", "+ line of Bulkhead"]}; each command has a reason."""
    expected = {}
    for block in (HERE / "differ").read_text().strip().split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if lines:
            assert len(lines) < len(block.splitlines()), f"{lines[0]}: no reason in xl/differ"
            expected[lines[0]] = lines[1:]
    return expected


XEN_SIDE = parse((HERE / "xen.txt").read_text()) if (HERE / "xen.txt").exists() else []


@pytest.fixture(scope="module", name="bulkhead")
def bulkhead_side():
    """All that was written on Bulkhead."""
    subprocess.run(["make", "-s", "dom0-xl"], cwd=TOP, check=True)
    text = run_lines("xl", hypervisor_image(), WORDS)
    (OUT / "bulkhead.txt").write_text(text)
    return text


def test_all_lines_ran(bulkhead):
    assert [command for command, _ in parse(bulkhead)] == [command for command, _ in XEN_SIDE]
    assert len(XEN_SIDE) == 64
    assert re.findall("^@@! .*", bulkhead, re.M) == [], "waited in vain"


@pytest.mark.parametrize("number", range(1, 65))
def test_line(bulkhead, number):
    command, xen = XEN_SIDE[number - 1]
    _, ours = parse(bulkhead)[number - 1]
    diff = list(difflib.unified_diff(xen, ours, n=0, lineterm=""))[2:]
    got = [f"{line[0]} {line[1:]}" for line in diff if line[0] in "+-"]
    assert got == parse_differ().get(command, []), command


def test_no_difference_is_out_of_date():
    assert set(parse_differ()) <= {command for command, _ in XEN_SIDE}


def test_documentation_has_each_line():
    page = (TOP / "docs" / "compat.md").read_text()
    rows = re.findall(r"^\| (\d+) \| `(.*)` \| .* \| test_line\[(\d+)\] \|$", page, re.M)
    assert rows == [(str(n), command, str(n)) for n, (command, _) in enumerate(XEN_SIDE, 1)]


if __name__ == "__main__":
    if sys.argv[1:] != ["--record"]:
        sys.exit(__doc__)
    (HERE / "xen.txt").write_text(run_lines("xl-xen", XEN, f"{WORDS} {XEN_WORDS}"))
