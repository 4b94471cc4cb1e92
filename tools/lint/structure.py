#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The structure gate: keeps the source in the shape that docs/architecture.md promises.

    tools/lint/structure.py [--table] [--root DIR] [--no-headers]

Prints one line per finding, `path:line: rule: text`, and exits with 1 when there is one. --table
adds the actual value beside each limit. Works on a tree without anything built.

Layers. A file calls only downward or inside its own folder. An edge is a reference of one file to
a symbol that another defines, be it a call or an address in a table: a lower folder that names an
upper one's function in a table depends on it all the same. The sources are read as text, and
objects in build/*/ that are newer than their source with nm. Upward control flow is made by the
upper folder, which registers a callback or places a row in a linker section.

arch_*. The porting interface (include/hv/arch.h, at most 40 functions) is not exempt: what common
code calls through it is implemented in a layer below the caller, or the call goes up. A function
that an upper architecture layer must provide to a lower common one is registered at boot. Only
so does "no circles between folders" hold for the linked program and not just for its headers.

The limits below may only get stricter; gate/ratchet.py compares them with every earlier commit.
"""
import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
from gate import headers, layers, names, paths, ratchet, shape  # noqa: E402
from gate.source import SourceFile  # noqa: E402

# Folders are layers, lowest first: (folder, code lines at most: everything enabled, certifiable).
LAYERS = [
    ("common/lib", 1000, 350),
    ("common/devtree", 700, 600),
    ("arch/arm64/cpu", 900, 700),
    ("common/core", 1200, 600),
    ("common/mem", 800, 350),
    ("common/trace", 600, 100),
    ("arch/arm64/hw", 1000, 650),
    ("drivers", 1800, 450),
    ("common/sched", 1200, 400),
    ("common/policy", 900, 300),
    ("arch/arm64/stage2", 750, 500),
    ("arch/arm64/vgic", 2000, 1200),
    ("arch/arm64/virt", 700, 500),
    ("common/domain", 400, 250),
    ("common/event", 650, 350),
    ("common/comm", 100, 100),
    ("common/grant", 500, 0),
    ("common/console", 450, 150),
    ("common/device", 600, 400),
    ("common/image", 150, 120),
    ("common/life", 500, 300),
    ("common/health", 750, 580),
    ("xsm", 700, 60),
    ("common/call", 100, 100),
    ("common/ext", 700, 60),
    ("common/control", 1200, 60),
    ("common/guest", 1500, 300),
    ("arch/arm64/trap", 1300, 850),
    ("common/build", 1500, 500),
    ("common/dom0", 550, 0),
    ("common/boot", 900, 300),
    ("arch/arm64/boot", 400, 300),
]

# Limits; min_... are lower bounds, all others upper bounds.
LIMITS = {
    "code_lines_full": 20000,       # linked .c and .S, everything enabled
    "code_lines_certifiable": 8000,
    "file_lines": 500,
    "function_lines": 60,
    "function_lines_mean": 16,
    "params": 5,
    "nesting": 3,
    "columns": 100,
    "conditionals_per_1000": 2,     # #if, #ifdef, #elif; include guards do not count
    "min_head_comment_lines": 5,    # with the SPDX line and the comment's own delimiters
    "min_prefix_percent": 95,
    "arch_functions": 40,
    "upward_calls": 0,
    "folder_circles": 0,
    "header_circles": 0,
}

# Nouns beside the file's stem and the folder's name: (file or folder, prefixes; * = any ending).
NOUNS = [
    ("common/lib/string.c", ["mem*", "str*"]),  # the names of the C library
    ("common/lib/number.c", ["str*"]),
    ("arch/arm64/hw/el2_map.c", ["hyp", "image"]),  # kinds of address that the map translates
    ("arch/arm64/stage2", ["s2"]),
    ("arch/arm64/boot/boot_tables.c", ["el2"]),
]

# Sources in a layer's folder that are compiled but not linked.
NOT_LINKED = ("arch/arm64/cpu/asm-offsets.c", "arch/arm64/boot/bulkhead.lds.S")

# One or the other is in an image, never both: with everything enabled the longer one counts.
EITHER = [
    ("common/mem/heap.c", "common/mem/heap_sealed.c"),
    ("common/mem/frame.c", "common/mem/frame_ranges.c"),
    ("common/sched/core.c", "common/sched/fixed.c"),
    ("common/guest/op_memory.c", "common/guest/op_memory_one.c"),
    ("common/core/console.c", "common/core/console_plain.c"),
    ("common/event/evtchn.c", "common/event/evtchn_own.c"),
]

# Options of builds that check or measure the hypervisor itself. What only they link is in no image
# with everything enabled that anybody runs a system on.
OWN_CHECKS = ("CONFIG_DEBUG", "CONFIG_EL2_BUDGET")

HYPERVISOR = ("common/", "arch/", "drivers/", "xsm/", "include/")
SOURCES = (".c", ".h", ".S", ".py", ".sh")
C_SOURCES = (".c", ".h", ".S")


def load(root, tracked):
    """All sources of the project that the rules read."""
    return [SourceFile(root, rel) for rel in tracked if rel.endswith(SOURCES)]


def build_folders(root):
    """Folders of configurations that have been built."""
    return sorted(str(p.parent.relative_to(root)) for p in root.glob("build/*/.config"))


