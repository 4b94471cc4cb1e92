# SPDX-License-Identifier: Apache-2.0
"""One system: the file, the machine, and what was derived from both."""
import struct
from dataclasses import dataclass
from pathlib import Path

import boards
from config import Config, parse_size
from machine import Machine
from refusals import Report

KIB, MIB = 1 << 10, 1 << 20
IMAGE_MAGIC = 0x644d5241
HYPERVISOR_ROOM = 4 * MIB  # for its own memory, beside 1/128 of RAM


@dataclass
class Module:
    """A file that the boot loader loads. owner: number of a domain, None: Dom0 or hypervisor."""
    kind: str                 # hypervisor, kernel, ramdisk, device-tree
    owner: int
    source: Path              # None: data is made here
    data: bytes
    name: str                 # on the disk
    bootargs: str = ""
    address: int = 0

    @property
    def size(self):
        if self.data is not None:
            return len(self.data)
        return self.source.stat().st_size if self.source.is_file() else 0

    def read(self, count=-1):
        if self.data is not None:
            return self.data if count < 0 else self.data[:count]
        if not self.source.is_file():
            return b""
        with open(self.source, "rb") as f:
            return f.read(count)

    def span(self):
        return self.address, self.address + self.size


@dataclass
class ImageHeader:
    """What an arm64 Image says about itself (Linux: Documentation/arch/arm64/booting.rst)."""
    magic: int
    text_offset: int
    bytes: int
    is_big_endian: bool


def image_header(module):
    """None when the module is too short to have one."""
    head = module.read(64)
    if len(head) < 64:
        return None
    offset, size, flags = struct.unpack_from("<QQQ", head, 8)
    magic, = struct.unpack_from("<I", head, 56)
    return ImageHeader(magic, offset & (2 * MIB - 1), max(size, module.size), bool(flags & 1))


class System:
    """config, report, board, machine; domains in the tree's order; modules."""

    def __init__(self, path):
        self.config = Config(path)
        self.report = Report(self.config)
        self.board = boards.find(self.config)
        self.machine = Machine(self.board.tree)
        self.domains = self.config.tables("domain")
        self.dom0 = self.config.table("dom0")
        self.modules = []
        self.partial = {}     # number of a domain: Node, its partial device tree
        self.given = []       # devices.Given of all domains
        self._find_modules()

    def path_of(self, *key):
        return ("dom0",) if key[0] is None else ("domain", key[0])

    def name(self, number):
        return str(self.domains[number].get("name", f"domain{number + 1}"))

    def _find_modules(self):
        self._add("hypervisor", None, self.config.table("hypervisor").get("image"), "bulkhead")
        for number, table in enumerate(self.domains):
            self._add_images(number, table, f"{self.name(number)}-")
        if self.dom0:
            self._add_images(None, self.dom0, "dom0-")

    def _add_images(self, owner, table, prefix):
        for kind in ("kernel", "ramdisk"):
            self._add(kind, owner, table.get(kind), prefix + kind)
            if kind == "kernel" and table.get(kind):
                self.modules[-1].bootargs = str(table.get("cmdline", ""))

    def _add(self, kind, owner, name, on_disk):
        if name is not None:
            safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in on_disk)
            self.modules.append(Module(kind, owner, self.config.path_of(str(name)), None, safe))

    def add_data(self, kind, owner, data, on_disk):
        self.modules.append(Module(kind, owner, None, data, on_disk))

    def module(self, kind, owner):
        return next((m for m in self.modules if m.kind == kind and m.owner == owner), None)

    def of_domain(self, number):
        return [m for m in self.modules if m.owner == number and m.kind != "hypervisor"]

    def static_ranges(self, number):
        """[(start, end)] of a domain's static memory, as far as they are well formed."""
        return list(ranges(self.domains[number].get("static_memory")))

    def heap_ranges(self):
        return list(ranges(self.config.table("hypervisor").get("static_heap")))

    def ram_bytes(self):
        return sum(end - start for start, end in self.machine.ram)


def ranges(value):
    """(start, end) of a list of {address, size}."""
    for entry in value if isinstance(value, list) else []:
        if isinstance(entry, dict):
            start, size = parse_size(entry.get("address", "")), parse_size(entry.get("size", ""))
            if start is not None and size is not None:
                yield start, start + size
