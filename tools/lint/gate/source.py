# SPDX-License-Identifier: Apache-2.0
"""Reads C and assembly sources well enough for the structure gate.

Not a compiler: comments, strings and preprocessor lines are blanked out (line numbers stay), the
rest is cut into tokens, and at file scope the tokens are cut into functions, variables and
declarations. That is exact for code in the project's style and good enough for everything else.
"""
import re
from dataclasses import dataclass, field
from functools import cached_property

TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|->|\.\.\.|[=!<>]=|<<=?|>>=?|&&|\|\||\S")
COMMENT_OR_STRING = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
IDENT = re.compile(r"[A-Za-z_]\w*$")
KEYWORDS = frozenset(
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "typeof union unsigned void volatile while bool _Bool _Static_assert _Alignas _Alignof "
    "_Noreturn __attribute__ __typeof__ asm __asm__ __volatile__".split())
ATTRIBUTE = re.compile(
    r"(__attribute__|_Alignas|__(aligned|section|printf|packed|noreturn|used|unused|must_check|"
    r"cold|init|initdata|sealed|sealed_value|weak|alias))$")


@dataclass
class Token:
    """One token and the line it stands on."""
    text: str
    line: int


@dataclass
class Function:
    """One function with a body."""
    name: str
    line: int
    end: int
    static: bool
    params: int
    head: list
    body: list

    @property
    def length(self):
        """Lines from the first line of the signature to the closing brace."""
        return self.end - self.line + 1


@dataclass
class FileScope:
    """What stands at file scope: functions, variables, prototypes and initialiser tokens."""
    functions: list = field(default_factory=list)
    variables: dict = field(default_factory=dict)
    local_variables: set = field(default_factory=set)
    prototypes: dict = field(default_factory=dict)
    initialisers: list = field(default_factory=list)
    typedefs: list = field(default_factory=list)


def is_ident(text):
    """True for a word that can be a name."""
    return IDENT.match(text) is not None and text not in KEYWORDS


def blank(match):
    """Replaces a match by spaces, keeping its line breaks and string quotes."""
    text = match.group(0)
    if text[0] in "\"'":
        return text[0] + " " * (len(text) - 2) + text[0]
    return re.sub(r"[^\n]", " ", text)


def blank_asm(match):
    """As blank(), for assembly: a lone // or /* comment, strings stay."""
    return re.sub(r"[^\n]", " ", match.group(0)) if match.group(0)[0] == "/" else match.group(0)


class SourceFile:
    """One .c, .h or .S file; everything derived is computed once, on demand."""

    def __init__(self, root, rel):
        self.rel = rel
        self.path = root / rel
        self.changed = self.path.stat().st_mtime
        self.text = self.path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.splitlines()

    @property
    def is_asm(self):
        return self.rel.endswith((".S", ".lds"))

    @cached_property
    def code(self):
        """The text without comments and, in C, without the insides of strings."""
        return COMMENT_OR_STRING.sub(blank_asm if self.is_asm else blank, self.text)

    @cached_property
    def directives(self):
        """(line, text) of each preprocessor directive, continuation lines joined."""
        return [(self.code.count("\n", 0, m.start()) + 1, m.group(0).strip())
                for m in DIRECTIVE.finditer(self.code)]

    @cached_property
    def tokens(self):
        """Tokens of everything that is neither comment nor directive."""
        text = DIRECTIVE.sub(blank, self.code)
        return [Token(m.group(0), number)
                for number, line in enumerate(text.split("\n"), 1) for m in TOKEN.finditer(line)]

    @cached_property
    def scope(self):
        return FileScope() if self.is_asm else parse(self.tokens)

    @cached_property
    def code_lines(self):
        """Lines that hold something other than blanks and comments."""
        return sum(1 for line in self.code.split("\n") if line.strip())

    def line_of(self, symbol):
        """The first line that names symbol outside comments, else 1."""
        for token in self.tokens:
            if token.text == symbol:
                return token.line
        return 1


def matching(tokens, start, opening, closing):
    """Index of the token that closes tokens[start]."""
    depth = 0
    for i in range(start, len(tokens)):
        if tokens[i].text == opening:
            depth += 1
        elif tokens[i].text == closing:
            depth -= 1
            if depth == 0:
                return i
    return len(tokens) - 1


