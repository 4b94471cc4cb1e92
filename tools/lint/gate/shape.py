# SPDX-License-Identifier: Apache-2.0
"""Rules on the shape of one file: sizes, nesting, braces, goto, directives, heads, typedefs.

Each rule is a function that takes a SourceFile and the limits and yields (line, rule, text).
"""
import re

from gate.source import is_ident, matching

TAB = 8
CONTROL = frozenset(("if", "for", "while", "switch"))
GUARD = re.compile(r"#\s*ifndef\s+(\w+)")
CONDITIONAL = re.compile(r"#\s*(if|ifdef|ifndef|elif)\b")
HIDDEN_FLOW = re.compile(r"\b(return|goto)\b")
FUNCTION_MACRO = re.compile(r"#\s*define\s+\w+\([^)]*\)[\s\\]*static\b")


def columns(line):
    """Width of a line with tabs at 8."""
    return len(line.expandtabs(TAB))


def check_lines(source, limits):
    """File length and line width."""
    if len(source.lines) > limits["file_lines"]:
        yield (len(source.lines), "file-lines",
               f"{len(source.lines)} lines, at most {limits['file_lines']}")
    for number, line in enumerate(source.lines, 1):
        if columns(line) > limits["columns"]:
            yield number, "columns", f"{columns(line)} columns, at most {limits['columns']}"


def check_spaces(source, _limits):
    """White space at the end of a line; indentation by spaces."""
    for number, line in enumerate(source.lines, 1):
        if line != line.rstrip():
            yield number, "white-space", "white space at the end of the line"
        elif line.startswith("        "):
            yield number, "white-space", "indented by spaces, not tabs"


def check_licence(source, _limits):
    """The SPDX line stands first (second after #!)."""
    if not any("SPDX-License-Identifier:" in line for line in source.lines[:2]):
        yield 1, "licence", "no SPDX-License-Identifier line at the top"
        return
    wanted = "MIT" if source.rel.startswith("include/public/") else "Apache-2.0"
    line = next(x for x in source.lines[:2] if "SPDX-License-Identifier:" in x)
    if not re.search(r"SPDX-License-Identifier: " + re.escape(wanted) + r"(\s|$)", line):
        yield 1, "licence", f"the licence of this folder is {wanted}"


def check_head(source, limits, in_hypervisor):
    """The comment at the top of a file: what it owns, invariants, locks, specification."""
    text, least = source.text, limits["min_head_comment_lines"] if in_hypervisor else 2
    comments, position = [], 0
    while match := re.compile(r"\s*(/\*.*?\*/|//[^\n]*)", re.S).match(text, position):
        comments += match.group(1).split("\n")
        position = match.end()
    if len(comments) < least:
        yield (1, "head-comment",
               f"{len(comments)} comment lines at the top with the SPDX line, at least {least}")


def is_include_guard(source, index):
    """True when directive number index opens the include guard."""
    match = GUARD.match(source.directives[index][1])
    if not match or index + 1 >= len(source.directives):
        return False
    return re.match(r"#\s*define\s+" + match.group(1) + r"\b", source.directives[index + 1][1])


def conditionals(source):
    """Lines of #if, #ifdef, #ifndef and #elif, without the include guard."""
    return [line for i, (line, text) in enumerate(source.directives)
            if CONDITIONAL.match(text) and not is_include_guard(source, i)]


def check_conditionals(source, _limits):
    """No #if inside a function."""
    for line in conditionals(source):
        if any(f.line < line < f.end for f in source.scope.functions):
            yield line, "if-in-function", "#if in a function body; use if (IS_ENABLED(...))"


def check_macros(source, _limits):
    """No macro hides a return or goto."""
    for line, text in source.directives:
        if FUNCTION_MACRO.match(text):
            continue  # it defines a function, whose return it is
        if re.match(r"#\s*define\b", text) and HIDDEN_FLOW.search(text):
            yield line, "hidden-flow", "a macro that hides control flow"


def check_typedefs(source, _limits):
    """Only one-member structs (kinds of address) and callbacks; types.h has the integers."""
    if source.rel in ("include/hv/types.h",) or source.rel.startswith("include/public/"):
        return
    for head in source.scope.typedefs:
        words = [t.text for t in head]
        one_member = words[1] == "struct" and "{}1" in words
        callback = any(a == "(" and b == "*" for a, b in zip(words, words[1:]))
        if not one_member and not callback:
            yield head[0].line, "typedef", "only one-member structs and callbacks get a typedef"


