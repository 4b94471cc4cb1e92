# SPDX-License-Identifier: Apache-2.0
"""docs/abi.md against the handlers: what the tables there offer is what the code has, no more and
no less, each with its number.

The code is read as text: rows of the tables in common/guest, common/control and common/ext, and in
the handlers without a table every mention of a command. The document's rows name a command as
"name number".
"""

import re

# hypercall, file or files, how a command appears there
SOURCES = [
    ("platform_op", "op_platform.c", r"\b(XENPF_)(settime\w*)"),
    ("memory_op", "op_memory.c", r"\[(XENMEM_)(\w+)\]"),
    ("xen_version", ("op_version.c", "version_text.c"), r"\b(XENVER_)([a-z]\w*)"),
    ("console_io", "op_console_io.c", r"\b(CONSOLEIO_)(\w+)"),
    ("grant_table_op", "op_grant_table.c", r"\[(GNTTABOP_)(\w+)\]"),
    ("vcpu_op", "op_vcpu.c", r"\b(VCPUOP_)(\w+)"),
    ("sched_op", "op_sched.c", r"\[(SCHEDOP_)(\w+)\]"),
    ("event_channel_op", "op_event_channel.c", r"(?m)^\t(OWN\(|OF\(|PEERS\()([a-z]\w*),"),
    ("hvm_op", "op_hvm.c", r"\b(HVMOP_)(\w+)"),
    ("sysctl", "../control/op_sysctl.c", r"\[(XEN_SYSCTL_)(\w+)\]"),
    ("domctl", "../control/op_domctl.c", r"\[(XEN_DOMCTL_)(\w+)\]"),
    ("bulkhead_op", "../ext/ext.c", r"(?m)^\t(ROW(?:_IF\(\w+, |\())([a-z]\w*), "),
]
# of commands in rows that are written with a macro
PREFIXES = {"event_channel_op": "EVTCHNOP_", "bulkhead_op": "BULKHEAD_OP_"}


def numbers(include):
    """NAME -> number of every constant in include/public."""
    text = "".join(p.read_text() for p in (include / "public").glob("*.h"))
    return {m[1]: int(m[2]) for m in re.finditer(r"^#define (\w+)\s+(\d+)\b", text, re.M)}


def offered_by_code(guest, constants):
    """hypercall -> {command: number}."""
    found = {}
    for name, files, pattern in SOURCES:
        files = (files,) if isinstance(files, str) else files
        rows = re.findall(pattern, "".join((guest / file).read_text() for file in files))
        prefix = PREFIXES.get(name, rows[0][0])
        found[name] = {command: constants[prefix + command] for _, command in rows
                       if prefix + command in constants}
    return found


def offered_by_document(text):
    """hypercall -> (number, who, {command: number}) from the rows of the tables."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"\d+", cells[0]) and len(cells) == 5:
            commands = dict(re.findall(r"\b([a-z][a-z0-9_]*) (\d+)", cells[3]))
            found[cells[1]] = (int(cells[0]), cells[2], commands)
    return found


def check(report, top):
    constants = numbers(top / "include")
    guest = top / "common/guest"
    document = offered_by_document((top / "docs/abi.md").read_text())
    table = re.findall(r"^\tROW(?:_IF\(CONFIG_\w+, |\()(?:__HYPERVISOR_)?(\w+), ",
                       (guest / "hypercall.c").read_text(), re.M)
    rows = {"bulkhead_op" if name == "BULKHEAD_HYPERCALL" else name for name in table}
    for name in rows | set(document):
        number, who, _ = document.get(name, (None, "", {}))
        report.check((name in rows) == (who not in ("", "–")), f"docs/abi.md: {name}",
                     "offered by the code or by the document alone")
        wanted = constants.get(f"__HYPERVISOR_{name}", constants["BULKHEAD_HYPERCALL"])
        report.check(number == wanted, f"docs/abi.md: {name}", f"number {number} is not {wanted}")
    for name, commands in offered_by_code(guest, constants).items():
        written = document.get(name, (0, "", {}))[2]
        for command in sorted(set(commands) | set(written)):
            here, there = commands.get(command), written.get(command)
            report.check(str(here) == str(there), f"docs/abi.md: {name} {command}",
                         f"number {here} in the code, {there} in the document")
