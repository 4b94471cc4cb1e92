#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ask a hypervisor the questions of answers.c and compare with what Xen 4.20 answers.

    answers.py --image build/qemu_virt/bulkhead     compare, ends with "N passed, N failed"
    answers.py --image XEN --record                 write answers.xen (Debian's Xen package)

The program is process 1 of Dom0, Debian's kernel. Differences that are meant stand in
answers.differ with the answer that Bulkhead gives and the reason; such a line must match exactly,
and one that is no longer needed is a failure too.
"""

import argparse
import lzma
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
MACHINE = ["-M", "virt,virtualization=on,gic-version=3", "-cpu", "cortex-a72", "-smp", "1",
           "-m", "2048", "-display", "none", "-serial", "stdio", "-monitor", "none",
           "-nic", "none", "-no-reboot"]
XEN_OPTIONS = "console=dtuart noreboot dom0_mem=512M sched=credit"
OPTIONS = "dom0_mem=512M sched=credit"


def cpio(files):
    """A newc archive of path -> (mode, bytes)."""
    out = bytearray()
    for number, (name, (mode, data)) in enumerate([*files.items(), ("TRAILER!!!", (0, b""))]):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        out += b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        out += bytes(-len(out) % 4)
        out += data
        out += bytes(-len(out) % 4)
    return bytes(out)


def build(sysroot, out):
    """The initramfs: the program as /init, the module it needs."""
    out.mkdir(parents=True, exist_ok=True)
    program = out / "answers"
    subprocess.run(["aarch64-linux-gnu-gcc", "-static", "-O1", "-Wall", "-Wextra", "-Wshadow",
                    "-Werror", f"-I{TOP}/include", HERE / "answers.c", HERE / "answers_domain.c",
                    "-o", program], check=True)
    module = next((sysroot / "usr/lib/modules").rglob("xen-privcmd.ko.xz"))
    archive = out / "answers.cpio"
    archive.write_bytes(cpio({"init": (0o100755, program.read_bytes()),
                              "xen-privcmd.ko": (0o100644, lzma.decompress(module.read_bytes()))}))
    return archive


def boot(image, options, sysroot, archive, log, timeout):
    """Run the machine until it is off; its console."""
    kernel = sorted((sysroot / "boot").glob("vmlinuz-*"))[-1]
    command = ["qemu-system-aarch64", *MACHINE, "-kernel", image, "-append", options,
               "-device", f"guest-loader,addr=0x50000000,kernel={kernel},"
               "bootargs=console=hvc0 quiet loglevel=0",
               "-device", f"guest-loader,addr=0x58000000,initrd={archive}"]
    with open(log, "wb") as output:
        try:
            subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                           timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            print(f"machine was still on after {timeout} s, console: {log}")
    return log.read_text(errors="replace")


def parse(text):
    rows = re.findall(r"^(?:\(XEN\) )?ANSWER (.+?) = (.*?)\r?$", text, re.M)
    return dict(rows)


def parse_differ(path):
    """name -> (answer, reason) of lines `name = answer   # reason'."""
    found = {}
    for line in path.read_text().splitlines():
        match = re.fullmatch(r"([^#]+?) = (.*?)\s+# (.+)", line)
        if match:
            found[match[1]] = (match[2], match[3])
    return found


def compare(expected, differ, got):
    failures = []
    passed = 0
    for name, theirs in expected.items():
        mine = got.get(name)
        wanted = differ[name][0] if name in differ else theirs
        if mine == wanted:
            passed += 1
        else:
            failures.append(f"{name}: {mine}, expected {wanted}" +
                            (f" (Xen: {theirs})" if wanted != theirs else ""))
    for name, (answer, _) in differ.items():
        if name not in expected or expected[name] == answer:
            failures.append(f"{name}: line in answers.differ is not needed")
    failures += [f"{name}: question unknown to answers.xen, record it" for name in got
                 if name not in expected]
    return passed, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--image", type=pathlib.Path, required=True)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--sysroot", type=pathlib.Path, default=TOP / "build/sysroot")
    parser.add_argument("--out", type=pathlib.Path, default=TOP / "build/tests/abi")
    parser.add_argument("--timeout", type=int, default=120)
    args = parser.parse_args()
    archive = build(args.sysroot, args.out)
    log = args.out / ("answers-xen.log" if args.record else "answers.log")
    options = XEN_OPTIONS if args.record else OPTIONS
    got = parse(boot(args.image, options, args.sysroot, archive, log, args.timeout))
    if args.record:
        if got.pop("end", None) is None:
            sys.exit(f"the program did not come to its end, console: {log}")
        text = "".join(f"ANSWER {name} = {value}\n" for name, value in got.items())
        (HERE / "answers.xen").write_text(text)
        print(f"{len(got)} answers recorded")
        return 0
    ended = got.pop("end", None) is not None
    passed, failures = compare(parse((HERE / "answers.xen").read_text()),
                               parse_differ(HERE / "answers.differ"), got)
    if not ended:
        failures.insert(0, f"the program did not come to its end, console: {log}")
    for failure in failures:
        print(f"FAIL {failure}")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
