# SPDX-License-Identifier: Apache-2.0
"""Devices given to domains: partial device trees, made or brought along, and their checks."""
from dataclasses import dataclass

from config import parse_size
from machine import PAGE, SPI_BASE, overlap, page_range
from nodes import Node, TreeError, dtc, longs, parse, texts

# Properties of the machine's node that mean nothing in a guest, or are written anew.
NOT_COPIED = ("reg", "interrupt-parent", "phandle", "linux,phandle", "status", "iommus", "dmas",
              "dma-names", "power-domains", "resets", "msi-parent", "interrupts-extended")
GUEST_RAM = 0x40000000
GUEST_FIXED = (((0x03001000, 0x03011000), "the interrupt controller"),
               ((0x03020000, 0x04020000), "the interrupt controller"),
               ((0x38000000, 0x39000000), "the grant table"),
               ((0x39000000, 0x3a000000), "the hypervisor's pages"))
GUEST_UART, GUEST_UART_IRQ = (0x22000000, 0x22001000), 32


@dataclass
class Given:
    """One node of a partial tree. key: where the file speaks of it."""
    owner: int
    key: tuple
    path: str
    regs: list                # (physical, size, guest address)
    irqs: list                # (kind, number) as in interrupts
    is_forced: bool


def _clocks(machine, node):
    """Nodes of fixed clocks that a device refers to."""
    wanted = set(node.numbers("clocks"))
    return [n for _, n in machine.tree.walk() if n.number("phandle") in wanted and
            "fixed-clock" in n.strings("compatible")]


def make_node(machine, device, guest_address, is_forced):
    """The node of a device for a partial tree, with the fixed clocks that it needs."""
    clocks = _clocks(machine, device.node)
    phandles = {c.number("phandle") for c in clocks}
    node = Node(device.node.name)
    for name, value in device.node.props.items():
        usable = name not in NOT_COPIED and not name.startswith("pinctrl-")
        if name in ("clocks", "clock-names", "assigned-clocks", "assigned-clock-rates"):
            usable = set(device.node.numbers("clocks")) <= phandles and bool(clocks)
        if usable:
            node.props[name] = value
    shift = guest_address - device.pages()[0][0]
    node.props["reg"] = b"".join(longs(a + shift, b - a) for a, b in device.regs)
    node.props["xen,path"] = texts(device.path)
    node.props["xen,reg"] = b"".join(longs(a, b - a, a + shift) for a, b in device.pages())
    if is_forced:
        node.props["xen,force-assign-without-iommu"] = b""
    return [Node(c.name, dict(c.props)) for c in clocks] + [node]


def _skeleton():
    root = Node("", {"#address-cells": b"\0\0\0\2", "#size-cells": b"\0\0\0\2"})
    passthrough = root.add("passthrough")
    passthrough.props = {"compatible": texts("simple-bus"), "ranges": b"",
                         "#address-cells": b"\0\0\0\2", "#size-cells": b"\0\0\0\2"}
    return root


def _read_partial(s, i, name):
    path = s.config.path_of(str(name))
    key = ("domain", i, "device_tree")
    if not path.is_file():
        s.report.refuse(key, "MODULE_EMPTY", "device-tree", hint=f" ({path} does not exist)")
        return None
    try:
        data = path.read_bytes()
        root = parse(dtc(data) if path.suffix == ".dts" else data)
    except TreeError as e:
        s.report.refuse(key, "PARTIAL", hint=f" ({e})")
        return None
    if not root.child("passthrough"):
        s.report.refuse(key, "PARTIAL", hint=" (there is no node /passthrough)")
        return None
    return root


