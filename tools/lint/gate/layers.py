# SPDX-License-Identifier: Apache-2.0
"""Call and include edges between files, folders as layers, circles, the porting interface.

Which symbols a file defines and needs is read from its tokens, so that the result does not depend
on what has been built; that sees the code which a configuration leaves out, and calls made through
inline functions and macros of the project's headers. An object that is newer than its source adds
what only the compiler and inline assembly know.
"""
import posixpath
import re
import subprocess
from collections import defaultdict

from gate.source import KEYWORDS, is_ident

NM = "aarch64-linux-gnu-nm"
INCLUDE = re.compile(r"#\s*include\s*([<\"])([^>\"]+)[>\"]")
PER_CPU = re.compile(r"(this_cpu|per_cpu)(_\w+)?$")
MACRO = re.compile(r"#\s*define\s+(\w+)\s*\([^)]*\)(.*)", re.S)
ASM_GLOBAL = re.compile(r"^\s*\.(?:global|globl)\s+([\w, ]+)", re.M)
ASM_ENTRY = re.compile(r"^\s*(?:ENTRY|FUNC|FUNC_START|SYM_FUNC_START|GLOBAL)\s*\(\s*(\w+)", re.M)
ASM_ENTRY_GAS = re.compile(r"^\s*(?:func|entry|function|FUNC|ENTRY)\s+(\w+)", re.M)


def layer_of(rel, layers):
    """(number, folder) of the layer that holds a file, or None."""
    for number, (folder, _, _) in enumerate(layers):
        if rel.startswith(folder + "/"):
            return number, folder
    return None


class Symbols:
    """What each file defines and refers to: name -> files, and file -> names."""

    def __init__(self):
        self.defined_in = defaultdict(set)
        self.refers = defaultdict(set)
        self.exact = set()

    def define(self, rel, names):
        for name in names:
            self.defined_in[name].add(rel)


def object_files(root, builds, rel):
    """The objects made from a source, in any of the given build folders."""
    stem = rel.rsplit(".", 1)[0]
    for build in builds:
        for name in (stem + ".o", rel + ".o"):
            path = root / build / name
            if path.is_file():
                yield path


def fresh_objects(root, builds, sources):
    """{object path: source} for objects newer than their source."""
    found = {}
    for source in sources:
        for path in object_files(root, builds, source.rel):
            if path.stat().st_mtime >= source.changed:
                found[str(path)] = source.rel
    return found


