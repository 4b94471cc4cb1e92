# SPDX-License-Identifier: Apache-2.0
"""Broken systems: each file of broken/ has one fault, which its first line names.

The fault must be the only one that is found, at its key and line, in the words of the hypervisor.
"""
import re
from pathlib import Path

import cli
import pytest
from refusals import read_sentences

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.toml"))
SENTENCES = read_sentences()


def expected(path):
    """(key, reason) of "# refused: KEY: REASON"."""
    first = path.read_text(encoding="utf-8").split("\n", maxsplit=1)[0]
    return re.fullmatch(r"# refused: (.+): (\w+)", first).groups()


def pattern(sentence):
    """What a sentence looks like with its values filled in."""
    return re.sub(r"%(?:s|d|\\?#lx)", ".+", re.escape(sentence).replace(r"\#", "#"))


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.stem)
def test_broken(path):
    key, reason = expected(path)
    found = cli.check(path).report.refusals
    assert [(r.key, r.reason) for r in found] == [(key, reason)]
    assert re.match(pattern(SENTENCES[reason]), found[0].text), found[0].text
    assert found[0].file == str(path)
    assert found[0].line > 0 or reason == "MISSING"


def test_there_are_many():
    reasons = {expected(p)[1] for p in BROKEN}
    assert len(BROKEN) >= 100 and len(reasons) >= 55


def test_every_sentence_has_a_remedy():
    """A cause, a colon, what to do."""
    for name, text in SENTENCES.items():
        assert re.search(r": [a-z]", text), name


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.stem)
def test_force(path, tmp_path, capsys):
    """Each can be built in spite of its fault, so that the hypervisor can be shown it."""
    assert cli.main(["build", str(path), "-o", str(tmp_path / "out"), "--force"]) == 0
    assert (tmp_path / "out" / "system.dtb").exists()
    assert "error: " in capsys.readouterr().err
