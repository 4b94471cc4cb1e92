# SPDX-License-Identifier: Apache-2.0
"""The structure gate finds each kind of fault: small trees, each breaking one rule."""
import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GATE = ROOT / "tools/lint/structure.py"
HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n/*\n * What this file owns.\n * No locks.\n */\n"


class Tree:
    """A small source tree and the gate's verdict on it."""

    def __init__(self, root):
        self.root = root

    def write(self, rel, text, head=HEAD):
        path = self.root / rel
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + text)
        return path

    def run(self, *options, gate=GATE):
        return subprocess.run([sys.executable, gate, "--root", self.root, *options], timeout=60,
                              capture_output=True, text=True, check=False)

    def findings(self, *options):
        """[(path, line, rule, text)] of a run; its exit code must agree."""
        run = self.run(*(options or ("--no-headers",)))
        assert run.stderr == ""
        found = re.findall(r"^(\S+?):(\d+): ([\w-]+): (.*)$", run.stdout, re.M)
        assert run.returncode == (1 if found else 0), run.stdout
        return [(path, int(line), rule, text) for path, line, rule, text in found]

    def rules(self, *options):
        return {rule for _, _, rule, _ in self.findings(*options)}


@pytest.fixture(name="tree")
def fixture_tree(tmp_path):
    return Tree(tmp_path)


def function(body, head="void math_run(int n)"):
    return f"{head}\n{{\n{body}\n}}\n"


def test_a_clean_tree_passes(tree):
    tree.write("include/hv/math.h", "#ifndef M_H\n#define M_H\nint math_add(int a);\n#endif\n")
    tree.write("common/lib/math.c", "#include <hv/math.h>\n"
               "int math_add(int a)\n{\n\tif (a) {\n\t\treturn 1;\n\t}\n\treturn 0;\n}\n")
    tree.write("common/core/user.c", "#include <hv/math.h>\n"
               "void user_run(void)\n{\n\tmath_add(1);\n}\n")
    assert tree.findings("--table") == []


SHORT = "".join(function("", f"void math_{i}(void)") for i in range(5))  # holds the mean down
SHAPES = [
    ("file-lines", "\n" * 500),
    ("columns", "/* " + "x" * 95 + " */\n"),
    ("columns", "\t" * 12 + "int x;\n"),
    ("white-space", "int x; \n"),
    ("white-space", function("        return;")),
    ("function-lines", SHORT + function("\tn++;\n" * 57)),
    ("params", function("", "void math_run(int a, int b, int c, int d, int e, int f)")),
    ("params", function("", "void math_run(int (*f)(int, int), int b, int c, int d, int e, int)")),
    ("nesting", function("\tif (n) {\n\t\tfor (;;) {\n\t\t\twhile (n) {\n\t\t\t\tdo {\n"
                         "\t\t\t\t} while (n);\n\t\t\t}\n\t\t}\n\t}")),
    ("nesting", function("\tif (n) {\n\t\tfor_each_x(n) {\n\t\t\tswitch (n) {\n\t\t\tcase 1: {\n"
                         "\t\t\t}\n\t\t\t}\n\t\t}\n\t}")),
    ("braces", function("\tif (n)\n\t\tn++;")),
    ("braces", function("\tif (n) {\n\t} else\n\t\tn++;")),
    ("braces", function("\tfor (;;)\n\t\tn++;")),
    ("braces", function("\twhile (n);")),
    ("braces", function("\tfdt_for_each_x(n)\n\t\tn++;")),
    ("goto", function("\tgoto fail;\nfail:\n\treturn;")),
    ("goto", function("out_again:\n\tn++;\n\tgoto out_again;")),
    ("if-in-function", function("#ifdef CONFIG_X\n\tn++;\n#endif")),
    ("hidden-flow", "#define CHECK(x) do { \\\n\tif (!(x)) { \\\n\t\treturn; } } while (0)\n"),
    ("typedef", "typedef struct { int a; int b; } pair_t;\n"),
    ("typedef", "typedef struct pair pair;\n"),
    ("machine-path", '/* see /' + 'work/notes */\n'),
]


@pytest.mark.parametrize("rule,text", SHAPES,
                         ids=[f"{rule}-{i}" for i, (rule, _) in enumerate(SHAPES)])
def test_shape_is_found(tree, rule, text):
    tree.write("common/lib/math.c", text)
    assert tree.rules() == {rule}