def read_objects(symbols, objects):
    """Fills symbols from objects with one call of nm."""
    if not objects:
        return
    try:
        run = subprocess.run([NM, "-A", "-P", *objects], capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        return
    for line in run.stdout.splitlines():
        path, _, rest = line.partition(": ")
        name, kind = rest.split()[:2]
        rel = objects.get(path)
        if rel is None:
            continue
        symbols.exact.add(rel)
        if kind in "Uwv":
            symbols.refers[rel].add(name)
        elif kind.isupper() and kind != "A":
            symbols.define(rel, [name])


def definitions(source):
    """Names that a source exports, read from its text."""
    if source.is_asm:
        names = set(ASM_ENTRY.findall(source.code)) | set(ASM_ENTRY_GAS.findall(source.code))
        for group in ASM_GLOBAL.findall(source.code):
            names.update(re.findall(r"\w+", group))
        return names
    exported = {f.name for f in source.scope.functions if not f.static}
    return exported | set(source.scope.variables)


def own_names(source):
    """Names that mean something of the file's own: static functions and variables."""
    return {f.name for f in source.scope.functions if f.static} | source.scope.local_variables


def declared_locals(function):
    """Names that a function's parameters and declarations hide (a guess that suits our style)."""
    tokens, names = function.head + function.body, set()
    for before, token, after in zip(tokens, tokens[1:], tokens[2:]):
        if is_ident(token.text) and after.text in ("=", ";", ",", "[", ")"):
            typed = is_ident(before.text) or before.text in KEYWORDS - {
                "return", "goto", "else", "case", "sizeof"}
            if typed or before.text == "*" and after.text in ("=", ";", ",", ")"):
                names.add(token.text)
    return names


def references(source, shorthands):
    """Names that a source uses, read from its text; shorthands as from shorthands_of()."""
    if source.is_asm:
        return {t.text for t in source.tokens if is_ident(t.text)}
    used = set()
    for function in source.scope.functions:
        used |= used_names(function.body) - declared_locals(function)
    used |= used_names(source.scope.initialisers)
    return expand(used - own_names(source), shorthands) - own_names(source)


def used_names(tokens):
    """Identifiers that are not members; percpu_name for the operand of a per-CPU accessor."""
    names = {t.text for before, t in zip(tokens, tokens[1:])
             if before.text not in (".", "->", "goto", "struct") and is_ident(t.text)}
    names |= {"percpu_" + t.text for accessor, _, t in zip(tokens, tokens[1:], tokens[2:])
              if PER_CPU.match(accessor.text) and is_ident(t.text)}
    return names


def shorthands_of(headers):
    """{inline function or macro: names that it uses} of the project's headers."""
    found = defaultdict(set)
    for header in headers:
        for function in header.scope.functions:
            found[function.name] |= used_names(function.body) - declared_locals(function)
        for _, text in header.directives:
            if match := MACRO.match(text):
                name, body = match.groups()
                found[name] |= set(re.findall(r"(?<![.>#\w])[A-Za-z_]\w*", body)) - {name}
    return found


def expand(names, shorthands):
    """names and all that they stand for."""
    found, queue = set(), list(names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += shorthands.get(name, ())
    return found


def gather(root, sources, headers, builds):
    """Symbols of all files of the layers, from text and from fresh objects."""
    symbols, shorthands = Symbols(), shorthands_of(headers)
    read_objects(symbols, fresh_objects(root, builds, sources))
    for source in sources:
        symbols.define(source.rel, definitions(source))
        symbols.refers[source.rel] |= references(source, shorthands)
    return symbols


def call_edges(symbols):
    """(from file, to file, symbol) for each reference across files."""
    for rel, names in sorted(symbols.refers.items()):
        for name in sorted(names):
            targets = symbols.defined_in.get(name, ())
            if rel not in targets:
                for target in sorted(targets):
                    yield rel, target, name


def include_edges(source, known):
    """(line, file) for each project file that a source includes."""
    folder = source.rel.rsplit("/", 1)[0]
    raw = source.text.split("\n")
    for line, text in source.directives:
        match = INCLUDE.match(raw[line - 1].strip()) if "include" in text else None
        if not match:
            continue
        name = match.group(2)
        beside = posixpath.normpath(f"{folder}/{name}") if match.group(1) == '"' else ""
        for candidate in (beside, f"include/{name}", f"arch/arm64/include/{name}", name):
            if candidate in known:
                yield line, candidate
                break


def upward(edges, layers, by_rel):
    """Findings for each call that goes up."""
    for rel, target, name in edges:
        low, high = layer_of(rel, layers), layer_of(target, layers)
        if low and high and high[0] > low[0]:
            yield (rel, by_rel[rel].line_of(name), "layer",
                   f"{name}: {low[1]} ({low[0]}) calls up to {high[1]} ({high[0]}), {target}")


def upward_includes(sources, layers, known):
    """Findings for each private header included from below."""
    for source in sources:
        low = layer_of(source.rel, layers)
        for line, target in include_edges(source, known):
            high = layer_of(target, layers)
            if low and high and high[0] > low[0]:
                yield (source.rel, line, "layer",
                       f"{low[1]} ({low[0]}) includes {target} of {high[1]} ({high[0]})")


def circles(graph):
    """Strongly connected components with more than one node (Tarjan, iterative)."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for root in sorted(graph):
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(sorted(graph.get(target, ())))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = stack[stack.index(node):]
                    del stack[-len(part):]
                    on_stack.difference_update(part)
                    if len(part) > 1:
                        found.append(sorted(part))
    return found


def folder_circles(edges, layers):
    """Circles in the graph of folders that calls make."""
    graph = defaultdict(set)
    for rel, target, _ in edges:
        source_folder, target_folder = rel.rsplit("/", 1)[0], target.rsplit("/", 1)[0]
        if layer_of(rel, layers) and layer_of(target, layers) and source_folder != target_folder:
            graph[source_folder].add(target_folder)
    return circles(graph)


def header_circles(sources, known):
    """Circles in the graph of headers that includes make."""
    graph = {s.rel: {target for _, target in include_edges(s, known)}
             for s in sources if s.rel.endswith(".h")}
    return circles(graph)
