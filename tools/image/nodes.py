# SPDX-License-Identifier: Apache-2.0
"""A device tree as plain objects: read from a blob, changed, written as source, compiled."""
import struct
import subprocess
from dataclasses import dataclass, field

import libfdt


class TreeError(Exception):
    """A device tree that cannot be read or compiled."""


def cells(*values):
    return b"".join(struct.pack(">I", v & 0xffffffff) for v in values)


def longs(*values):
    return b"".join(struct.pack(">Q", v & 0xffffffffffffffff) for v in values)


def texts(*values):
    return b"".join(v.encode() + b"\0" for v in values)


@dataclass
class Node:
    """Properties as bytes, children in order; the root has the map of reserved memory."""
    name: str = ""
    props: dict = field(default_factory=dict)
    children: list = field(default_factory=list)
    reserved: list = field(default_factory=list)  # (address, size)

    def add(self, name, **props):
        """A new child. Keywords cannot hold '-' or ',': use props afterwards for those."""
        child = Node(name, dict(props))
        self.children.append(child)
        return child

    def child(self, name):
        """The child of that name; a name without @ finds one with it."""
        for child in self.children:
            if name in (child.name, child.name.split("@")[0]):
                return child
        return None

    def at(self, path):
        """The node of a path below this one, or None."""
        node = self
        for part in path.strip("/").split("/"):
            node = node.child(part) if node and part else node
        return node

    def walk(self, path=""):
        """(path, node) of this node and all below it; the root's path is "/"."""
        yield path or "/", self
        for child in self.children:
            yield from child.walk(f"{path}/{child.name}")

    def number(self, name, default=None):
        """A property of one cell, or of two."""
        value = self.props.get(name, b"")
        return int.from_bytes(value, "big") if len(value) in (4, 8) else default

    def numbers(self, name):
        value = self.props.get(name, b"")
        return list(struct.unpack(f">{len(value) // 4}I", value[:len(value) // 4 * 4]))

    def strings(self, name):
        value = self.props.get(name)
        return value.decode(errors="replace").rstrip("\0").split("\0") if value else []

    def string(self, name):
        return (self.strings(name) or [""])[0]


def _read_node(blob, offset):
    node = Node(blob.get_name(offset))
    at = blob.first_property_offset(offset, libfdt.QUIET_NOTFOUND)
    while at >= 0:
        prop = blob.get_property_by_offset(at)
        node.props[prop.name] = bytes(prop)
        at = blob.next_property_offset(at, libfdt.QUIET_NOTFOUND)
    at = blob.first_subnode(offset, libfdt.QUIET_NOTFOUND)
    while at >= 0:
        node.children.append(_read_node(blob, at))
        at = blob.next_subnode(at, libfdt.QUIET_NOTFOUND)
    return node


def parse(data):
    """The root of a blob."""
    try:
        blob = libfdt.FdtRo(data)
        root = _read_node(blob, 0)
        # Its get_mem_rsv() gives sizes alone.
        root.reserved = [struct.unpack_from(">2Q", data, blob.off_mem_rsvmap() + 16 * i)
                         for i in range(blob.num_mem_rsv())]
        return root
    except (libfdt.FdtException, ValueError, UnicodeDecodeError) as e:
        raise TreeError(str(e)) from e


def _source_value(value):
    return f" = [{value.hex(' ')}]" if value else ""


def _source(node, depth):
    tab = "\t" * depth
    yield f"{tab}{node.name or '/'} {{"
    for name, value in node.props.items():
        yield f"{tab}\t{name}{_source_value(value)};"
    for child in node.children:
        yield from _source(child, depth + 1)
    yield f"{tab}}};"


def dtc(source, *options):
    """Compiles source (text or bytes); returns the blob."""
    data = source.encode() if isinstance(source, str) else source
    try:
        done = subprocess.run(["dtc", "-q", *options, "-I", "dts", "-O", "dtb", "-"], input=data,
                              capture_output=True, check=False)
    except FileNotFoundError as e:
        raise TreeError("dtc is missing: install device-tree-compiler") from e
    if done.returncode:
        raise TreeError(done.stderr.decode(errors="replace").strip().split("\n", maxsplit=1)[0])
    return done.stdout


def compile_tree(root):
    """The blob of a tree, even one that dtc finds fault with (--force)."""
    lines = ["/dts-v1/;", *(f"/memreserve/ {at:#x} {size:#x};" for at, size in root.reserved)]
    return dtc("\n".join([*lines, *_source(root, 0)]) + "\n", "-f")