def _given(i, key, node):
    values = [int.from_bytes(node.props["xen,reg"][n:n + 8], "big")
              for n in range(0, len(node.props.get("xen,reg", b"")) // 8 * 8, 8)]
    regs = [tuple(values[n:n + 3]) for n in range(0, len(values) - 2, 3)]
    irq = node.numbers("interrupts")
    return Given(i, key, node.string("xen,path"), regs,
                 [(irq[n], irq[n + 1]) for n in range(0, len(irq) - 2, 3)],
                 "xen,force-assign-without-iommu" in node.props)


def _add_devices(s, i, root):
    """The nodes of [[domain.device]]; what is refused here is left out of the tree."""
    bus = root.child("passthrough")
    for n, table in enumerate(s.domains[i].get("device", [])):
        key = ("domain", i, "device", n)
        device = s.machine.find(str(table.get("path")))
        if device is None or not device.regs:
            s.report.refuse(key + ("path",), "DEVICE", table.get("path"))
            bus.add(f"missing@{n}").props["xen,path"] = texts(str(table.get("path")))
            continue
        first = device.pages()[0][0]
        guest = parse_size(table.get("guest_address", first))
        forced = bool(table.get("accept_dma")) or device.does_no_dma()
        nodes = make_node(s.machine, device, first if guest is None else guest // PAGE * PAGE,
                          forced and not device.has_iommu)
        names = [c.name for c in bus.children]
        bus.children += [x for x in nodes if x.name not in names or "xen,path" in x.props]
        s.given.append(_given(i, key + ("path",), nodes[-1]))


def collect(s):
    """Makes the partial trees of all domains, and the list of what they give."""
    for i, table in enumerate(s.domains):
        own = table.get("device_tree")
        root = _read_partial(s, i, own) if own else _skeleton()
        if root and own:
            for _, node in root.child("passthrough").walk():
                if "xen,path" in node.props or "xen,reg" in node.props:
                    s.given.append(_given(i, ("domain", i, "device_tree"), node))
        if root and isinstance(table.get("device"), list):
            _add_devices(s, i, root)
        if root and (own or table.get("device")):
            s.partial[i] = root


def guest_places(s, i):
    """(range, what) of guest addresses that a domain's devices must leave alone."""
    table = s.domains[i]
    memory = parse_size(table.get("memory", "")) or 0
    if table.get("direct_map"):
        for r in s.static_ranges(i):
            yield r, "the domain's memory"
    else:
        yield (GUEST_RAM, GUEST_RAM + memory), "the domain's memory"
        yield from GUEST_FIXED
    if table.get("vpl011"):
        yield GUEST_UART, "the emulated PL011"


def _check_device(s, g, before):
    device = s.machine.find(g.path) if g.path else None
    if g.path and device is None:
        s.report.refuse(g.key, "DEVICE", g.path)
    elif device and device.path in s.machine.kept:
        s.report.refuse(g.key, "DEVICE_KEPT", g.path)
    elif device and device.is_off:
        s.report.refuse(g.key, "DEVICE_OFF", g.path)
    for other in before:
        if g.path and other.path == g.path:
            s.report.refuse(g.key, "DEVICE_TWICE", g.path, s.name(other.owner))
    isolated = device and device.has_iommu
    if not g.is_forced and not isolated:
        s.report.refuse(g.key, "DMA", g.path or "the device",
                        hint=" (accept_dma = true)" if "device" in g.key else "")
    elif device and not isolated and not device.does_no_dma() and \
            not s.domains[g.owner].get("direct_map"):
        s.report.refuse(g.key, "DMA_ADDRESS", g.path)
    return device


def _check_regs(s, g, device, before):
    places = list(guest_places(s, g.owner))
    for start, size, guest in g.regs:
        span, inside = (start, start + size), (guest, guest + size)
        if start % PAGE or size % PAGE or guest % PAGE or not size:
            s.report.refuse(g.key, "REG_UNIT", *span)
        if device and not any(page_range(*r)[0] <= start and span[1] <= page_range(*r)[1]
                              for r in device.regs):
            s.report.refuse(g.key, "REG_FOREIGN", *span, device.path)
        for other in before:
            for base, length, to in other.regs:
                if other.owner != g.owner and overlap(span, (base, base + length)):
                    s.report.refuse(g.key, "REG_TWICE", max(start, base), s.name(other.owner))
                if other.owner == g.owner and overlap(inside, (to, to + length)) and \
                        (base, to) != (start, guest):
                    s.report.refuse(g.key, "REG_GUEST", *inside, other.path)
        for place, what in places:
            if overlap(inside, place):
                s.report.refuse(g.key, "REG_GUEST", *inside, what)


def _check_irqs(s, g, before):
    for kind, number in g.irqs:
        intid = SPI_BASE + number
        if kind != 0 or number > 987:
            s.report.refuse(g.key, "IRQ_RANGE", number)
        elif intid in s.machine.kept_irqs:
            s.report.refuse(g.key, "IRQ_KEPT", intid)
        elif intid == GUEST_UART_IRQ and s.domains[g.owner].get("vpl011"):
            s.report.refuse(g.key, "IRQ_TWICE", intid, "vpl011")
        for other in before:
            if (kind, number) in other.irqs:
                s.report.refuse(g.key, "IRQ_TWICE", intid, s.name(other.owner))


def check_devices(s):
    for n, g in enumerate(s.given):
        device = _check_device(s, g, s.given[:n])
        _check_regs(s, g, device, s.given[:n])
        _check_irqs(s, g, s.given[:n])


def not_dom0s(s):
    """Paths of the machine's nodes that Dom0 must not get: what is given, and what shares pages."""
    paths = set()
    for g in s.given:
        device = s.machine.find(g.path)
        if device:
            paths |= {g.path} | {d.path for d in s.machine.neighbours(device)}
    return sorted(paths)
