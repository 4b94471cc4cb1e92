# SPDX-License-Identifier: Apache-2.0
"""Where the boot loader puts what: addresses of the tree, the hypervisor and all modules."""
from check_comm import sides
from config import parse_size
from machine import overlap
from system import KIB, MIB

ALIGN = 64 * KIB
IMAGE_ALIGN = 2 * MIB


def _taken(s):
    """RAM that must stay free of modules: it belongs to domains from the start, or to nobody."""
    yield from s.machine.reserved
    yield from s.heap_ranges()
    for i in range(len(s.domains)):
        yield from s.static_ranges(i)
    for table in s.config.tables("shared_memory"):
        address, size = parse_size(table.get("address", "")), parse_size(table.get("size", ""))
        if address is not None and size is not None and sides(table):
            yield address, address + size


def _place(windows, taken, size, align):
    """The lowest address for size bytes, or None."""
    for low, high in windows:
        at = -(-low // align) * align
        while at + size <= high:
            hit = next((t for t in taken if overlap((at, at + max(size, 1)), t)), None)
            if hit is None:
                return at
            at = -(-hit[1] // align) * align
    return None


def place(s):
    """Sets the address of each module; returns that of the device tree. Refuses what finds no
    place."""
    windows, taken = s.board.windows, list(_taken(s))
    tree = _place(windows, taken, s.board.tree_room, IMAGE_ALIGN)
    if tree is None:
        s.report.refuse(("board", "memory"), "LAYOUT", "device tree", s.board.tree_room // KIB)
        return 0
    taken.append((tree, tree + s.board.tree_room))
    for m in s.modules:
        # The hypervisor's image needs room for its zeroed data behind the file.
        room = m.size + 2 * MIB if m.kind == "hypervisor" else m.size
        at = _place(windows, taken, room, IMAGE_ALIGN if m.kind == "hypervisor" else ALIGN)
        if at is None:
            s.report.refuse(("board", "memory"), "LAYOUT", m.name, m.size // KIB)
            continue
        m.address = at
        taken.append((at, at + max(room, ALIGN)))
    return tree
