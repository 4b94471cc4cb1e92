# SPDX-License-Identifier: Apache-2.0
"""Exported names begin with the noun of their file or folder; arch_* is the porting interface."""
import re

HEADER_FOLDERS = ("include/hv/", "arch/arm64/include/asm/")
ARCH_HEADER = "include/hv/arch.h"


def declared(sources):
    """{function: (header, line)} of all functions that project headers declare."""
    found = {}
    for source in sources:
        if source.rel.endswith(".h") and not source.rel.startswith("include/public/"):
            for name, line in source.scope.prototypes.items():
                found.setdefault(name, (source.rel, line))
    return found


def prefixes(rel, nouns):
    """Prefixes that a name exported by this file may have."""
    *folders, name = rel.split("/")
    stem = name.rsplit(".", 1)[0].replace("-", "_")
    words = stem.split("_")
    accepted = {"_".join(words[:n]) for n in range(1, len(words) + 1)} | set(words)
    accepted.add(folders[-1])
    for place, extra in nouns:
        if rel.startswith(place):
            accepted.update(extra)
    return accepted


def well_named(name, accepted):
    """True when a name is one of the prefixes or begins with it and an underscore."""
    plain = name.lstrip("_")
    return any(plain == p or plain.startswith(p + "_") or
               p.endswith("*") and plain.startswith(p[:-1]) for p in accepted)


def exported(sources, headers):
    """(rel, line, name) of each non-static function that some header declares."""
    for source in sources:
        if not source.rel.endswith(".c"):
            continue
        for function in source.scope.functions:
            if not function.static and function.name in headers:
                yield source.rel, function.line, function.name


def misnamed(functions, nouns):
    """Those of the exported functions whose name does not say where they live."""
    for rel, line, name in functions:
        arch = name.startswith("arch_") and rel.startswith("arch/")
        if not arch and not well_named(name, prefixes(rel, nouns)):
            yield rel, line, name


def inline_arch(sources):
    """{arch_* function: header} of those that a header defines inline: they need struct layouts."""
    return {f.name: s.rel for s in sources if s.rel.endswith(".h") and s.rel.startswith("arch/")
            for f in s.scope.functions if f.name.startswith("arch_")}


def arch_functions(sources):
    """Functions of the porting interface: those of its header and the inline ones beside it."""
    found = dict.fromkeys(inline_arch(sources), 1)
    for source in sources:
        if source.rel == ARCH_HEADER:
            found.update(source.scope.prototypes)
            found.update((f.name, f.line) for f in source.scope.functions)
    return found


def check_arch(sources, headers):
    """Findings: arch_* declared elsewhere or implemented outside arch/; other names in arch.h."""
    inline = inline_arch(sources)
    for name, (rel, line) in sorted(headers.items()):
        if name.startswith("arch_") and rel not in (ARCH_HEADER, inline.get(name)):
            yield rel, line, "arch-interface", f"{name} belongs into {ARCH_HEADER}"
    for name, line in sorted(arch_functions(sources).items()):
        if not re.match(r"arch_", name):
            yield ARCH_HEADER, line, "arch-interface", f"{name}: only arch_* stands here"
    for source in sources:
        if source.rel.endswith(".c") and not source.rel.startswith("arch/"):
            for function in source.scope.functions:
                if function.name.startswith("arch_"):
                    yield (source.rel, function.line, "arch-interface",
                           f"{function.name} is implemented outside arch/")