def parse(tokens):
    """Cuts the tokens of a C file into what stands at file scope."""
    scope, head, i = FileScope(), [], 0
    while i < len(tokens):
        text = tokens[i].text
        if text in ("{", ";"):
            head = without_attributes(head)
        if text == "{":
            end = matching(tokens, i, "{", "}")
            if is_function_head(head):
                add_function(scope, head, tokens[i:end + 1])
                head = []
            else:
                if any(t.text == "=" for t in head):
                    scope.initialisers += tokens[i:end + 1]
                head.append(Token("{}" + str(member_count(tokens[i:end + 1])), tokens[i].line))
            i = end
        elif text == ";":
            add_declaration(scope, head)
            head = []
        else:
            head.append(tokens[i])
        i += 1
    return scope


def member_count(tokens):
    """Number of declarations in a braced struct body."""
    return sum(1 for t in tokens if t.text == ";")


def without_attributes(tokens):
    """The tokens without attributes and their arguments."""
    kept, i = [], 0
    while i < len(tokens):
        own = kept and kept[-1].text in ("]", ")") and re.match(r"__[a-z]", tokens[i].text)
        if own or ATTRIBUTE.match(tokens[i].text):
            if i + 1 < len(tokens) and tokens[i + 1].text == "(":
                i = matching(tokens, i + 1, "(", ")")
        else:
            kept.append(tokens[i])
        i += 1
    return kept


def name_index(head):
    """Index of the name of the function that head declares, or None.

    Of several names with parentheses the first that is not all capitals (those are macros that
    stand before a declaration without a semicolon).
    """
    found, i = [], 0
    while i < len(head) - 1:
        if head[i + 1].text == "(" and is_ident(head[i].text):
            found.append(i)
        if head[i + 1].text == "(":
            i = matching(head, i + 1, "(", ")")
        i += 1
    named = [i for i in found if not head[i].text.isupper()]
    return (named + found[-1:] + [None])[0]


def is_function_head(head):
    """True when the tokens before a brace begin a function's body."""
    words = [t.text for t in head]
    if not words or "=" in words or "typedef" in words:
        return False
    return name_index(head) is not None


def add_function(scope, head, body):
    """Records the function that head and body form."""
    index = name_index(head)
    close = matching(head, index + 1, "(", ")")
    static = any(t.text == "static" for t in head)
    scope.functions.append(Function(head[index].text, head[0].line, body[-1].line, static,
                                    count_params(head[index + 2:close]), head, body))


def count_params(tokens):
    """Number of parameters in the tokens between the parentheses of a signature."""
    words = [t.text for t in tokens]
    if not words or words == ["void"]:
        return 0
    depth, count = 0, 1
    for word in words:
        depth += (word in "([{") - (word in ")]}")
        count += word == "," and depth == 0
    return count


def add_declaration(scope, head):
    """Records a declaration at file scope that ended with a semicolon."""
    words = [t.text for t in head]
    if not words or words[0] == "_Static_assert":
        return
    if words[0] == "typedef":
        scope.typedefs.append(head)
        return
    if "=" in words:
        scope.initialisers += head[words.index("="):]
        head = head[:words.index("=")]
    index = name_index(head)
    if index is not None and "=" not in words:
        scope.prototypes.setdefault(head[index].text, head[index].line)
        add_macro_definition(scope, head, index)
        return
    add_variables(scope, head, words)


def add_macro_definition(scope, head, index):
    """DEFINE_X(type, name) defines name; DEFINE_PER_CPU(type, name) defines percpu_name."""
    if not re.match(r"DEFINE_|DEFINE$", head[index].text):
        return
    name = [t for t in head[index + 2:] if is_ident(t.text)][-1]
    symbol = ("percpu_" if head[index].text == "DEFINE_PER_CPU" else "") + name.text
    if head[0].text == "static":
        scope.local_variables.add(symbol)
    else:
        scope.variables.setdefault(symbol, name.line)


def add_variables(scope, head, words):
    """Records the variables that a declaration without parentheses defines."""
    plain = [w for w in words if w not in ("static", "const")]
    if not re.match(r"\w", words[0]) or "extern" in words or len(plain) < 2:
        return
    if words[0] in ("struct", "union", "enum") and len(words) <= 3 and words[-1].startswith("{}"):
        return
    depth, last = 0, None
    for token in head + [Token(",", 0)]:
        depth += (token.text in "([") - (token.text in ")]")
        if depth == 0 and token.text in (",", ":") and last is not None:
            if "static" in words:
                scope.local_variables.add(last.text)
            elif words[0] not in ("struct", "union", "enum") or len(words) > 2:
                scope.variables.setdefault(last.text, last.line)
            last = None
        elif depth == 0 and is_ident(token.text):
            last = token
