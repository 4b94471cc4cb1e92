#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what Bulkhead costs and holds it against the figures to reach.

    bench.py                 both machines; table, gate, "N passed, N failed"
    bench.py --only paths    traps, events, grants only, 20 s (also: dom0, scaling, size)
    bench.py --peer          Debian's Xen (make peer, make dom0-xl) on the same machines beside it
    bench.py --twice         run all twice and fail where a figure differs
    bench.py --beside safety a configuration of boot-time domains in a column of its own; its paths
                             may not cost more than the first one's

One tick of the counter is one instruction: QEMU with -icount shift=0 and a counter of 1 GHz. With
one CPU the figures are exact and repeat to the digit. Figures go to build/bench/bulkhead.json and
xen.json (with --only to bulkhead-PART.json), consoles to build/bench/*.log; docs/performance.md has
the rest.
"""
import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
BUILD = TOP / "build"
OUT = BUILD / "bench"
CONFIG = BUILD / os.environ.get("CONFIG", "qemu_virt")
sys.path.insert(0, str(TOP / "tests" / "abi"))
sys.path.insert(0, str(TOP / "tools" / "build"))
from answers import cpio  # noqa: E402  pylint: disable=C0413
from size import code_lines, linked_sources  # noqa: E402  pylint: disable=C0413

XEN = BUILD / "peer" / "boot" / "xen-4.20-arm64"
QEMU = ["qemu-system-aarch64", "-M", "virt,virtualization=on,gic-version=3",
        "-cpu", "cortex-a72,cntfrq=1000000000", "-icount", "shift=0,sleep=off",
        "-seed", "1", "-rtc", "base=2026-01-01,clock=vm", "-display", "none", "-nic", "none",
        "-monitor", "none", "-serial", "stdio", "-no-reboot"]
MODULE_BYTES = 98_000_000   # of Dom0's kernel and initramfs, as in the peers' runs
MILLION = 1_000_000

# (row, what, unit, Xen 4.20, Bao, at most; None: reported only). Peers: docs/performance.md.
ROWS = [
    ("null_hypercall", "null hypercall, round trip", "insns", 431, 159, 88),
    ("psci_version", "PSCI_VERSION", "insns", 473, 198, 105),
    ("gicd_typer", "GICD_TYPER read, trapped", "insns", 593, 229, 200),
    ("gicr_typer", "GICR_TYPER read, trapped", "insns", 594, 273, 220),
    ("uart_status", "virtual UART status read", "insns", 630, None, 195),
    ("actlr", "trapped system register (ACTLR_EL1)", "insns", 428, None, 120),
    ("ptimer_read", "physical timer register read", "insns", 455, None, 140),
    ("sgi_to_self", "SGI to itself -> handler", "insns", 1031, 781, 285),
    ("vtimer_running", "virtual timer -> handler, running", "insns", 1086, 201, 180),
    ("vtimer_wfi", "virtual timer -> handler, out of WFI", "insns", 4584, 200, 400),
    ("vtimer_wfi_null", "the same, null, WFI not trapped", "insns", 1088, 200, 180),
    ("vtimer_wfi_null_trap", "the same, null, WFI trapped", "insns", 2922, None, 370),
    ("sgi_other", "SGI -> vCPU asleep on another CPU, both", "insns", 4491, 798, 735),
    ("sgi_other_null", "the same, null, WFI not trapped", "insns", None, 798, 630),
    ("traced_hypercall", "null hypercall, traces on", "insns", None, None, 170),
    ("traced_vtimer", "virtual timer -> handler, traces on", "insns", None, None, 655),
    ("event_round", "event to a DomU asleep, and back", "insns", 11724, None, 5860),
    ("grant", "grant map + unmap", "insns", 5241, None, 2810),
    ("grant_copy", "grant copy of 4 KiB", "insns", 3630, None, 2200),
    ("foreign_map", "foreign map of one page", "insns", 2863, None, 1790),
    ("foreign_unmap", "unmap of it", "insns", 2235, None, 785),
    ("boot_to_dom0", "entry -> Dom0's kernel", "insns", 228 * MILLION, None, 60 * MILLION),
    ("create", "create of a paused 128 MiB Linux", "insns", 133 * MILLION, None, 30 * MILLION),
    ("destroy", "destroy of it", "insns", 44 * MILLION, None, 10 * MILLION),
    ("xl_create", "the same by Debian's xl", "insns", 130 * MILLION, None, 92 * MILLION),
    ("xl_destroy", "destroy by it", "insns", 40 * MILLION, None, 26_800_000),
    ("domain_kib", "memory beyond its own of a 128 MiB Linux", "KiB", 2048, None, None),
    ("kept_kib", "RAM kept, 2 GiB machine with Dom0", "KiB", 32 * 1024, None, 8 * 1024),
    ("image", "image", "bytes", 1015816, 94200, 320 * 1024),
    ("code_lines", "code lines, C and assembly", "lines", 86353, 6640, 20000),
]

# Rows that may cost at most this share of what Xen needs for the same.
SHARES = {"create": 0.25, "event_round": 0.5}

# (key, what, with how many, none more than so many times the first). Decisions: mean and longest.
SCALING = [
    ("decide_credit_{}", "decision of credit, runnable vCPUs", (2, 8, 32, 64, 128, 256), 2),
    ("decide_credit_{}_max", "the longest", (2, 8, 32, 64, 128, 256), 2),
    ("decide_rtds_{}", "decision of rtds", (2, 8, 32, 64, 128, 256), 2),
    ("decide_rtds_{}_max", "the longest", (2, 8, 32, 64, 128, 256), 2),
    ("decide_arinc653_{}", "decision of arinc653", (2, 8, 32, 64, 128, 256), 2),
    ("decide_arinc653_{}_max", "the longest", (2, 8, 32, 64, 128, 256), 2),
    ("decide_null_{}", "decision of null, one CPU each", (2, 8, 32, 64), 2),
    ("decide_null_{}_max", "the longest", (2, 8, 32, 64), 2),
    ("send_{}", "event-channel send, ports bound", (1, 4000), 2),
    ("create_{}", "create of a 4 MiB domain, domains alive", (1, 100), 2),
]


class BenchError(Exception):
    """A machine did not print what it should."""


def run(name, image, append, modules, memory, seconds, cpus=1, typed=subprocess.DEVNULL, more=()):
    """Runs a machine until it is off; returns its console, also kept in OUT/NAME.log. @typed: what
    is typed comes from this file. @more: other arguments of QEMU."""
    command = [*QEMU, "-smp", str(cpus), "-m", str(memory), "-kernel", str(image),
               "-append", append, *more]
    for module in modules:
        command += ["-device", f"guest-loader,{module}"]
    log = OUT / f"{name}.log"
    with open(log, "wb") as output:
        try:
            subprocess.run(command, stdout=output, stderr=output, stdin=typed,
                           timeout=seconds, check=False)
        except subprocess.TimeoutExpired as e:
            raise BenchError(f"{log}: the machine was still on after {seconds} s") from e
    return log.read_text(errors="replace").replace("\r", "")


def only(pattern, text, name):
    """The number that the pattern finds in the text of machine NAME."""
    found = re.search(pattern, text, re.M)
    if not found:
        raise BenchError(f"{OUT / name}.log has no line /{pattern}/")
    return int(found[1])


def measure_paths(name, image, words, console):
    """The guest `bench` in the place of Dom0's kernel."""
    text = run(name, image, f"dom0_mem=64M {words}",
               [f"addr=0x60000000,kernel={BUILD / 'guests' / 'bench.bin'},bootargs={console}"],
               1024, 120)
    rows = re.findall(r"bench (\w+) (\d+) (\d+) (\d+)$", text, re.M)
    if "PASS bench" not in text:
        raise BenchError(f"{OUT / name}.log: the guest did not come to its end")
    return {row: int(high) for row, _, _, high in rows}


def measure_two_cpus(name, image, words, console):
    """What needs two CPUs. They run in turns, so that the counter adds up both sides' work."""
    text = run(name, image, f"dom0_mem=64M dom0_max_vcpus=2 {words}",
               [f"addr=0x60000000,kernel={BUILD / 'guests' / 'bench.bin'},"
                f"bootargs=other=1 count=200 {console}".strip()], 1024, 120, cpus=2)
    return {"sgi_other": only(r"bench sgi_other \d+ \d+ (\d+)$", text, name)}


def measure_pv(name, image, words):
    """The guest `pv` in the place of Dom0's kernel: what PV back ends live on."""
    text = run(name, image, f"dom0_mem=64M {words}",
               [f"addr=0x60000000,kernel={BUILD / 'guests' / 'pv.bin'},bootargs=die=0"], 1024,
               120)
    rows = re.findall(r"bench (\w+) \d+ \d+ (\d+)$", text, re.M)
    if "PASS pv" not in text:
        raise BenchError(f"{OUT / name}.log: the guest did not come to its end")
    found = {row: int(high) for row, high in rows}
    return found | {"grant": found.pop("grant_map") + found.pop("grant_unmap")}


def measure_beside(config):
    """The paths of a configuration without Dom0, whose scheduler is null: the guest `bench` as
    boot-time domain. {row of ROWS: figure}"""
    subprocess.run(["make", "-s", "hypervisor", f"CONFIG={config}"], cwd=TOP, check=True,
                   stdout=subprocess.DEVNULL)
    rows = {}
    for cpus, options in ((1, ""), (2, "other=1 count=200")):
        log = OUT / f"beside-{config}-{cpus}.log"
        with open(log, "wb") as output:
            subprocess.run([TOP / "tests" / "guests" / "run", "-i", "-m", "domu",
                            "-H", BUILD / config / "bulkhead", "-p", str(cpus), "-v", str(cpus),
                            "-t", "120", "bench", options], stdout=output, stderr=output,
                           stdin=subprocess.DEVNULL, check=False)
        text = log.read_text(errors="replace").replace("\r", "")
        if "PASS bench" not in text:
            raise BenchError(f"{log}: the guest did not come to its end")
        found = dict(re.findall(r"bench (\w+) \d+ \d+ (\d+)$", text, re.M))
        rows = {row: int(high) for row, high in found.items()} | rows
    rows["vtimer_wfi_null"] = rows.pop("vtimer_wfi")
    rows["sgi_other_null"] = rows.pop("sgi_other")
    return rows


def bench_archive(initrd):
    """Dom0's initramfs with what the benchmark adds; padded to the size of the peers' runs."""
    program = OUT / "ticks"
    subprocess.run(["aarch64-linux-gnu-gcc", "-static", "-O2", "-Wall", "-Wextra", "-Wshadow",
                    "-Werror", HERE / "ticks.c", "-o", program], check=True)
    added = {"bench": (0o40755, b""),
             "bench/init": (0o100755, (HERE / "init").read_bytes()),
             "bench/linux.cfg": (0o100644, (HERE / "linux.cfg").read_bytes()),
             "bench/paths.cfg": (0o100644, (HERE / "paths.cfg").read_bytes()),
             "bench/tiny.cfg": (0o100644, (HERE / "tiny.cfg").read_bytes()),
             "bench/bench.bin": (0o100644, (BUILD / "guests" / "bench.bin").read_bytes()),
             "bench/ticks": (0o100755, program.read_bytes())}
    data = initrd.read_bytes() + cpio(added)
    archive = OUT / initrd.name
    kernel = (BUILD / "dom0" / "vmlinuz").stat().st_size
    archive.write_bytes(data.ljust(MODULE_BYTES - kernel, b"\0"))
    return archive


def mean(values):
    """To the nearest whole number."""
    return (sum(values) + len(values) // 2) // len(values)


def rounds(row, text, name):
    """What a row's rounds in Dom0 cost, without the first, which fills caches."""
    found = re.findall(rf"bench {row} (\d+) (\d+)$", text, re.M)
    if len(found) < 2 or any(int(status) != 0 for _, status in found):
        raise BenchError(f"{OUT / name}.log: {row} failed or is not there")
    return [int(ticks) for ticks, _ in found[1:]]


def measure_dom0(name, image, words, initrd, init_words):
    """Dom0 with Debian's kernel: boot, then create and destroy. Returns (rows, console)."""
    archive = bench_archive(BUILD / "dom0" / initrd)
    text = run(name, image, f"dom0_mem=512M {words}",
               [f"addr=0x50000000,kernel={BUILD / 'dom0' / 'vmlinuz'},"
                f"bootargs=console=hvc0 quiet rdinit=/bench/init {init_words}".strip(),
                f"addr=0x58000000,initrd={archive}"], 2048, 540)
    if "bench: end" not in text:
        raise BenchError(f"{OUT / name}.log: Dom0 did not come to its end")
    rows = {row: mean(rounds(row, text, name)) for row in ("create", "destroy")}
    rows["domain_kib"] = max(rounds("domain_kib", text, name)) - 128 * 1024
    return rows, text


def measure_scaling(image):
    """What must not grow with the number of vCPUs, ports or domains."""
    rows = {}
    log = OUT / "decide.log"
    machine = [word.replace("virtualization=on,", "") for word in QEMU]
    with open(log, "wb") as output:
        subprocess.run([*machine, "-smp", "1", "-m", "1024", "-kernel",
                        str(BUILD / "guests" / "decide.bin")], stdout=output, stderr=output,
                       stdin=subprocess.DEVNULL, timeout=120, check=False)
    text = log.read_text(errors="replace").replace("\r", "")
    if "PASS decide" not in text:
        raise BenchError(f"{log}: the guest did not come to its end")
    lines = re.findall(r"^decide (\w+) (\d+) \d+ (\d+) (\d+)", text, re.M)
    for sched, nr, mean, high in lines:
        rows[f"decide_{sched}_{nr}"] = int(mean)
        rows[f"decide_{sched}_{nr}_max"] = int(high)
    text = run("ports", image, "dom0_mem=64M",
               [f"addr=0x60000000,kernel={BUILD / 'guests' / 'bench.bin'},"
                "bootargs=wfi=0 count=100 ports=4000"], 1024, 120)
    rows["send_1"] = only(r"bench send_2 \d+ \d+ (\d+)$", text, "ports")
    rows["send_4000"] = only(r"bench send_many \d+ \d+ (\d+)$", text, "ports")
    archive = bench_archive(BUILD / "dom0" / "initramfs.cpio")
    text = run("many", image, "dom0_mem=512M heap=64M",
               [f"addr=0x50000000,kernel={BUILD / 'dom0' / 'vmlinuz'},"
                "bootargs=console=hvc0 quiet rdinit=/bench/init bench.many",
                f"addr=0x58000000,initrd={archive}"], 2048, 540)
    for row in ("create_1", "create_100"):
        rows[row] = min(rounds(row, text, "many"))  # idle time counts: never too cheap
    return rows


def measure(parts):
    """{row: figure} of Bulkhead."""
    rows = {}
    image = CONFIG / "bulkhead"
    if "paths" in parts:
        rows |= measure_paths("paths", image, "", "")
        rows |= measure_two_cpus("two-cpus", image, "", "")
        rows |= measure_pv("pv", image, "")
        for row, words in (("null", ""), ("null_trap", " vwfi=trap")):
            found = measure_paths(f"paths-{row}", image, f"sched=null{words}", "")
            rows[f"vtimer_wfi_{row}"] = found["vtimer_wfi"]
        found = measure_two_cpus("two-cpus-null", image, "sched=null", "")
        rows["sgi_other_null"] = found["sgi_other"]
        found = measure_paths("paths-traced", image, "", "trace=1 count=200")
        rows["traced_hypercall"] = found["null_hypercall"]
        rows["traced_vtimer"] = found["vtimer_running"]
    if "dom0" in parts:
        found, text = measure_dom0("dom0", image, "", "initramfs.cpio", "")
        rows |= found
        rows["boot_to_dom0"] = 1000 * only(r"boot: done after (\d+) us", text, "dom0")
        # The least of its rounds: Dom0 shares the CPU.
        rows["uart_status"] = only(r"bench uart_status (\d+) \d+ \d+$", text, "dom0")
        rows["kept_kib"] = only(r"RAM, (\d+) KiB kept by the hypervisor", text, "dom0")
        subprocess.run(["make", "-s", "dom0-xl"], cwd=TOP, check=True, stdout=subprocess.DEVNULL)
        found, _ = measure_dom0("dom0-xl", image, "", "initramfs-xl.cpio", "bench.tool=xl")
        rows |= {f"xl_{row}": found[row] for row in ("create", "destroy")}
    if "scaling" in parts:
        rows |= measure_scaling(image)
    if "size" in parts:
        rows["image"] = image.stat().st_size
        rows["code_lines"] = sum(code_lines(linked_sources(CONFIG)).values())
    return rows


def measure_peer(parts):
    """{row: figure} of Debian's Xen on the same machines."""
    rows = {}
    words = "console=dtuart dtuart=/pl011@9000000 sync_console noreboot"
    if "paths" in parts:
        rows |= measure_paths("xen-paths", XEN, words, "")
        rows |= measure_two_cpus("xen-two-cpus", XEN, words, "")
        rows |= measure_pv("xen-pv", XEN, words)
    if "dom0" in parts:
        found, _ = measure_dom0("xen-dom0", XEN, words, "initramfs-xl.cpio", "bench.tool=xl")
        rows |= found | {f"xl_{row}": found[row] for row in ("create", "destroy")}
    return rows


def short(value):
    """A figure for the table."""
    if value is None:
        return "-"
    if value >= 10 * MILLION:
        return f"{value / MILLION:.1f} M"
    return f"{value:,}"


def print_row(row, cells, mark):
    """One line of the table: what is measured, and the figures of the columns."""
    line = "".join(f"{cell:>11}" for cell in cells)
    print(f"{row[1]:42}{row[2]:6}{line}{short(row[4]):>9}{mark}")


def print_table(rows, peer, beside, name):
    """Prints the rows; returns (passed, failed). The gate is for the default configuration, and for
    the one beside it: no row above the default one's."""
    gated = CONFIG.name == "qemu_virt"
    titles = ["Bulkhead"] + [name] * bool(beside) + ["at most", "Xen 4.20"] + \
        ["Xen now"] * bool(peer)
    if any(row[0] in rows for row in ROWS):
        print(f"{'':42}{'unit':6}{''.join(f'{title:>11}' for title in titles)}{'Bao':>9}")
    passed = failed = 0
    for row in ROWS:
        key, limit = row[0], row[5]
        if key not in rows:
            continue
        checks = [rows[key] <= limit] if limit is not None and gated else []
        checks += [beside[key] <= rows[key]] if key in beside else []
        checks += [rows[key] <= SHARES[key] * peer.get(key, row[3])] if key in SHARES else []
        passed, failed = passed + sum(checks), failed + checks.count(False)
        cells = [short(rows[key])] + [short(beside.get(key))] * bool(beside) + \
            [short(limit), short(row[3])] + [short(peer.get(key))] * bool(peer)
        print_row(row, cells, "" if all(checks) else "  TOO MUCH")
    return passed, failed


def print_scaling(rows):
    """Prints what grows with a number; returns (passed, failed)."""
    passed = failed = 0
    for key, what, numbers, limit in SCALING:
        figures = [rows.get(key.format(nr)) for nr in numbers]
        if None in figures:
            continue
        good = max(figures) <= limit * figures[0]
        passed, failed = passed + good, failed + (not good)
        row = "".join(f"{f'{nr}: {short(figure)}':>16}" for nr, figure in zip(numbers, figures))
        print(f"{what:42}{row}  x {max(figures) / figures[0]:.2f}{'' if good else '  TOO MUCH'}")
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--only", choices=("paths", "dom0", "scaling", "size"))
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--twice", action="store_true")
    parser.add_argument("--beside", metavar="CONFIG")
    arguments = parser.parse_args()
    parts = [arguments.only] if arguments.only else ["paths", "dom0", "scaling", "size"]

    OUT.mkdir(parents=True, exist_ok=True)
    try:
        rows = measure(parts)
        again = measure([p for p in parts if p != "size"]) if arguments.twice else {}
        peer = measure_peer(parts) if arguments.peer else {}
        beside = measure_beside(arguments.beside) if arguments.beside else {}
    except BenchError as error:
        print(f"error: {error}")
        print("0 passed, 1 failed")
        return 1
    part = f"-{arguments.only}" if arguments.only else ""
    (OUT / f"bulkhead{part}.json").write_text(json.dumps(rows, indent=1) + "\n")
    if beside:
        (OUT / f"beside-{arguments.beside}.json").write_text(json.dumps(beside, indent=1) + "\n")
    if peer:
        (OUT / f"xen{part}.json").write_text(json.dumps(peer, indent=1) + "\n")
    passed, failed = map(sum, zip(print_table(rows, peer, beside, arguments.beside),
                                   print_scaling(rows)))
    for row, value in sorted(again.items()):
        if value != rows.get(row):
            print(f"{row}: {rows.get(row)}, then {value}: not reproducible")
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
