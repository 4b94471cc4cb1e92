# SPDX-License-Identifier: Apache-2.0
"""Every key of the file: its kind and limits, and the device-tree property that it becomes.

One table per kind of TOML table. The check here is about a value alone; what needs other values or
the machine is in checks.py and its like.
"""
import difflib
from dataclasses import dataclass

from config import parse_size
from nodes import cells, longs, texts


@dataclass(frozen=True)
class Key:
    """kind: number, numbers, size, text, texts, flag, word, file, any (checked elsewhere)."""
    kind: str
    prop: str = ""
    low: int = 0
    high: int = 0xffffffff
    words: tuple = ()
    must: bool = False


WANTED = {"number": "a number", "numbers": "a number, or a list of them",
          "size": "a size like \"64M\"", "text": "a text", "texts": "a text, or a list of them",
          "flag": "true or false", "word": "a text", "file": "the name of a file",
          "table": "a table", "tables": "an array of tables", "list": "a list"}
RATE = {"low": 0, "high": 1000000000}

SCHEDULING = {
    "affinity": Key("texts", "bulkhead,affinity"),
    "period_us": Key("numbers", "bulkhead,period-us"),
    "budget_us": Key("numbers", "bulkhead,budget-us"),
    "extratime": Key("flag", "bulkhead,extratime"),
    "weight": Key("number", "bulkhead,weight", 1, 65535),
    "cap": Key("number", "bulkhead,cap", 0, 6400),
}
RESTART = {
    "restart": Key("word", "bulkhead,restart", words=("never", "warm", "cold")),
    "warm_limit": Key("number", "bulkhead,warm-limit", 0, 100),
    "cold_limit": Key("number", "bulkhead,cold-limit", 1, 100),
    "window_s": Key("number", "bulkhead,window-s", 1, 86400),
    "give_up": Key("word", "bulkhead,give-up", words=("disable", "reset")),
    "watchdog_ms": Key("number", "bulkhead,watchdog-ms", 0, 3600000),
}
IMAGES = {
    "kernel": Key("file", must=True),
    "ramdisk": Key("file"),
    "cmdline": Key("text"),
}
DOM0 = {**IMAGES, "memory": Key("size"), "cpus": Key("number", "", 1, 64), **SCHEDULING, **RESTART}
DOMAIN = {
    "name": Key("text", must=True),
    **IMAGES,
    "device_tree": Key("file"),
    "memory": Key("size", "memory", must=True),
    "cpus": Key("number", "cpus", 1, 64, must=True),
    "vpl011": Key("flag", "vpl011"),
    "nr_spis": Key("number", "nr_spis", 0, 960),
    "enhanced": Key("word", "xen,enhanced", words=("enabled", "no-xenstore", "disabled")),
    "static_memory": Key("list"),
    "direct_map": Key("flag", "direct-map"),
    "pool": Key("text"),
    **SCHEDULING,
    "trap_rate": Key("number", "bulkhead,trap-rate", **RATE),
    "interrupt_rate": Key("number", "bulkhead,interrupt-rate", **RATE),
    "log_rate": Key("number", "bulkhead,log-rate", **RATE),
    **RESTART,
    "device": Key("tables"),
}
RANGE = {"address": Key("size", must=True), "size": Key("size", must=True)}
DEVICE = {
    "path": Key("text", must=True),
    "guest_address": Key("size"),
    "accept_dma": Key("flag"),
}
SHARED = {
    "name": Key("text", must=True),
    "size": Key("size", must=True),
    "address": Key("size"),
    "owner": Key("text"),
    "sides": Key("list", must=True),
}
SHARED_SIDE = {"domain": Key("text", must=True), "guest_address": Key("size", must=True)}
CHANNEL = {"sides": Key("list", must=True)}
CHANNEL_SIDE = {"domain": Key("text", must=True), "port": Key("number", must=True)}
POOL = {
    "name": Key("text", must=True),
    "cpus": Key("list", must=True),
    "scheduler": Key("word", "cpupool-sched", words=("credit", "arinc653", "rtds", "null")),
    "frame_us": Key("number", "bulkhead,major-frame-us", 1, 10000000),
    "windows": Key("list"),
}
WINDOW = {
    "start_us": Key("number", must=True),
    "length_us": Key("number", must=True),
    "domain": Key("text", must=True),
    "vcpu": Key("number", "bulkhead,vcpu", 0, 63),
}
BOARD = {
    "name": Key("word", words=("virt", "rpi4"), must=True),
    "cpus": Key("number", "", 1, 64),
    "memory": Key("size"),
    "cpu": Key("text"),
    "gic": Key("number", "", 2, 4),
    "iommu": Key("word", words=("none", "smmuv3")),
    "device_tree": Key("file"),
    "u_boot": Key("file"),
    "qemu": Key("texts"),
}
HYPERVISOR = {
    "image": Key("file", must=True),
    "options": Key("text"),
    "static_heap": Key("list"),
}
TOP = {
    "board": (Key("table", must=True), BOARD),
    "hypervisor": (Key("table", must=True), HYPERVISOR),
    "dom0": (Key("table"), DOM0),
    "domain": (Key("tables"), DOMAIN),
    "pool": (Key("tables"), POOL),
    "shared_memory": (Key("tables"), SHARED),
    "event_channel": (Key("tables"), CHANNEL),
}
INNER = {"device": DEVICE, "static_memory": RANGE, "static_heap": RANGE, "windows": WINDOW}
SIDES = {"shared_memory": SHARED_SIDE, "event_channel": CHANNEL_SIDE}


