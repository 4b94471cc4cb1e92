# SPDX-License-Identifier: Apache-2.0
"""The description of a system: a TOML file, with the line of each key for messages."""
import re
import tomllib
from pathlib import Path

UNITS = {"": 1, "B": 1, "K": 1 << 10, "KIB": 1 << 10, "M": 1 << 20, "MIB": 1 << 20,
         "G": 1 << 30, "GIB": 1 << 30}


class ConfigError(Exception):
    """A file that cannot be read at all."""


def parse_size(value):
    """Bytes of 64, "64K", "32 MiB", "2G"; None when it is no size."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.fullmatch(r"(0x[0-9a-fA-F]+|\d+)\s*([a-zA-Z]*)", str(value).strip())
    if isinstance(value, bool) or not found or found[2].upper() not in UNITS:
        return None
    return int(found[1], 0) * UNITS[found[2].upper()]


def _index(text):
    """{path: line} of tables and keys. Keys within inline tables have the line of the outer one."""
    lines, path, counts = {}, (), {}
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*(\[\[?)\s*([\w.\-\"]+)\s*\]", line)
        key = re.match(r"\s*([\w\-]+)\s*=", line)
        if head:
            path = ()
            parts = head[2].replace('"', "").split(".")
            for part in parts[:-1]:
                path += (part,)
                path += (counts[path],) if path in counts else ()
            path += (parts[-1],)
            if head[1] == "[[":
                counts[path] = counts.get(path, -1) + 1
                path += (counts[path],)
            lines[path] = number
        elif key:
            lines.setdefault(path + (key[1],), number)
    return lines


class Config:
    """The file as tomllib gives it, and where things stand in it."""

    def __init__(self, path):
        self.file = str(path)
        self.folder = Path(path).resolve().parent
        try:
            text = Path(path).read_text(encoding="utf-8")
            self.data = tomllib.loads(text)
        except FileNotFoundError as e:
            raise ConfigError(f"{path}: there is no such file") from e
        except (OSError, UnicodeDecodeError) as e:
            raise ConfigError(f"{path}: cannot be read: {e}") from e
        except tomllib.TOMLDecodeError as e:
            raise ConfigError(f"{path}: is no TOML: {e}") from e
        self.lines = _index(text)

    def line(self, path):
        """The line of a key, or of what is around it; 0 when it is nowhere."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def key_text(self, path):
        """domain.autopilot.memory for ("domain", 0, "memory")."""
        words, at = [], self.data
        for part in path:
            try:
                at = at[part]
            except (KeyError, IndexError, TypeError):
                at = None
            if isinstance(part, int):
                named = isinstance(at, dict) and isinstance(at.get("name"), str) and at["name"]
                part = named or str(part + 1)
            words.append(part)
        return ".".join(words)

    def tables(self, name):
        """The tables of [[name]]; whatever is none was refused by the schema."""
        found = self.data.get(name, [])
        return [t for t in found if isinstance(t, dict)] if isinstance(found, list) else []

    def table(self, name):
        found = self.data.get(name, {})
        return found if isinstance(found, dict) else {}

    def path_of(self, name):
        """A file named in the configuration: relative to it, or to the folder one works in."""
        path = Path(name)
        near = self.folder / path
        return near if path.is_absolute() or near.exists() or not path.exists() else path