SOUND = [
    "#define READ(r) \\\n\tstatic int read_##r(void) \\\n\t{ \\\n\t\treturn r; \\\n\t}\n" +
    "".join(f"READ({i})\n" for i in range(40)) + "static int table[] = {1};\n",
    function("\tstruct pair p = {.a = (struct pair){1, 2}};\n\n\tif (n) {\n\t\tp.a = 1;\n"
             "\t} else if (n > 1) {\n\t\tp = (struct pair){1, 2};\n\t}"),
    function("\tdo {\n\t\tn--;\n\t} while (n);"),
    function("\tif (n) {\n\t\tgoto out_free;\n\t}\nout_free:\n\treturn;"),
    function("\tputs(\"if (x) goto a; // {\");\n\t/* if (n) n++; */"),
    function("\tdevtree_for_each_memory(add, &n);"),
    "typedef struct {\n\tint v;\n} pa_t;\ntypedef void (*callback)(int, int);\n",
    SHORT + function("\tn++;\n" * 56),
]


@pytest.mark.parametrize("text", SOUND, ids=range(len(SOUND)))
def test_sound_shape_passes(tree, text):
    tree.write("common/lib/math.c", text)
    assert tree.findings() == []


def test_licence_and_head_comment(tree):
    tree.write("common/lib/a.c", "int a;\n", head="")
    tree.write("common/lib/b.c", "int b;\n", head="/* SPDX-License-Identifier: Apache-2.0 */\n")
    tree.write("include/public/c.h", "#define C 1\n")
    found = {(path, rule) for path, _, rule, _ in tree.findings()}
    assert found == {("common/lib/a.c", "licence"), ("common/lib/a.c", "head-comment"),
                     ("common/lib/b.c", "head-comment"), ("include/public/c.h", "licence")}


def test_mean_length_of_functions(tree):
    for i in range(3):
        tree.write(f"common/lib/m{i}.c", function("\tn++;\n" * 20, f"void m{i}(int n)"))
    assert tree.findings()[0][3].startswith("function_lines_mean is 24")


def test_density_of_conditionals(tree):
    tree.write("common/lib/a.c", "#if A\n#endif\n#ifdef B\n#elif C\n#endif\n")
    assert tree.findings()[0][3].startswith("conditionals_per_1000 is 3")


def two_layers(tree, lower):
    tree.write("common/core/low.c", lower)
    tree.write("common/domain/high.c", "int high_x;\n\nvoid high_run(int n)\n{\n\tn++;\n}\n")


@pytest.mark.parametrize("lower", [
    "void low_run(int n)\n{\n\thigh_run(n);\n}\n",
    "void low_run(int n)\n{\n\thigh_x = n;\n}\n",
    "static void (*const table[])(int) = {high_run};\n",
    "static const struct row rows[] = {\n\t{.run = high_run},\n};\n",
])
def test_upward_call_in_text(tree, lower):
    two_layers(tree, lower)
    (path, _, rule, text), = tree.findings()
    assert (path, rule) == ("common/core/low.c", "layer")
    assert re.search(r"common/core \(\d\) calls up to common/domain \(\d+\)", text)


@pytest.mark.parametrize("lower", [
    "static void high_run(int n)\n{\n\tn++;\n}\n\nvoid low_run(int n)\n{\n\thigh_run(n);\n}\n",
    "void low_run(struct ops *o)\n{\n\to->high_run(1);\n}\n",
    "void low_run(int high_x)\n{\n\thigh_x = 1;\n}\n",
    "void low_run(void)\n{\n\tint high_x = 1;\n\n\tuse(high_x);\n}\n",
    "/* high_run */\nvoid low_run(void)\n{\n\tputs(\"high_run\");\n}\n",
])
def test_other_meanings_of_a_name_are_no_call(tree, lower):
    two_layers(tree, lower)
    assert tree.findings() == []


def test_upward_call_in_assembly(tree):
    two_layers(tree, "int low;\n")
    tree.write("arch/arm64/cpu/entry.S", ".global cpu_entry\ncpu_entry:\n\tbl\thigh_run\n")
    assert [(f[0], f[2]) for f in tree.findings()] == [("arch/arm64/cpu/entry.S", "layer")]


def test_call_up_into_assembly(tree):
    tree.write("arch/arm64/trap/entry.S", "\t.global trap_enter\ntrap_enter:\n\tret\n")
    tree.write("common/core/low.c", "void low_run(void)\n{\n\ttrap_enter();\n}\n")
    assert tree.rules() == {"layer"}


def test_arch_functions_are_not_exempt(tree):
    tree.write("include/hv/arch.h", "#pragma once\nvoid arch_kick(int n);\n")
    tree.write("arch/arm64/virt/kick.c", "void arch_kick(int n)\n{\n\tn++;\n}\n")
    tree.write("common/domain/d.c", "void d_run(void)\n{\n\tarch_kick(1);\n}\n")
    assert tree.findings() == []
    tree.write("common/core/low.c", "void low_run(void)\n{\n\tarch_kick(1);\n}\n")
    assert tree.rules() == {"layer"}