def is_certifiable(root, build):
    """True for a build folder of the certifiable configuration."""
    return "\nCONFIG_CERTIFIABLE=y\n" in "\n" + (root / build / ".config").read_text()


class Gate:
    """Runs the rules over one tree; collects findings and rows of the table."""

    def __init__(self, root):
        self.root = root
        self.tracked = paths.tracked(root)
        self.sources = load(root, self.tracked)
        self.hypervisor = [s for s in self.sources
                           if s.rel.startswith(HYPERVISOR) and s.rel.endswith(C_SOURCES)]
        self.linked = [s for s in self.hypervisor
                       if s.rel.endswith((".c", ".S")) and layers.layer_of(s.rel, LAYERS)
                       and s.rel not in NOT_LINKED]
        self.findings = []
        self.rows = []

    def measure(self, name, actual, limit, where="tools/lint/structure.py"):
        """Adds a row to the table, and a finding when actual is beyond limit."""
        beyond = actual < limit if name.startswith("min_") else actual > limit
        self.rows.append((name, actual, limit))
        if beyond:
            self.findings.append((where, 1, "limit", f"{name} is {actual}, limit {limit}"))

    def check_shape(self):
        """Caps of each file, then the figures over all functions."""
        for source in self.sources:
            self.findings += shape.check(source, LIMITS, source in self.hypervisor)
        functions = [f for s in self.hypervisor for f in s.scope.functions]
        mean = sum(f.length for f in functions) / max(1, len(functions))
        self.rows.append(("functions", len(functions), None))
        for name, values in (("file_lines", [len(s.lines) for s in self.hypervisor]),
                             ("function_lines", [f.length for f in functions]),
                             ("params", [f.params for f in functions]),
                             ("nesting", [shape.deepest(f.body)[0] for f in functions])):
            self.rows.append((name, max(values, default=0), LIMITS[name]))
        self.measure("function_lines_mean", round(mean, 1), LIMITS["function_lines_mean"])
        lines = sum(len(s.lines) for s in self.hypervisor)
        count = sum(len(shape.conditionals(s)) for s in self.hypervisor)
        self.measure("conditionals_per_1000", round(1000 * count / max(1000, lines), 2),
                     LIMITS["conditionals_per_1000"])

    def check_layers(self):
        """Upward calls, circles between folders, circles between headers."""
        by_rel = {s.rel: s for s in self.hypervisor}
        headers_ = [s for s in self.hypervisor if s.rel.endswith(".h")]
        symbols = layers.gather(self.root, self.linked, headers_, build_folders(self.root))
        edges = list(layers.call_edges(symbols))
        upward = list(layers.upward(edges, LAYERS, by_rel))
        upward += layers.upward_includes(self.linked, LAYERS, by_rel)
        self.findings += upward
        folder_circles = layers.folder_circles(edges, LAYERS)
        header_circles = layers.header_circles(self.hypervisor, by_rel)
        for rule, found in (("folder-circle", folder_circles), ("header-circle", header_circles)):
            for part in found:
                self.findings.append((part[0], 1, rule, "circle of " + ", ".join(part)))
        self.rows.append(("files read from objects", len(symbols.exact), None))
        self.rows.append(("call edges between files", len(edges), None))
        self.rows.append(("upward_calls", len(upward), LIMITS["upward_calls"]))
        self.rows.append(("folder_circles", len(folder_circles), LIMITS["folder_circles"]))
        self.rows.append(("header_circles", len(header_circles), LIMITS["header_circles"]))
        self.check_homeless()

    def check_homeless(self):
        """A .c or .S file of the hypervisor outside every layer."""
        for source in self.hypervisor:
            if source.rel.endswith((".c", ".S")) and not layers.layer_of(source.rel, LAYERS):
                self.findings.append((source.rel, 1, "layer", "this folder is not a layer"))

    def check_names(self):
        """Prefixes of exported names; the porting interface."""
        declared = names.declared(self.hypervisor)
        exported = list(names.exported(self.linked, declared))
        wrong = list(names.misnamed(exported, NOUNS))
        percent = round(100 - 100 * len(wrong) / max(1, len(exported)), 1)
        if percent < LIMITS["min_prefix_percent"]:
            self.findings += [(rel, line, "prefix", f"{name} does not begin with its file's noun")
                              for rel, line, name in wrong]
        self.measure("min_prefix_percent", percent, LIMITS["min_prefix_percent"])
        self.measure("arch_functions", len(names.arch_functions(self.hypervisor)),
                     LIMITS["arch_functions"], names.ARCH_HEADER)
        self.findings += names.check_arch(self.hypervisor, declared)
        return wrong

    def budget(self, label, linked, column):
        """Code lines per layer and in total against one column of the budgets."""
        total = 0
        for row in LAYERS:
            lines = sum(s.code_lines for s in linked if s.rel.startswith(row[0] + "/"))
            total += lines
            self.measure(f"{label}: {row[0]}", lines, row[column])
        limit = LIMITS["code_lines_full"]
        self.measure(f"{label}: total", total,
                     LIMITS["code_lines_certifiable"] if column == 2 else limit)

    def shorter_of_pairs(self):
        """The shorter one of each pair in EITHER. What proves that no image has both: they define
        the same names."""
        by_rel = {s.rel: s for s in self.linked}
        exported = list(names.exported(self.linked, names.declared(self.hypervisor)))
        shorter = set()
        for pair in EITHER:
            first, second = ({name for at, _, name in exported if at == rel} for rel in pair)
            if all(rel in by_rel for rel in pair):
                shorter.add(min(pair, key=lambda rel: by_rel[rel].code_lines))
                if not first & second:
                    self.findings.append((pair[1], 1, "either", f"could be linked with {pair[0]}"))
        return shorter

    def own_checks(self):
        """Sources of objects that Files.mk adds for an option of OWN_CHECKS alone."""
        found = set()
        for source in self.linked:
            rules = self.root / source.rel.rsplit("/", 1)[0] / "Files.mk"
            name = re.escape(source.rel.rsplit("/", 1)[1].rsplit(".", 1)[0])
            if rules.is_file() and re.search(
                    rf"^\w+-\$\(({'|'.join(OWN_CHECKS)})\) \+= {name}\.o$",
                    rules.read_text(), re.M):
                found.add(source.rel)
        return found

    def check_budgets(self):
        """What an image can have at most against the full budget, each built configuration against
        its own."""
        left_out = self.shorter_of_pairs() | self.own_checks()
        self.budget("all sources", [s for s in self.linked if s.rel not in left_out], 1)
        for build in build_folders(self.root):
            if is_certifiable(self.root, build):
                linked = [s for s in self.linked
                          if any(True for _ in layers.object_files(self.root, [build], s.rel))]
                self.budget(build, linked, 2)

    def run(self, with_headers=True):
        """All rules; returns the sorted findings."""
        self.check_shape()
        self.check_layers()
        self.check_names()
        self.check_budgets()
        self.findings += ratchet.check(self.root, LAYERS, LIMITS)
        self.findings += paths.check(self.root, self.tracked)
        if with_headers:
            self.findings += headers.check(self.root, self.hypervisor)
        return sorted(set(self.findings))


def print_table(rows):
    """Actual values beside their limits."""
    print(f"{'':44}{'actual':>9}{'limit':>9}")
    for name, actual, limit in rows:
        print(f"{name:44}{actual:>9}{'' if limit is None else limit:>9}")


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--table", action="store_true", help="print actual values and limits")
    parser.add_argument("--no-headers", action="store_true", help="do not compile the headers")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    options = parser.parse_args()
    gate = Gate(options.root.resolve())
    findings = gate.run(not options.no_headers)
    for rel, line, rule, text in findings:
        print(f"{rel}:{line}: {rule}: {text}")
    if options.table:
        print_table(gate.rows)
    files = len(gate.hypervisor)
    lines = next(row[1] for row in gate.rows if row[0] == "all sources: total")
    print(f"structure: {files} hypervisor files, {lines} code lines, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
