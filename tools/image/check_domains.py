# SPDX-License-Identifier: Apache-2.0
"""Names, files, kernels and memory of the domains and of Dom0."""
import re

from config import parse_size
from machine import PAGE, overlap
from system import HYPERVISOR_ROOM, IMAGE_MAGIC, KIB, MIB, image_header

DOMAINS_MAX = 32
MODULES_MAX = 32
CMDLINE_MAX = 1023
STATIC_MAX = 16
TREE_ROOM = 2 * MIB
DOM0_MEMORY = 512 * MIB


def _check_names(s):
    seen = set()
    for i, table in enumerate(s.domains):
        name = table.get("name")
        if not isinstance(name, str):
            continue
        if not re.fullmatch(r"[A-Za-z0-9.,_+-]{1,63}", name) or name == "Domain-0":
            s.report.refuse(("domain", i, "name"), "NAME", name)
        elif name in seen:
            s.report.refuse(("domain", i, "name"), "NAME_TWICE", name)
        seen.add(name)
    if len(s.domains) > DOMAINS_MAX:
        s.report.refuse(("domain", DOMAINS_MAX), "TOO_MANY", DOMAINS_MAX)
    elif len([m for m in s.modules if m.kind != "hypervisor"]) > MODULES_MAX:
        s.report.refuse(("domain",), "MODULES", MODULES_MAX)


def _check_files(s):
    for m in s.modules:
        path = ("hypervisor", "image") if m.kind == "hypervisor" else \
            s.path_of(m.owner) + (m.kind.replace("-", "_"),)
        if m.data is None and m.size == 0:
            s.report.refuse(path, "MODULE_EMPTY", m.kind,
                            hint="" if m.source.exists() else f" ({m.source} does not exist)")
        elif m.kind in ("kernel", "hypervisor"):
            _check_kernel(s, path, m)


def _check_kernel(s, path, module):
    header = image_header(module)
    if header is None or header.magic != IMAGE_MAGIC:
        s.report.refuse(path, "KERNEL_FORMAT", header.magic if header else 0)
    elif header.is_big_endian:
        s.report.refuse(path, "KERNEL_ENDIAN")


def needed(s, owner):
    """Bytes that kernel, device tree and ramdisk take: the kernel from a boundary of 2 MiB on, the
    tree at the next, the ramdisk 2 MiB behind."""
    kernel, ramdisk = s.module("kernel", owner), s.module("ramdisk", owner)
    header = image_header(kernel) if kernel else None
    if not header:
        return 0
    kernel_end = -(-(header.text_offset + header.bytes) // (2 * MIB)) * 2 * MIB
    return kernel_end + TREE_ROOM + (-(-ramdisk.size // PAGE) * PAGE if ramdisk else 0)


def _check_fit(s, path, owner, memory):
    if memory and not s.report.has(path) and needed(s, owner) > memory:
        s.report.refuse(path + ("memory",), "MEMORY_SMALL", needed(s, owner) // KIB,
                        memory // KIB)


def _others(s, number):
    """(range, what it is) of memory that is spoken for before this domain's."""
    for r in s.heap_ranges():
        yield r, "the hypervisor's heap"
    for r in s.machine.reserved:
        yield r, "reserved memory"
    for i in range(number):
        for r in s.static_ranges(i):
            yield r, f"the memory of {s.name(i)}"


def _check_static(s, i, table, memory):
    path, spans = ("domain", i, "static_memory"), s.static_ranges(i)
    if len(spans) > STATIC_MAX:
        s.report.refuse(path, "STATIC_MANY", len(spans), STATIC_MAX)
    for n, (start, end) in enumerate(spans):
        if start % PAGE or end % PAGE or end == start:
            s.report.refuse(path, "STATIC_UNIT", start, end, PAGE // KIB)
        taken = list(_others(s, i)) + [(r, f"another range of {s.name(i)}") for r in spans[:n]]
        for other, what in taken:
            if overlap((start, end), other):
                s.report.refuse(path, "STATIC_OVERLAP", start, end, what)
        if not s.machine.is_ram(start, end):
            s.report.refuse(path, "STATIC_RAM", start, end)
    total = sum(end - start for start, end in spans)
    if spans and memory and total != memory:
        s.report.refuse(path, "STATIC_SUM", total // KIB, memory // KIB)
    if table.get("direct_map") and not spans:
        s.report.refuse(("domain", i, "direct_map"), "DIRECT_MAP")


def _check_memory(s, i, table):
    memory = parse_size(table.get("memory", ""))
    unit = PAGE if "static_memory" in table else 2 * MIB
    if memory is not None and (memory % unit or not memory):
        s.report.refuse(("domain", i, "memory"), "MEMORY_UNIT", memory // KIB, unit // KIB)
    _check_static(s, i, table, memory)
    _check_fit(s, ("domain", i), i, memory)


def _check_total(s):
    """The hypervisor gives memory in the tree's order while all modules are still there."""
    free = s.ram_bytes() - s.ram_bytes() // 128 - HYPERVISOR_ROOM
    free -= sum(m.size for m in s.modules)
    free -= sum(end - start for i in range(len(s.domains)) for start, end in s.static_ranges(i))
    for i, table in enumerate(s.domains):
        memory = parse_size(table.get("memory", "")) or 0
        if "static_memory" not in table:
            if memory > free:
                s.report.refuse(("domain", i, "memory"), "MEMORY_FREE", memory // KIB,
                                max(0, free) // KIB)
            free -= memory
    memory = parse_size(s.dom0.get("memory", DOM0_MEMORY)) or 0
    if s.dom0 and memory > free:
        s.report.refuse(("dom0", "memory"), "MEMORY_FREE", memory // KIB, max(0, free) // KIB)


def _check_heap(s):
    path = ("hypervisor", "static_heap")
    for start, end in s.heap_ranges():
        if start % PAGE or end % PAGE or end == start:
            s.report.refuse(path, "STATIC_UNIT", start, end, PAGE // KIB)
        elif not s.machine.is_ram(start, end):
            s.report.refuse(path, "STATIC_RAM", start, end)


def check_domains(s):
    _check_names(s)
    _check_files(s)
    _check_heap(s)
    for i, table in enumerate(s.domains):
        _check_memory(s, i, table)
        if table.get("enhanced") == "enabled" and not s.dom0:
            s.report.refuse(("domain", i, "enhanced"), "NEEDS_DOM0")
    tables = [(("domain", i), t) for i, t in enumerate(s.domains)]
    for path, table in tables + [(("dom0",), s.dom0)]:
        length = len(str(table.get("cmdline", "")).encode())
        if length > CMDLINE_MAX:
            s.report.refuse(path + ("cmdline",), "CMDLINE", length, CMDLINE_MAX)
    if s.dom0:
        _check_fit(s, ("dom0",), None, parse_size(s.dom0.get("memory", DOM0_MEMORY)))
    elif not s.domains:
        s.report.refuse(("dom0",), "MISSING")
    _check_total(s)