def test_arch_interface(tree):
    tree.write("include/hv/arch.h", "#pragma once\n" + "".join(
        f"void arch_f{i}(void);\n" for i in range(41)) + "void other(void);\n")
    tree.write("include/hv/b.h", "#pragma once\nvoid arch_elsewhere(void);\n")
    tree.write("common/lib/a.c", function("", "void arch_f1(void)"))
    texts = [text for _, _, _, text in tree.findings()]
    for wanted in ("arch_functions is 42", "other: only arch_*", "arch_elsewhere belongs",
                   "arch_f1 is implemented outside"):
        assert any(wanted in text for text in texts), wanted


def test_call_through_a_header(tree):
    tree.write("include/hv/inl.h", "#pragma once\nvoid high_run(int n);\n"
               "#define LOW() inl_go()\nstatic inline void inl_go(void)\n{\n\thigh_run(1);\n}\n")
    two_layers(tree, "#include <hv/inl.h>\nvoid low_run(void)\n{\n\tLOW();\n}\n")
    assert tree.rules() == {"layer"}


def test_per_cpu_variable_of_an_upper_layer(tree):
    tree.write("common/domain/high.c", "DEFINE_PER_CPU(int, load);\n")
    tree.write("common/core/low.c", "int low_run(int load)\n{\n\treturn load;\n}\n")
    assert tree.findings() == []
    tree.write("common/core/low.c", "int low_run(void)\n{\n\treturn this_cpu(load);\n}\n")
    assert tree.rules() == {"layer"}


def test_fresh_objects_add_what_the_text_hides(tree):
    two_layers(tree, "void low_run(void)\n{\n\t__asm__ volatile(\"bl high_run\");\n}\n")
    assert tree.findings() == []
    (tree.root / "build/x").mkdir(parents=True)
    (tree.root / "build/x/.config").write_text("")
    target = tree.root / "build/x/common/core/low.o"
    target.parent.mkdir(parents=True)
    subprocess.run(["aarch64-linux-gnu-gcc", "-c", "-o", target,
                    tree.root / "common/core/low.c"], check=True)
    assert tree.rules() == {"layer"}


def test_circle_between_folders_of_a_layer(tree):
    tree.write("drivers/char/uart.c", function("\tgic_run(n);", "void uart_run(int n)"))
    tree.write("drivers/gic/gic.c", function("\tuart_run(n);", "void gic_run(int n)"))
    (_, _, rule, text), = tree.findings()
    assert rule == "folder-circle" and "drivers/char, drivers/gic" in text


def test_circle_of_headers(tree):
    tree.write("include/hv/a.h", "#pragma once\n#include <hv/b.h>\n")
    tree.write("include/hv/b.h", "#pragma once\n#include <hv/a.h>\n")
    assert tree.rules() == {"header-circle"}


def test_private_header_from_below(tree):
    tree.write("common/guest/ops.h", "#pragma once\n")
    tree.write("common/core/low.c", '#include "../../common/guest/ops.h"\nint low;\n')
    tree.write("common/core/low2.c", '#include "common/guest/ops.h"\nint low2;\n')
    assert tree.rules() == {"layer"}
    assert len(tree.findings()) == 2


def test_file_outside_the_layers(tree):
    tree.write("common/misc/a.c", "int a;\n")
    assert tree.rules() == {"layer"}


def test_prefix_of_exported_names(tree):
    tree.write("include/hv/a.h", "#pragma once\nvoid evtchn_send(void);\nvoid frobnicate(void);\n")
    tree.write("common/domain/evtchn.c", function("", "void evtchn_send(void)") +
               function("", "void frobnicate(void)"))
    findings = tree.findings()
    assert [f[2] for f in findings if "frobnicate" in f[3]] == ["prefix"]
    assert any("min_prefix_percent is 50" in f[3] for f in findings)


def test_header_that_needs_another(tree):
    tree.write("include/hv/a.h", "#pragma once\nint a_get(my_type t);\n")
    tree.write("include/hv/b.h", "#pragma once\nint b_get(int t);\n")
    assert [(f[0], f[2]) for f in tree.findings("--table")] == [("include/hv/a.h", "header-alone")]


def test_header_without_guard(tree):
    tree.write("include/hv/a.h", "struct a {\n\tint x;\n};\n")
    assert tree.rules("--table") == {"header-alone"}


