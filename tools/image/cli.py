# SPDX-License-Identifier: Apache-2.0
"""The command line of bh-image."""
import argparse
import json
import shlex
import sys
from pathlib import Path

import check_sched
import devices
import disk
import layout
import qemu
import script
import tree
from check_comm import check_comm
from check_domains import check_domains
from config import ConfigError
from nodes import TreeError, compile_tree
from schema import check_schema
from system import System

OK, FAILED, USAGE, REFUSED = 0, 1, 2, 3

HELP = """\
FILE describes a system in TOML: the board, the hypervisor, Dom0, domains that start at boot.

  bh-image check FILE              is it sound? every fault in one line, with what to do
  bh-image build FILE -o DISK.img  a disk or SD card for U-Boot
  bh-image build FILE -o FOLDER    the same files in a folder, with the finished device tree

Both print what goes where, and the command that starts it in QEMU. Exit codes: 0 all is well,
1 it could not be built, 2 wrong usage, 3 refused."""


def check(path):
    """The system of a file, completely checked; its report has what was refused."""
    s = System(path)
    check_schema(s.report)
    check_domains(s)
    count = len(s.machine.cpus)
    pools = check_sched.make_pools(s.report, count)
    for i, table in enumerate(s.domains):
        check_sched.check_scheduling(s.report, ("domain", i), table, pools, count)
    if s.dom0:
        table = {k: v for k, v in s.dom0.items() if k != "pool"}
        check_sched.check_scheduling(s.report, ("dom0",), table, pools, count)
    devices.collect(s)
    devices.check_devices(s)
    check_comm(s)
    for i, root in s.partial.items():
        s.add_data("device-tree", i, compile_tree(root), f"{s.name(i)}-device-tree")
    s.tree_address = layout.place(s)
    return s


def _files(s):
    """{name on the disk: content}."""
    edits = tree.make(s)
    text = "\n".join(script.make(s, edits, s.tree_address)) + "\n"
    files = {"boot.cmd": text.encode(), "boot.scr": script.compile_script(text)}
    for m in s.modules:
        files[m.name] = m.data if m.data is not None else \
            m.source.resolve() if m.source.is_file() else b""
    if s.board.name == "rpi4" and s.board.u_boot.exists():
        files["u-boot.bin"] = s.board.u_boot
    return files, compile_tree(tree.apply(s.board.tree, edits))


def build(s, output):
    """Writes the output; returns QEMU's command for it."""
    files, blob = _files(s)
    if output.suffix == ".img":
        disk.write_image(output, files, s.board.name == "rpi4")
        own = output.with_suffix(".dtb")
        if s.board.name == "rpi4":
            own.write_bytes(compile_tree(s.board.tree))
        return qemu.u_boot(s.board, output, own)
    disk.write_folder(output, {**files, "system.dtb": blob})
    return qemu.direct(s, output)


def _rows(s):
    whose = {None: "dom0"} | {i: s.name(i) for i in range(len(s.domains))}
    return [{"file": m.name, "kind": m.kind,
             "domain": None if m.kind == "hypervisor" else whose[m.owner],
             "address": m.address, "bytes": m.size} for m in s.modules]


def _print_table(rows):
    print(f"{'File':24} {'Domain':12} {'Address':>12} {'KiB':>8}")
    for r in rows:
        print(f"{r['file']:24} {r['domain'] or '-':12} {r['address']:#12x} "
              f"{-(-r['bytes'] // 1024):8}")


def _arguments(argv):
    parser = argparse.ArgumentParser(prog="bh-image", description=HELP,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("check", "build"), metavar="check|build")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("-o", "--output", type=Path, metavar="OUTPUT",
                        help="DISK.img or a folder, with build")
    parser.add_argument("--force", action="store_true",
                        help="build what was refused, as it stands; for tests of the hypervisor")
    parser.add_argument("--json", action="store_true", help="for programs")
    args = parser.parse_args(argv)
    if (args.command == "build") != (args.output is not None):
        parser.error("build needs -o OUTPUT, check takes none")
    return args


def _run(args):
    s = check(args.file)
    refusals = s.report.refusals
    result = {"ok": not refusals, "refusals": [vars(r) for r in refusals], "modules": _rows(s)}
    for r in refusals:
        print(f"error: {r}", file=sys.stderr)
    if refusals and not args.force:
        if args.json:
            print(json.dumps(result, indent=2))
        return REFUSED
    if args.command == "build":
        result["qemu"] = build(s, args.output)
    if args.json:
        print(json.dumps(result, indent=2))
    else:
        _print_table(result["modules"])
        if args.command == "build":
            print("\n" + shlex.join(result["qemu"]))
    return REFUSED if refusals and args.command == "check" else OK


def main(argv=None):
    args = _arguments(argv)
    try:
        return _run(args)
    except (ConfigError, TreeError, OSError) as e:
        print(f"error: {e}", file=sys.stderr)
        return REFUSED if isinstance(e, ConfigError) else FAILED
