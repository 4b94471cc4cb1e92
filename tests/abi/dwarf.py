# SPDX-License-Identifier: Apache-2.0
"""Types of a C file, read from the text that `readelf --debug-dump=info' prints.

Only what a comparison of layouts needs: structures and unions with their members, arrays, and the
size and signedness of everything else. Members of anonymous structures and unions count as
members of what encloses them, as in C.
"""

import re

ENTRY = re.compile(r"^\s*<([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: \d+ \((DW_TAG_\w+)\)")
FIELD = re.compile(r"^\s*<[0-9a-f]+>\s+(DW_AT_\w+)\s*: (.*)$")
FORM = re.compile(r"^\((?:[a-z]+_?[a-z]*\d*)\) ")
REFERENCE = re.compile(r"<0x([0-9a-f]+)>")
AGGREGATES = ("DW_TAG_structure_type", "DW_TAG_union_type")
QUALIFIERS = ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type")


class Die:
    """One entry of the debug information."""

    def __init__(self, tag):
        self.tag = tag
        self.attributes = {}
        self.children = []

    def number(self, attribute):
        text = self.attributes.get(attribute, "").split()
        return int(text[0], 0) if text and re.match(r"(0x)?[0-9a-f]+$", text[0]) else 0

    def name(self):
        return self.attributes.get("DW_AT_name", "").split("): ")[-1].strip()


class Member:
    """A member of a structure, with its offset from the beginning of the outermost one."""

    def __init__(self, offset, member_type, in_union):
        self.offset, self.type, self.in_union = offset, member_type, in_union


class Type:
    """A type seen through its typedefs and qualifiers."""

    def __init__(self, types, die, names=()):
        self.types, self.die = types, die
        self.names = set(names) | {die.name()}
        self.kind, self.size = "scalar", die.number("DW_AT_byte_size")
        self.count, self.element = 0, None
        if die.tag in AGGREGATES:
            self.kind = "aggregate"
        elif die.tag == "DW_TAG_array_type":
            self._init_array()

    def _init_array(self):
        self.kind, self.count = "array", 1
        self.element = self.types.of(self.die)
        for child in self.die.children:
            # An array without a bound is a flexible member and counts as empty.
            bounded = "DW_AT_upper_bound" in child.attributes
            self.count *= child.number("DW_AT_upper_bound") + 1 if bounded else 0
        self.size = self.count * self.element.size

    def tag(self):
        return self.die.name() if self.kind == "aggregate" else ""

    def is_handle(self):
        return any(name == "guest_handle" or name.startswith("__guest_handle")
                   for name in self.names)

    def is_signed(self):
        """Of a number; an enumeration counts as what its values need."""
        if self.die.tag == "DW_TAG_enumeration_type" and "DW_AT_type" in self.die.attributes:
            return self.types.of(self.die).is_signed()
        return self.die.attributes.get("DW_AT_encoding", "").split("\t")[-1] in (
            "(signed)", "(signed char)")

    def describe(self):
        if self.kind == "array":
            return f"array of {self.count}, {self.size} bytes"
        sign = " signed" if self.kind == "scalar" and self.is_signed() else ""
        return f"{self.kind} of {self.size} bytes{sign}"

    def members(self, base=0, in_union=False):
        """name -> Member, anonymous ones dissolved."""
        inside = in_union or self.die.tag == "DW_TAG_union_type"
        found = {}
        for child in self.die.children:
            if child.tag != "DW_TAG_member":
                continue
            offset = base + child.number("DW_AT_data_member_location")
            member_type = self.types.of(child)
            if child.name():
                found[child.name()] = Member(offset, member_type, inside)
            else:
                found.update(member_type.members(offset, inside))
        return found


class Types:
    """All types of one object file."""

    def __init__(self, text):
        self.dies, self.enumerators = {}, set()
        self._parse(text)
        for die in self.dies.values():
            if die.tag == "DW_TAG_enumerator":
                self.enumerators.add(die.name())

    def _parse(self, text):
        stack, die = [], None
        for line in text.splitlines():
            entry = ENTRY.match(line)
            if entry:
                level, die = int(entry[1], 16), Die(entry[3])
                self.dies[int(entry[2], 16)] = die
                del stack[level:]
                if stack:
                    stack[-1].children.append(die)
                stack.append(die)
                continue
            field = FIELD.match(line)
            if field and die:
                # Some versions of readelf name the form first: "(data1) 4" instead of "4".
                die.attributes[field[1]] = FORM.sub("", field[2].strip())

    def of(self, die):
        """The type that an entry refers to, typedefs resolved but their names kept."""
        names = []
        while True:
            reference = die.attributes.get("DW_AT_type")
            if reference is None:
                return Type(self, Die("void"), names)
            die = self.dies[int(REFERENCE.search(reference)[1], 16)]
            if die.tag not in QUALIFIERS:
                return Type(self, die, names)
            names.append(die.name())

    def tagged(self):
        """name -> Type of each structure and union that has a tag and a body."""
        return {die.name(): Type(self, die) for die in self.dies.values()
                if die.tag in AGGREGATES and die.name()
                and "DW_AT_declaration" not in die.attributes}

    def find(self, name):
        return self.tagged().get(name)