def test_budget_of_a_folder(tree):
    for part in range(8):
        tree.write(f"xsm/x{part}.c", "".join(f"int x{part}_{i};\n" for i in range(100)))
    assert "xsm is 800, limit 700" in tree.findings()[0][3]


def test_comments_and_blanks_are_no_code(tree):
    for part in range(8):
        tree.write(f"xsm/x{part}.c", "/* c */\n\n// d\n" * 100 + "int x; /* c */\n")
    assert tree.findings() == []


def test_budget_of_the_certifiable_configuration(tree):
    tree.write("xsm/xsm.c", "".join(f"int x_{i};\n" for i in range(100)))
    (tree.root / "build/min/xsm").mkdir(parents=True)
    (tree.root / "build/min/.config").write_text("CONFIG_CERTIFIABLE=y\n")
    assert tree.findings() == []
    (tree.root / "build/min/xsm/xsm.o").write_text("")
    assert "build/min: xsm is 100, limit 60" in tree.findings()[0][3]


def test_of_two_files_that_exclude_each_other_the_longer_counts(tree):
    heap, sealed = "common/mem/heap.c", "common/mem/heap_sealed.c"
    lines = "\nint heap_x(void)\n{\n\treturn 0;\n}\n" + "".join(
        f"static int heap_{i};\n" for i in range(446))
    tree.write("include/hv/heap.h", "#ifndef H\n#define H\nint heap_x(void);\n#endif\n")
    tree.write(heap, lines)
    tree.write(sealed, lines)
    assert tree.findings() == []
    tree.write(sealed, lines.replace("heap_x", "heap_y"))
    assert ("either", f"could be linked with {heap}") in [f[2:] for f in tree.findings()]
    tree.write("common/mem/frame.c", lines.replace("heap", "frame"))
    assert any("common/mem is 900, limit 800" in f[3] for f in tree.findings())


def test_what_only_debug_builds_link_does_not_count(tree):
    for part in range(8):
        tree.write(f"xsm/x{part}.c", "".join(f"int x{part}_{i};\n" for i in range(100)))
    tree.write("xsm/Files.mk", "obj-$(CONFIG_DEBUG) += x1.o\nobj-y += x2.o\n")
    assert tree.findings() == []
    tree.write("xsm/Files.mk", "obj-$(CONFIG_XSM) += x1.o\n")
    assert "xsm is 800, limit 700" in tree.findings()[0][3]


def git(tree, *arguments):
    subprocess.run(["git", "-C", tree.root, "-c", "user.name=t", "-c", "user.email=t@example.org",
                    *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("before,after,wanted", [
    ('"file_lines": 500', '"file_lines": 400', "limit file_lines was loosened from 400 to 500"),
    ('"min_prefix_percent": 95', '"min_prefix_percent": 97', "loosened from 97 to 95"),
    ('("xsm", 700, 60)', '("xsm", 600, 60)', "budget of xsm was loosened"),
    ('"params": 5,', '"params": 5, "extra": 1,', "limit extra = 1 was removed"),
    ('("common/lib", 1000, 350),', '("common/zero", 1, 1), ("common/lib", 1000, 350),',
     "layer common/zero was removed"),
    ('("common/sched", 1200, 400),\n    ("common/policy", 900, 300),',
     '("common/policy", 900, 300),\n    ("common/sched", 1200, 400),',
     "the order of the layers was changed"),
])
def test_ratchet(tree, before, after, wanted):
    """An older commit with a stricter table makes today's table a finding."""
    table = tree.root / "tools/lint/structure.py"
    table.parent.mkdir(parents=True)
    text = GATE.read_text()
    assert before in text
    table.write_text(text.replace(before, after))
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-q", "-m", "older")
    table.write_text(text)
    git(tree, "commit", "-q", "-a", "-m", "newer")
    texts = [text for _, _, rule, text in tree.findings() if rule == "ratchet"]
    assert len(texts) == 1 and wanted in texts[0]


def test_limits_are_those_of_the_design():
    """The ratchet can read the table; its layers and budgets are those of the document."""
    tables = {node.targets[0].id: ast.literal_eval(node.value)
              for node in ast.parse(GATE.read_text()).body
              if isinstance(node, ast.Assign) and node.targets[0].id in ("LAYERS", "LIMITS")}
    design = (GATE.parents[2] / "docs/design.md").read_text()
    rows = re.findall(r"^\| \d+ \| `([^`]+)/` \| .* \| ([\d,]+) / ([\d,]+) \|$", design, re.M)
    assert [(folder, *(int(n.replace(",", "")) for n in budgets)) for folder, *budgets in rows] == \
        tables["LAYERS"]
    assert tables["LIMITS"]["upward_calls"] == 0
