# SPDX-License-Identifier: Apache-2.0
"""What the machine's device tree says: RAM, CPUs, devices with registers and interrupts."""
from dataclasses import dataclass

PAGE = 4096
# What the hypervisor drives itself, by compatible; and the console, by stdout-path.
KEPT = ("arm,cortex-a15-gic", "arm,gic-400", "arm,gic-v3", "arm,gic-v3-its", "arm,smmu-v3",
        "arm,armv8-timer", "arm,armv7-timer", "arm,psci", "arm,psci-0.2", "arm,psci-1.0",
        "arm,gic-v2m-frame")
# Devices that never read or write memory themselves.
NO_DMA = ("arm,pl011", "arm,pl031", "arm,pl061", "arm,sp805", "arm,sp804", "brcm,bcm2835-aux-uart",
          "brcm,bcm2711-gpio", "brcm,bcm2835-gpio", "brcm,bcm2835-pm-wdt", "ns16550a")
SPI_BASE = 32


def page_range(start, end):
    """The whole pages around a range."""
    return start // PAGE * PAGE, -(-end // PAGE) * PAGE


def overlap(a, b):
    return a[0] < b[1] and b[0] < a[1]


def pairs(values, address_cells, size_cells):
    """[(start, end)] of the cells of a reg."""
    step = address_cells + size_cells
    out = []
    for i in range(0, len(values) - step + 1, step):
        start = size = 0
        for v in values[i:i + address_cells]:
            start = start << 32 | v
        for v in values[i + address_cells:i + step]:
            size = size << 32 | v
        out.append((start, start + size))
    return out


@dataclass
class Device:
    """A node with registers. spis: INTIDs; other interrupts are in others."""
    path: str
    node: object
    regs: list
    irqs: list
    has_iommu: bool
    is_off: bool

    def pages(self):
        return [page_range(*r) for r in self.regs]

    def does_no_dma(self):
        return any(c in NO_DMA for c in self.node.strings("compatible"))


def _translate(ranges, spans):
    """Through the parent's ranges: [(child start, child end, parent start)], None = as it is."""
    if ranges is None:
        return spans
    out = []
    for start, end in spans:
        for low, high, to in ranges:
            if low <= start < high:
                out.append((start - low + to, end - low + to))
    return out


def _bus_ranges(node, parent_cells):
    """The ranges of a bus; [] when there are none (nothing is seen from outside)."""
    values = node.numbers("ranges")
    if "ranges" not in node.props:
        return []
    if not values:
        return None
    na, ns = node.number("#address-cells", 2), node.number("#size-cells", 1)
    out = []
    for i in range(0, len(values) - na - parent_cells - ns + 1, na + parent_cells + ns):
        (low, high), = pairs(values[i:i + na] + values[i + na + parent_cells:][:ns], na, ns)
        (to, _), = pairs(values[i + na:i + na + parent_cells], parent_cells, 0)
        out.append((low, high, to))
    return out


class Machine:
    """Facts of one device tree; paths are those of the tree."""

    def __init__(self, tree):
        self.tree = tree
        self.devices = {}
        self.ram = []
        self.cpus = []
        self._walk(tree, "", [None], 0)
        self.reserved = self._reserved()
        self.kept = {p for p, d in self.devices.items() if self._is_kept(d)}
        self.kept_irqs = {i for p in self.kept for i in self.devices[p].irqs}

    def _walk(self, node, path, buses, irq_parent):
        na, ns = node.number("#address-cells", 2), node.number("#size-cells", 1)
        irq_parent = node.number("interrupt-parent", irq_parent)
        for child in node.children:
            at = f"{path}/{child.name}"
            spans = pairs(child.numbers("reg"), na, ns)
            kind = child.string("device_type")
            if kind == "memory":
                self.ram += [s for s in spans if s[1] > s[0]]
            elif kind == "cpu":
                self.cpus.append((at, child))
            elif child.strings("compatible"):
                self._add_device(at, child, spans, buses)
            ranges = _bus_ranges(child, na) if child.children else []
            if child.name not in ("cpus", "chosen", "reserved-memory", "aliases"):
                self._walk(child, at, buses + [ranges], irq_parent)
            elif child.name == "cpus":
                self._walk(child, at, buses, irq_parent)

    def _add_device(self, path, node, spans, buses):
        for ranges in reversed(buses[1:]):
            spans = _translate(ranges, spans)
        values = node.numbers("interrupts")
        irqs = [SPI_BASE + values[i + 1] for i in range(0, len(values) - 2, 3) if values[i] == 0]
        self.devices[path] = Device(path, node, spans, irqs, "iommus" in node.props,
                                    node.string("status") not in ("", "ok", "okay"))

    def _reserved(self):
        listed = [(at, at + size) for at, size in self.tree.reserved]
        node = self.tree.child("reserved-memory")
        if not node:
            return listed
        na, ns = node.number("#address-cells", 2), node.number("#size-cells", 1)
        return listed + [s for c in node.children
                         for s in pairs(c.numbers("reg"), na, ns) if s[1] > s[0]]

    def console(self):
        """The path that stdout-path names, directly or as an alias."""
        chosen = self.tree.child("chosen")
        name = chosen.string("stdout-path").split(":")[0] if chosen else ""
        if name and not name.startswith("/"):
            aliases = self.tree.child("aliases")
            name = aliases.string(name) if aliases else ""
        return name

    def _is_kept(self, device):
        return device.path == self.console() or any(
            c in KEPT for c in device.node.strings("compatible"))

    def is_ram(self, start, end):
        """Is all of it RAM, and none of it reserved?"""
        return any(a <= start and end <= b for a, b in self.ram) and not any(
            overlap((start, end), r) for r in self.reserved)

    def find(self, path):
        """The device of a path; node names without @… are not enough."""
        return self.devices.get(path)

    def neighbours(self, device):
        """Other devices that share a page with this one."""
        return [d for d in self.devices.values() if d is not device and any(
            overlap(a, b) for a in device.pages() for b in d.pages())]
