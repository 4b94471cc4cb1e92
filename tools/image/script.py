# SPDX-License-Identifier: Apache-2.0
"""The boot script: U-Boot's commands that load all files, write the tree and start."""
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from disk import EPOCH
from nodes import TreeError

CELLS_SHOWN = 12  # U-Boot takes a limited number of words; longer values are one word of bytes


def _value(value):
    """U-Boot's notation of a property's bytes."""
    if not value:
        return ""
    strings = value[:-1].split(b"\0") if value[-1] == 0 else []
    if strings and all(s and all(32 <= c < 127 for c in s) for s in strings) and \
            not any(s[:1] in b"<[" for s in strings):
        return " " + " ".join(_quote(s.decode()) for s in strings)
    if len(value) % 4 == 0 and len(value) <= 4 * CELLS_SHOWN:
        numbers = (int.from_bytes(value[i:i + 4], "big") for i in range(0, len(value), 4))
        return " <" + " ".join(f"{n:#x}" for n in numbers) + ">"
    return f" [{value.hex()}]"


def _quote(text):
    return text if shlex.quote(text) == text else "'" + text.replace("'", "'\\''") + "'"


def _write_node(path, node):
    for name, value in node.props.items():
        yield f"fdt set {path} {_quote(name)}{_value(value)}"
    for child in reversed(node.children):  # U-Boot puts each new node before the others
        yield f"fdt mknode {path} {child.name}"
        yield from _write_node(f"{path}/{child.name}", child)


def make(s, edits, tree):
    """The text of the script."""
    image = s.module("hypervisor", None)
    yield "# Made by bh-image; run by U-Boot."
    yield f"echo Bulkhead: loading {len(s.modules)} files"
    for m in s.modules:
        yield f"{s.board.load} {m.address:#x} /{m.name}"
    yield "fdt addr $fdt_addr"
    yield f"fdt move $fdt_addr {tree:#x} {s.board.tree_room:#x}"
    if not s.board.tree.child("chosen"):
        yield "fdt mknode / chosen"
    yield from _write_node("/chosen", edits.chosen)
    for path, props in edits.others.items():
        for name, value in props.items():
            yield f"fdt set {path} {name}{_value(value)}"
    yield "setenv fdt_high 0xffffffffffffffff"  # the tree stays where it is
    yield from s.board.script_extra
    yield f"booti {image.address:#x} - {tree:#x}"


def compile_script(text):
    """The script as U-Boot's image format."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "boot.cmd", Path(folder) / "boot.scr"
        source.write_text(text, encoding="utf-8")
        try:
            subprocess.run(["mkimage", "-A", "arm64", "-O", "linux", "-T", "script", "-C", "none",
                            "-d", str(source), str(target)], check=True, capture_output=True,
                           env={**os.environ, **EPOCH})
        except FileNotFoundError as e:
            raise TreeError("mkimage is missing: install u-boot-tools") from e
        return target.read_bytes()