def _is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_kind(kind, value):
    many = value if isinstance(value, list) else [value]
    return {
        "number": lambda: _is_number(value),
        "numbers": lambda: bool(many) and all(map(_is_number, many)),
        "size": lambda: parse_size(value) is not None,
        "texts": lambda: bool(many) and all(isinstance(v, str) for v in many),
        "flag": lambda: isinstance(value, bool),
        "table": lambda: isinstance(value, dict),
        "tables": lambda: isinstance(value, list) and all(isinstance(v, dict) for v in value),
        "list": lambda: isinstance(value, list),
    }.get(kind, lambda: isinstance(value, str))()


def _check_value(report, path, key, value):
    if not _is_kind(key.kind, value):
        report.refuse(path, "TYPE", WANTED[key.kind])
    elif key.kind == "word" and value not in key.words:
        near = difflib.get_close_matches(value, key.words, 1)
        report.refuse(path, "WORD", value, ", ".join(key.words),
                      hint=f" (did you mean \"{near[0]}\"?)" if near else "")
    elif key.kind == "number" and not key.low <= value <= key.high:
        report.refuse(path, "RANGE", value, key.low, key.high)


def check_table(report, path, table, keys):
    """Unknown, missing and ill-formed keys of one table, and of the tables within."""
    for name, value in table.items():
        if name not in keys:
            near = difflib.get_close_matches(name, list(keys), 1)
            report.refuse(path + (name,), "UNKNOWN",
                          hint=f" (did you mean \"{near[0]}\"?)" if near else "")
            continue
        _check_value(report, path + (name,), keys[name], value)
        inner = INNER.get(name) or (SIDES.get(path[0]) if name == "sides" else None)
        for i, entry in enumerate(value if inner and isinstance(value, list) else []):
            if isinstance(entry, dict):
                check_table(report, path + (name, i), entry, inner)
            else:
                report.refuse(path + (name, i), "TYPE", WANTED["table"])
    for name, key in keys.items():
        if key.must and name not in table and (name != "kernel"):
            report.refuse(path + (name,), "MISSING")
        elif key.must and name not in table:
            report.refuse(path + (name,), "KERNEL_MISSING")


def check_schema(report):
    """The whole file, key by key."""
    data = report.config.data
    check_table(report, (), data, {name: key for name, (key, _) in TOP.items()})
    for name, (key, keys) in TOP.items():
        value = data.get(name)
        if key.kind == "table" and isinstance(value, dict):
            check_table(report, (name,), value, keys)
        for i, entry in enumerate(value if isinstance(value, list) else []):
            if isinstance(entry, dict) and key.kind == "tables":
                check_table(report, (name, i), entry, keys)


def encode(key, value):
    """The bytes of a property; what is of the wrong kind (--force) is encoded as what it is."""
    if value is True or value is False:
        return b""
    many = value if isinstance(value, list) else [value]
    if key.kind == "size":
        size = parse_size(value)
        return texts(str(value)) if size is None else longs(size >> 10)
    if all(_is_number(v) for v in many):
        return cells(*many)
    return texts(*map(str, many))


def properties(table, keys):
    """{property: bytes} of a table; an unknown key becomes a property of this project's."""
    props = {}
    for name, value in table.items():
        key = keys.get(name)
        prop = key.prop if key else "bulkhead," + name.replace("_", "-")
        if prop and value is not False:
            props[prop] = encode(key or Key("any"), value)
    return props