def check_functions(source, limits):
    """Length, parameters, nesting, braces and goto of each function.

    A static function of a tool and a fake of a test may have more parameters: a library asks for
    them.
    """
    tool = source.rel.startswith(("tools/", "tests/"))
    for function in source.scope.functions:
        where, name = function.line, function.name
        if function.length > limits["function_lines"]:
            yield (where, "function-lines",
                   f"{name}: {function.length} lines, at most {limits['function_lines']}")
        if function.params > limits["params"] and not (
                tool and (function.static or source.rel.startswith("tests/"))):
            yield (where, "params",
                   f"{name}: {function.params} parameters, at most {limits['params']}")
        depth, line = deepest(function.body)
        if depth > limits["nesting"]:
            yield line, "nesting", f"{name}: {depth} levels, at most {limits['nesting']}"
        for line, text in bare_statements(function.body):
            yield line, "braces", f"{name}: {text}"
        for line, text in bad_gotos(function.body):
            yield line, "goto", f"{name}: {text}"


def opens_block(body, i):
    """True when the brace at i opens a block of statements, not an initialiser."""
    before = body[i - 1].text
    if before in ("else", "do", ";", "{", "}", ":"):
        return before != "{" or i == 1 or opens_block(body, i - 1)
    return before == ")" and control_before(body, i - 1)


def control_before(body, close):
    """True when the group that ends at close belongs to if/for/while/switch or a for_each macro."""
    depth = 0
    for i in range(close, 0, -1):
        depth += (body[i].text == ")") - (body[i].text == "(")
        if depth == 0:
            word = body[i - 1].text
            return word in CONTROL or (is_ident(word) and "for_each" in word)
    return False


def deepest(body):
    """(levels, line) of the deepest block in a function's body; the body itself is level 0."""
    stack, best, line = [], 0, body[0].line
    for i, token in enumerate(body):
        if token.text == "{":
            stack.append(i > 0 and opens_block(body, i))
            if sum(stack) > best:
                best, line = sum(stack), token.line
        elif token.text == "}" and stack:
            stack.pop()
    return best, line


def do_tails(body):
    """Indices of the while that ends each do { } while."""
    tails = set()
    for i, token in enumerate(body):
        if token.text == "do" and body[i + 1].text == "{":
            tails.add(matching(body, i + 1, "{", "}") + 1)
    return tails


def bare_statements(body):
    """(line, text) for each control statement without braces."""
    tails = do_tails(body)
    for i, token in enumerate(body):
        word, after = token.text, None
        if word in ("else", "do"):
            after = body[i + 1].text
            if word == "else" and after == "if":
                continue
        elif i + 1 < len(body) and body[i + 1].text == "(" and i not in tails:
            after = body[matching(body, i + 1, "(", ")") + 1].text
            macro = "for_each" in word and re.match(r"\w", after)
            after = after if word in CONTROL or macro else None
        if after is not None and after != "{":
            yield token.line, f"'{word}' without braces"


def bad_gotos(body):
    """(line, text) for each goto that goes back or to a label not called out_..."""
    labels = {body[i].text: body[i].line for i in range(1, len(body) - 1)
              if body[i + 1].text == ":" and is_ident(body[i].text)
              and body[i - 1].text in (";", "{", "}", ":")}
    for i, token in enumerate(body[:-1]):
        if token.text != "goto":
            continue
        label = body[i + 1].text
        if not label.startswith("out_"):
            yield token.line, f"goto {label}: only labels called out_..."
        if labels.get(label, token.line + 1) <= token.line:
            yield token.line, f"goto {label} jumps back"


TEXT_RULES = (check_lines, check_licence)
C_RULES = (check_spaces, check_functions)
HYPERVISOR_RULES = (check_conditionals, check_macros, check_typedefs)


def check(source, limits, in_hypervisor):
    """All findings on the shape of one file."""
    rules = TEXT_RULES
    if source.rel.endswith((".c", ".h", ".S")):
        rules += C_RULES + (HYPERVISOR_RULES if in_hypervisor else ())
        for line, name, text in check_head(source, limits, in_hypervisor):
            yield source.rel, line, name, text
    for rule in rules:
        for line, name, text in rule(source, limits):
            yield source.rel, line, name, text
