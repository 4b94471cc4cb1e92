# SPDX-License-Identifier: Apache-2.0
"""The boot tree of docs/bindings.md: what is added to the machine's device tree."""
import copy
from dataclasses import dataclass, field

import schema
from check_comm import number_of, sides
from config import parse_size
from devices import not_dom0s
from nodes import Node, cells, longs, texts

POOL_PHANDLE, CHANNEL_PHANDLE, CPU_PHANDLE = 0x42480000, 0x42481000, 0x42482000
TWO = {"#address-cells": cells(2), "#size-cells": cells(2)}


@dataclass
class Edits:
    """chosen: properties and children for /chosen. others: {path: properties} elsewhere."""
    chosen: Node = field(default_factory=lambda: Node("chosen"))
    others: dict = field(default_factory=dict)


def _module_node(module):
    node = Node(f"module@{module.address:x}")
    node.props = {"compatible": texts(f"multiboot,{module.kind}", "multiboot,module"),
                  "reg": longs(module.address, module.size)}
    if module.bootargs and module.owner is not None:
        node.props["bootargs"] = texts(module.bootargs)
    return node


def _spans(pairs):
    return b"".join(longs(start, end - start) for start, end in pairs)


def _node_name(s, i):
    """What is before an @ is the domain's name; two of the same name (--force) differ behind it."""
    name = s.name(i)
    return name if name not in map(s.name, range(i)) else f"{name}@{i}"


def _domain_node(s, i, table):
    node = Node(_node_name(s, i), {"compatible": texts("xen,domain"), **TWO})
    node.props.update(schema.properties(table, schema.DOMAIN))
    if "static_memory" in table:
        node.props["xen,static-mem"] = _spans(s.static_ranges(i))
    if "pool" in table:
        names = [p.get("name") for p in s.config.tables("pool")]
        at = names.index(table["pool"]) if table["pool"] in names else len(names)
        node.props["domain-cpupool"] = cells(POOL_PHANDLE + at)
    node.children = [_module_node(m) for m in s.of_domain(i)]
    return node


def _cpu_phandle(s, edits, cpu):
    """The phandle of a CPU's node; one without gets one."""
    if not isinstance(cpu, int) or not 0 <= cpu < len(s.machine.cpus):
        return CPU_PHANDLE + 0xfff
    path, node = s.machine.cpus[cpu]
    if "phandle" not in node.props:
        edits.others.setdefault(path, {})["phandle"] = cells(CPU_PHANDLE + cpu)
    return node.number("phandle", CPU_PHANDLE + cpu)


def _pool_node(s, edits, n, table):
    node = Node(f"pool{n}" if not isinstance(table.get("name"), str) else table["name"])
    cpus = table.get("cpus") if isinstance(table.get("cpus"), list) else []
    node.props = {"compatible": texts("xen,cpupool"), "phandle": cells(POOL_PHANDLE + n),
                  "cpupool-cpus": cells(*(_cpu_phandle(s, edits, c) for c in cpus)),
                  **schema.properties(table, schema.POOL)}
    if table.get("windows"):
        node.props.update({"#address-cells": cells(1), "#size-cells": cells(1)})
    for w in table.get("windows", []):
        child = node.add(f"window@{w.get('start_us')}")
        child.props = {"reg": cells(w.get("start_us", 0), w.get("length_us", 0)),
                       "bulkhead,domain": texts(str(w.get("domain"))),
                       **schema.properties(w, {**schema.WINDOW, "domain": schema.Key("text")})}
    return node


def _add_shared(s, domains):
    for n, table in enumerate(s.config.tables("shared_memory")):
        address, size = parse_size(table.get("address", "")), parse_size(table.get("size", ""))
        for m, side in sides(table):
            number = number_of(s, side.get("domain"))
            guest = parse_size(side.get("guest_address", ""))
            if number is None or guest is None or size is None:
                continue
            node = domains[number].add(f"shared-memory@{8 * n + m:x}")
            role = "owner" if table.get("owner") == side["domain"] else "borrower"
            where = (guest, size) if address is None else (address, guest, size)
            node.props = {"compatible": texts("xen,domain-shared-memory-v1"),
                          "xen,shm-id": texts(str(table.get("name"))),
                          "xen,shared-mem": longs(*where), "role": texts(role)}


def _add_channels(s, domains):
    for n, table in enumerate(s.config.tables("event_channel")):
        both = sides(table)
        for m, side in both:
            number, port = number_of(s, side.get("domain")), side.get("port")
            if number is None or not isinstance(port, int):
                continue
            own = CHANNEL_PHANDLE + 2 * n + m
            node = domains[number].add(f"evtchn@{2 * n + m:x}")
            node.props = {"compatible": texts("xen,evtchn-v1"), "phandle": cells(own),
                          "xen,evtchn": cells(port, CHANNEL_PHANDLE + 2 * n + 1 - m)}


def _dom0(s, edits):
    chosen = edits.chosen
    if not s.dom0:
        return ""
    if s.dom0.get("cmdline"):
        chosen.props["xen,dom0-bootargs"] = texts(str(s.dom0["cmdline"]))
    chosen.children += [_module_node(m) for m in s.of_domain(None)]
    props = schema.properties({k: v for k, v in s.dom0.items() if k not in (
        "kernel", "ramdisk", "cmdline", "memory", "cpus")}, schema.DOM0)
    if props:
        chosen.add("dom0").props = {"compatible": texts("bulkhead,dom0"), **props}
    words = ""
    if parse_size(s.dom0.get("memory", "")):
        words += f" dom0_mem={parse_size(s.dom0['memory']) >> 10}K"
    return words + (f" dom0_max_vcpus={s.dom0['cpus']}" if "cpus" in s.dom0 else "")


def make(s):
    """Everything that the boot loader adds to the tree; addresses must be known."""
    edits = Edits()
    edits.chosen.props.update(TWO)
    domains = [_domain_node(s, i, table) for i, table in enumerate(s.domains)]
    _add_shared(s, domains)
    _add_channels(s, domains)
    edits.chosen.children += [_pool_node(s, edits, n, t)
                              for n, t in enumerate(s.config.tables("pool"))]
    edits.chosen.children += domains
    options = str(s.config.table("hypervisor").get("options", "")) + _dom0(s, edits)
    edits.chosen.props["xen,xen-bootargs"] = texts(options.strip())
    if s.heap_ranges():
        edits.chosen.props["xen,static-heap"] = _spans(s.heap_ranges())
    for path in not_dom0s(s):
        edits.others.setdefault(path, {})["xen,passthrough"] = b""
    return edits


def apply(root, edits):
    """A copy of the machine's tree with the edits."""
    root = copy.deepcopy(root)
    chosen = root.child("chosen") or root.add("chosen")
    chosen.props.update(edits.chosen.props)
    chosen.children += edits.chosen.children
    for path, props in edits.others.items():
        root.at(path).props.update(props)
    return root
