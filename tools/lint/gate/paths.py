# SPDX-License-Identifier: Apache-2.0
"""No file names a place that exists on one developer's machine only."""
import re

from gate.ratchet import git

MACHINE_PATH = re.compile(r"(?<![\w.}/$-])/(?:work|root|home/\w+)/\w")
ALLOWED = ("tools/lint/gate/paths.py", "tests/lint/")


def tracked(root):
    """Files that belong to the project: those git knows, or all below a tree without git."""
    names = git(root, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    if not names:
        names = [str(p.relative_to(root)) for p in root.rglob("*")
                 if p.is_file() and p.relative_to(root).parts[0] not in (".git", "build")]
    return sorted(n for n in names if (root / n).is_file() and not (root / n).is_symlink())


def check(root, names):
    """Findings for absolute paths of a machine."""
    for rel in names:
        if rel.startswith(ALLOWED):
            continue
        data = (root / rel).read_bytes()
        if b"\0" in data[:4096]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if match := MACHINE_PATH.search(line):
                yield rel, number, "machine-path", f"absolute path '{line[match.start():][:30]}'"
