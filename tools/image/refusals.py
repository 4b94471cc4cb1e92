# SPDX-License-Identifier: Apache-2.0
"""The sentences of include/hv/refusals.h, and the list of what was refused.

The hypervisor says the same sentences at boot, so none is written here.
"""
import re
from dataclasses import dataclass
from pathlib import Path

HEADER = Path(__file__).resolve().parents[2] / "include" / "hv" / "refusals.h"


def read_sentences(path=HEADER):
    """{NAME: format} of all #define REFUSAL_NAME "…", which may go on in the next lines."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for name, value in re.findall(r'^#define REFUSAL_(\w+)\s+((?:"(?:[^"\\]|\\.)*"\s*)+)$', text,
                                  re.M):
        parts = re.findall(r'"((?:[^"\\]|\\.)*)"', value)
        found[name] = "".join(parts).replace('\\"', '"').replace("%lu", "%d")
    return found


@dataclass
class Refusal:
    """One fault: where it is, and the sentence."""
    file: str
    line: int
    key: str
    reason: str
    text: str

    def __str__(self):
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}: {self.key + ': ' if self.key else ''}{self.text}"


class Report:
    """Collects refusals; only the first about each key counts, the others follow from it."""

    def __init__(self, config):
        self.config = config
        self.refusals = []
        self.sentences = read_sentences()

    def refuse(self, path, name, *values, hint=""):
        """path: of the key in the file, like ("domain", 0, "memory")."""
        text = self.sentences[name] % tuple(values) + hint
        key = self.config.key_text(path)
        if not any(r.key == key for r in self.refusals):
            self.refusals.append(Refusal(self.config.file, self.config.line(path), key, name,
                                         text))

    def has(self, path):
        """Was anything at or below this path refused?"""
        key = self.config.key_text(path)
        return any(r.key == key or r.key.startswith(key + ".") for r in self.refusals)
