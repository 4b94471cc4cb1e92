# SPDX-License-Identifier: Apache-2.0
"""The check of cppcheck's findings against the table of deviations can fail."""
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = """# Deviations
| Rule | Place | Why |
|---|---|---|
| 15.5 | all | Early return. |
| 11.4 | arch/, common/core/a.c | Addresses. |
"""
SOUND = ["common/x.c:3: misra-c2012-15.5: text", "arch/b.c:4: misra-c2012-11.4: text"]


@pytest.fixture(name="sift")
def fixture_sift(tmp_path):
    def run(findings, table=TABLE, options=()):
        (tmp_path / "deviations.md").write_text(table)
        return subprocess.run(
            [sys.executable, ROOT / "tools/lint/misra.py", "--deviations",
             tmp_path / "deviations.md", *options],
            input="\n".join(findings) + "\n", capture_output=True, text=True, check=False,
            timeout=60)
    return run


def test_covered_findings_pass(sift):
    run = sift(SOUND + ["common/core/a.c:9: misra-c2012-11.4: text"])
    assert run.returncode == 0
    assert "3 findings, 3 covered by 2 deviations, 0 open" in run.stdout


@pytest.mark.parametrize("finding", [
    "common/core/b.c:9: misra-c2012-11.4: text",
    "common/x.c:3: misra-c2012-15.6: text",
    "common/x.c:3: nullPointer: Possible null pointer dereference: p",
])
def test_other_findings_fail(sift, finding):
    run = sift(SOUND + [finding])
    assert run.returncode == 1
    assert finding.split(": ")[0] in run.stdout


def test_a_row_without_finding_fails(sift):
    run = sift(SOUND[:1])
    assert run.returncode == 1 and "remove it" in run.stdout


def test_a_row_that_nobody_looked_at_passes(sift):
    table = TABLE + "| uninitvar | arch/ | Assembly. |\n"
    assert sift([], options=["--fast"]).returncode == 0
    run = sift([], table, ["--fast"])
    assert run.returncode == 1 and "row uninitvar" in run.stdout


def test_a_row_without_reason_fails(sift):
    run = sift(SOUND, TABLE.replace("Early return.", ""))
    assert run.returncode == 1 and "no reason" in run.stdout
