# SPDX-License-Identifier: Apache-2.0
"""The limits may only get stricter: compares them with every committed version of the table."""
import ast
import subprocess

TABLE = "tools/lint/structure.py"
NAMES = ("LAYERS", "LIMITS")


def git(root, *arguments):
    """Output of a git command, empty when it fails."""
    try:
        run = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True,
                             timeout=30)
    except FileNotFoundError:
        return ""
    return run.stdout if run.returncode == 0 else ""


def read_table(text):
    """The literal tables of a version of the gate; {} for one that cannot be read."""
    tables = {}
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return tables
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in NAMES:
            tables[node.targets[0].id] = ast.literal_eval(node.value)
    return tables


def looser(name, now, before):
    """True when a limit has been loosened: min_... may only rise, others only fall."""
    return now < before if name.startswith("min_") else now > before


def compare(now, before):
    """Texts for each limit that is looser in now than in before."""
    for name, value in before.get("LIMITS", {}).items():
        if name not in now["LIMITS"]:
            yield f"limit {name} = {value} was removed"
        elif looser(name, now["LIMITS"][name], value):
            yield f"limit {name} was loosened from {value} to {now['LIMITS'][name]}"
    budgets = {row[0]: row[1:] for row in now["LAYERS"]}
    for folder, full, least in before.get("LAYERS", []):
        if folder not in budgets:
            yield f"layer {folder} was removed"
        elif budgets[folder][0] > full or budgets[folder][1] > least:
            yield f"budget of {folder} was loosened from {(full, least)} to {budgets[folder]}"
    order = [row[0] for row in now["LAYERS"]]
    was = [row[0] for row in before.get("LAYERS", []) if row[0] in order]
    if was != [folder for folder in order if folder in was]:
        yield "the order of the layers was changed"


def check(root, layers, limits):
    """Findings for limits that are looser than in any commit that HEAD descends from."""
    now, seen = {"LAYERS": layers, "LIMITS": limits}, set()
    for commit in git(root, "rev-list", "-n", "100", "HEAD", "--", TABLE).split():
        before = read_table(git(root, "show", f"{commit}:{TABLE}"))
        for text in compare(now, before):
            if text not in seen:
                seen.add(text)
                yield TABLE, 1, "ratchet", f"{text} (was so in {commit[:9]})"
