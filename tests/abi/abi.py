#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compare include/public with Debian's libxen-dev, completely.

Nothing is listed by hand: the structures come out of the debug information of a C file that
includes every header of include/public, the constants out of the preprocessor's list of macros.
A new field, structure or constant is therefore compared without anybody thinking of it, and one
that libxen-dev does not have is a failure unless the file `ours' gives a reason.

Compared per structure: existence, size, every member's offset, size, array length and
signedness, and that no member of libxen-dev's is missing (members of unions may be: we offer
fewer operations). Per constant: the value. Nothing is executed on arm64: values are read from the
assembler output. Then the comparison itself is tested: each row of MUTATIONS spoils a copy of the
headers, and the comparison must notice.
"""

import argparse
import fnmatch
import pathlib
import re
import shutil
import subprocess
import sys

import document
import dwarf

CROSS = "aarch64-linux-gnu-"
EL2_FLAGS = ["-std=gnu11", "-ffreestanding", "-mgeneral-regs-only"]
WARN = ["-Wall", "-Wextra", "-Wshadow", "-Werror"]
SAMPLES = [0, 1, 2, 3, 15, 16, 255, 256, 0x1234, 0xFFFFFFFF]

# Function-like macros with more than one argument need a call to compare.
CALLS = {"MASK_XENCONS_IDX": ["(5000, ((struct xencons_interface *)0)->out)",
                              "(1024, ((struct xencons_interface *)0)->in)"]}

XEN_HEADERS = ["xen", "event_channel", "grant_table", "memory", "sched", "vcpu", "version",
               "features", "physdev", "platform", "domctl", "sysctl", "hypfs", "io/console",
               "hvm/hvm_op", "hvm/params", "xsm/flask_op"]

# file, what is replaced, by what, the comparison that must then fail
MUTATIONS = [
    ("xen.h", "uint32_t wc_version;", "uint32_t wc_version, gap;", "shared_info"),
    ("event_channel.h", "uint16_t dom, remote_dom;", "uint16_t remote_dom, dom;",
     "evtchn_alloc_unbound.dom"),
    ("event_channel.h", "#define EVTCHNOP_send\t\t  4", "#define EVTCHNOP_send 5", "EVTCHNOP_send"),
    ("grant_table.h", "int16_t status;\t       /* out: GNTST_* */", "uint16_t status;",
     "gnttab_map_grant_ref.status"),
    ("domctl.h", "uint8_t pad2[7];", "uint8_t pad2[6];", "xen_domctl_getdomaininfo.pad2"),
    ("domctl.h", "uint8_t online;", "uint8_t is_online;", "xen_domctl_getvcpuinfo.is_online"),
    ("sysctl.h", "\tuint32_t vcpu_migr_delay_us;\n", "", "xen_sysctl_credit_schedule"),
    ("memory.h", "uint64_t nr_extents;", "uint32_t nr_extents;",
     "xen_memory_reservation.nr_extents"),
    ("memory.h", "\tGUEST_HANDLE(int) errs;", "\tuint64_t errs;", "xen_add_to_physmap_batch.errs"),
    ("sched.h", "#define SHUTDOWN_MAX", "#define SHUTDOWN_SURPRISE 6\n#define SHUTDOWN_MAX",
     "SHUTDOWN_SURPRISE"),
    ("hvm.h", "struct xen_hvm_param {",
     "struct xen_hvm_invented { int a; };\nstruct xen_hvm_param {", "xen_hvm_invented"),
    ("memory.h", "(((x) + 1) << 8)", "(((x) + 2) << 8)", "XENMEMF_node(0)"),
]


class Report:
    """Counts, and prints what failed."""

    def __init__(self, quiet=False):
        self.passed = 0
        self.failures = {}
        self.quiet = quiet

    def check(self, ok, name, text=""):
        if ok:
            self.passed += 1
            return True
        self.failures.setdefault(name, text)
        if not self.quiet:
            print(f"FAIL {name}: {text}")
        return False


class Exceptions:
    """The file `ours': `NAME : reason' or `NAME = expression in libxen-dev's terms'."""

    def __init__(self, path):
        self.reasons, self.same_as, self.used = {}, {}, set()
        for line in path.read_text().splitlines():
            line = line.split("#")[0].strip()
            match = re.fullmatch(r"(\S+)\s*([:=])\s*(.+)", line)
            if match:
                (self.reasons if match[2] == ":" else self.same_as)[match[1]] = match[3]

    def expected(self, name):
        """Is name absent from libxen-dev with a reason?"""
        for pattern in self.reasons:
            if fnmatch.fnmatchcase(name, pattern):
                self.used.add(pattern)
                return True
        return False

    def expression(self, name):
        """What to compare the constant with: its own name or the expression given."""
        if name in self.same_as:
            self.used.add(name)
        return self.same_as.get(name, name)

    def unused(self):
        return sorted((set(self.reasons) | set(self.same_as)) - self.used)


class Side:
    """One of the two sets of headers: flags and text of the C file that includes all of it."""

    def __init__(self, name, out, flags, text):
        self.name, self.out, self.text = name, out, text
        self.flags = ["-w", *EL2_FLAGS, *flags]

    def compile(self, extra, text, *options):
        source = self.out / f"{self.name}.c"
        source.write_text(self.text + text)
        return run([f"{CROSS}gcc", *self.flags, *options, *extra, str(source), "-o", "-"])

    def macros(self):
        """name -> parameter list or '' of every macro with a body, the system's left out."""
        pattern = re.compile(r"#define (\w+)(\([^)]*\))? (\S.*)")
        found = {}
        for text in (self.text, "#include <stddef.h>\n#include <stdint.h>\n"):
            source = self.out / f"{self.name}-macros.c"
            source.write_text(text)
            output = run([f"{CROSS}gcc", *self.flags, "-E", "-dM", str(source)])
            rows = {m[1]: m[2] or "" for m in map(pattern.match, output.splitlines()) if m}
            found = {k: v for k, v in found.items() if k not in rows} if found else rows
        return found

    def types(self):
        obj = self.out / f"{self.name}.o"
        source = self.out / f"{self.name}.c"
        source.write_text(self.text)
        run([f"{CROSS}gcc", *self.flags, "-gdwarf-4", "-fno-eliminate-unused-debug-types", "-c",
             str(source), "-o", str(obj)])
        return dwarf.Types(run([f"{CROSS}readelf", "--debug-dump=info", str(obj)]))

    def values(self, expressions):
        """name -> value, through constants written into assembler output."""
        lines = [f'__asm__("->{key} %c0" : : "i"((long long)({expr})));'
                 for key, expr in expressions.items()]
        text = "\nvoid probe(void);\nvoid probe(void)\n{\n" + "\n".join(lines) + "\n}\n"
        output = self.compile(["-S"], text, "-O1")
        return {m[1]: int(m[2]) for m in re.finditer(r"^\s*->(.+) (-?\d+)$", output, re.M)}


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:1] + command[-4:])} failed:\n{done.stderr}")
    return done.stdout


def our_side(include, out):
    names = sorted(str(p.relative_to(include)) for p in (include / "public").rglob("*.h"))
    text = "".join(f"#include <{name}>\n" for name in names)
    # The assertions in the headers have their own check; here they would hide the comparison.
    return Side("ours", out, [f"-I{include}", "-D_Static_assert(...)="], text)


def xen_side(sysroot, out):
    text = "#include <stddef.h>\n#include <stdint.h>\n"
    # The two error numbers that stay inside a hypervisor are shown to hypervisors only.
    text += "#define __XEN__\n#include <xen/errno.h>\n#undef __XEN__\n#define __XEN_TOOLS__ 1\n"
    text += "".join(f"#include <xen/{name}.h>\n" for name in XEN_HEADERS)
    return Side("xen", out, [xen_include(sysroot, out)], text)


def xen_include(sysroot, out):
    """The option that finds libxen-dev in the sysroot, and nothing else there or on the host."""
    folder = out / "libxen-dev"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "xen"
    link.unlink(missing_ok=True)
    link.symlink_to((sysroot / "usr/include/xen").resolve())
    return f"-isystem{folder}"


def compare_members(report, allowed, path, mine, theirs):
    """Every member of mine against theirs, then look for members that mine lacks."""
    my_members, their_members = mine.members(), theirs.members()
    for name, member in my_members.items():
        where = f"{path}.{name}"
        other = their_members.get(name)
        if other is None:
            report.check(allowed.expected(where), where, "no such member in libxen-dev")
            continue
        report.check(member.offset == other.offset, where,
                     f"at offset {member.offset}, in libxen-dev at {other.offset}")
        compare_types(report, allowed, where, member.type, other.type)
    for name, other in their_members.items():
        if name not in my_members and not other.in_union and other.type.size:
            report.check(allowed.expected(f"{path}.{name}"), f"{path}.{name}",
                         "member of libxen-dev is missing")


def compare_types(report, allowed, path, mine, theirs):
    if mine.is_handle() or theirs.is_handle():
        report.check(mine.is_handle() and theirs.is_handle() and mine.size == theirs.size, path,
                     "is a guest handle on one side only")
        return
    same_kind = mine.kind == theirs.kind
    report.check(mine.describe() == theirs.describe(), path,
                 f"{mine.describe()}, in libxen-dev {theirs.describe()}")
    if mine.tag() and mine.tag() == theirs.tag() and "." in path:
        return  # is compared under its own name
    if same_kind and mine.kind == "array":
        compare_types(report, allowed, path + "[]", mine.element, theirs.element)
    elif same_kind and mine.kind == "aggregate":
        compare_members(report, allowed, path, mine, theirs)


def compare_structures(report, allowed, ours, xen):
    my_types, their_types = ours.types(), xen.types()
    for name, mine in sorted(my_types.tagged().items()):
        theirs = their_types.find(name)
        if theirs is None:
            report.check(allowed.expected(name), name, "no such structure in libxen-dev")
            continue
        compare_types(report, allowed, name, mine, theirs)
    return their_types


def expressions_of(name, parameters):
    """What to evaluate for a macro: itself, or sample calls; None if we do not know how."""
    if not parameters:
        return [name]
    if name in CALLS:
        return [name + call for call in CALLS[name]]
    if "," in parameters:
        return None
    return [f"{name}({value})" for value in SAMPLES]


def compare_constants(report, allowed, ours, xen, their_types):
    known = set(xen.macros()) | their_types.enumerators
    mine, theirs = {}, {}
    for name, parameters in sorted(ours.macros().items()):
        if name not in known and name not in allowed.same_as:
            report.check(allowed.expected(name), name, "no such constant in libxen-dev")
            continue
        calls = expressions_of(name, parameters)
        if not report.check(calls is not None, name, "macro without sample arguments in CALLS"):
            continue
        for call in calls:
            mine[call] = call
            theirs[call] = allowed.expression(call)
    my_values, their_values = ours.values(mine), xen.values(theirs)
    for call in mine:
        a, b = my_values.get(call), their_values.get(call)
        report.check(a is not None and a == b, call, f"is {a}, in libxen-dev {b}")


def compare(report, allowed, include, sysroot, out):
    out.mkdir(parents=True, exist_ok=True)
    ours, xen = our_side(include, out), xen_side(sysroot, out)
    their_types = compare_structures(report, allowed, ours, xen)
    compare_constants(report, allowed, ours, xen, their_types)
    return allowed.unused()


def compiles(flags, text):
    done = subprocess.run([f"{CROSS}gcc", *WARN, *flags, "-xc", "-fsyntax-only", "-"], input=text,
                          capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    return done.returncode == 0, errors[0] if errors else done.stderr.strip()


def check_headers(report, include, sysroot, out):
    """Each header alone, for EL2 and for user space; the private one beside libxen-dev's."""
    for path in sorted((include / "public").rglob("*.h")):
        name = path.relative_to(include)
        for kind, flags in (("EL2", EL2_FLAGS), ("user space", ["-std=gnu11", "-O2"])):
            ok, error = compiles([*flags, f"-I{include}"], f"#include <{name}>\n")
            report.check(ok, f"{name} alone ({kind})", error)
    both = "#define __XEN_TOOLS__ 1\n#include <stdint.h>\n#include <xen/domctl.h>\n" \
           "#include <xen/sysctl.h>\n#include <public/types.h>\n#include <public/bulkhead.h>\n"
    ok, error = compiles([f"-I{include}", xen_include(sysroot, out)], both)
    report.check(ok, "bulkhead.h beside libxen-dev's headers", error)


def check_noticed(report, include, sysroot, out):
    """Spoil a copy of the headers in one place at a time: the comparison must name the place."""
    copy = out / "mutated"
    for header, old, new, expected in MUTATIONS:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(include / "public", copy / "public")
        path = copy / "public" / header
        text = path.read_text()
        what = f"self test: {header}: `{old.strip()}' spoiled"
        if not report.check(old in text, what, "text to spoil not found, adapt MUTATIONS"):
            continue
        path.write_text(text.replace(old, new, 1))
        spoiled = Report(quiet=True)
        compare(spoiled, Exceptions(HERE / "ours"), copy, sysroot, out / "mutated-out")
        report.check(expected in spoiled.failures, what, f"not noticed at {expected}")


HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--include", type=pathlib.Path, default=HERE / "../../include")
    parser.add_argument("--sysroot", type=pathlib.Path, default=HERE / "../../build/sysroot")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "../../build/tests/abi")
    parser.add_argument("--no-self-test", action="store_true")
    args = parser.parse_args()
    if not (args.sysroot / "usr/include/xen/domctl.h").exists():
        raise SystemExit(f"no libxen-dev in {args.sysroot}: run `make sysroot' first")
    report, allowed = Report(), Exceptions(HERE / "ours")
    check_headers(report, args.include, args.sysroot, args.out)
    document.check(report, HERE.parents[1])
    for name in compare(report, allowed, args.include, args.sysroot, args.out):
        report.check(False, name, "line in `ours' that matches nothing, remove it")
    if not args.no_self_test:
        check_noticed(report, args.include, args.sysroot, args.out)
    print(f"{report.passed} passed, {len(report.failures)} failed")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
