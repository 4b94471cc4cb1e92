# SPDX-License-Identifier: Apache-2.0
"""Shared memory and event channels between boot-time domains."""
from config import parse_size
from devices import guest_places
from machine import PAGE, overlap

PORTS = (1, 1023)
REGIONS_MAX, PER_DOMAIN_MAX = 16, 8


def sides(table):
    """[(index, side)] of the well-formed sides of a region or channel."""
    found = table.get("sides")
    return [(n, x) for n, x in enumerate(found if isinstance(found, list) else [])
            if isinstance(x, dict)]


def number_of(s, name):
    """The number of a domain by name, or None."""
    return next((i for i, t in enumerate(s.domains) if t.get("name") == name), None)


def _check_domain(s, path, name):
    number = number_of(s, name)
    if number is None and isinstance(name, str):
        s.report.refuse(path, "WORD", name, ", ".join(s.name(i) for i in range(len(s.domains))))
    return number


def _physical(s, n):
    """(range, what) of physical memory that region n must leave alone."""
    for r in s.heap_ranges():
        yield r, "the hypervisor's heap"
    for i in range(len(s.domains)):
        for r in s.static_ranges(i):
            yield r, f"the memory of {s.name(i)}"
    for table in s.config.tables("shared_memory")[:n]:
        address, size = parse_size(table.get("address", "")), parse_size(table.get("size", ""))
        if address is not None and size is not None:
            yield (address, address + size), f"shared memory {table.get('name')}"


def _check_place(s, n, table, size):
    path, address = ("shared_memory", n, "address"), parse_size(table.get("address", ""))
    if address is None:
        return
    span = (address, address + size)
    if address % PAGE:
        s.report.refuse(path, "SHM_UNIT", *span)
    for other, what in _physical(s, n):
        if overlap(span, other):
            s.report.refuse(path, "SHM_HOST", *span, what)
    if not s.machine.is_ram(*span):
        s.report.refuse(path, "SHM_RAM", *span)


def _check_guest(s, path, domain, span, before):
    places = list(guest_places(s, domain)) + before
    places += [((to, to + length), g.path) for g in s.given if g.owner == domain
               for _, length, to in g.regs]
    if span[0] % PAGE:
        s.report.refuse(path, "SHM_UNIT", *span)
    for place, what in places:
        if overlap(span, place):
            s.report.refuse(path, "SHM_GUEST", *span, what)


def _check_region(s, n, table, used):
    path, size = ("shared_memory", n), parse_size(table.get("size", "")) or 0
    name, domains = table.get("name"), []
    if isinstance(name, str) and not 1 <= len(name) <= 15:
        s.report.refuse(path + ("name",), "SHM_ID", name)
    if size % PAGE or not size:
        s.report.refuse(path + ("size",), "SHM_UNIT", 0, size)
    _check_place(s, n, table, size)
    for m, side in sides(table):
        domain = _check_domain(s, path + ("sides", m, "domain"), side.get("domain"))
        guest = parse_size(side.get("guest_address", ""))
        domains.append(side.get("domain"))
        if domain is not None and guest is not None:
            span = (guest, guest + size)
            mine = used.setdefault(domain, [])
            _check_guest(s, path + ("sides", m, "guest_address"), domain, span, mine)
            mine.append((span, f"shared memory {name}"))
    if len(set(domains)) < 2:
        s.report.refuse(path + ("sides",), "SHM_ALONE", name)
    if "owner" in table and table["owner"] not in domains:
        s.report.refuse(path + ("owner",), "WORD", table["owner"], ", ".join(map(str, domains)))


def _check_channels(s):
    used = set()
    for n, table in enumerate(s.config.tables("event_channel")):
        path = ("event_channel", n, "sides")
        if len(sides(table)) != 2:
            s.report.refuse(path, "EVTCHN_PEER")
        for m, side in sides(table):
            port, domain = side.get("port"), side.get("domain")
            _check_domain(s, path + (m, "domain"), domain)
            if isinstance(port, int) and not PORTS[0] <= port <= PORTS[1]:
                s.report.refuse(path + (m, "port"), "PORT", port, *PORTS)
            elif (domain, port) in used:
                s.report.refuse(path + (m, "port"), "PORT_TWICE", port)
            used.add((domain, port))


def check_comm(s):
    used, names = {}, set()
    for n, table in enumerate(s.config.tables("shared_memory")):
        _check_region(s, n, table, used)
        if table.get("name") in names:
            s.report.refuse(("shared_memory", n, "name"), "SHM_DIFFERS", table.get("name"))
        names.add(table.get("name"))
        if n == REGIONS_MAX:
            s.report.refuse(("shared_memory", n), "SHM_MANY", REGIONS_MAX)
    for domain, regions in used.items():
        if len(regions) > PER_DOMAIN_MAX:
            s.report.refuse(("domain", domain), "SHM_MANY", PER_DOMAIN_MAX)
    _check_channels(s)
