# SPDX-License-Identifier: Apache-2.0
"""bh-image's modules for the tests, and the files that the broken systems name."""
import os
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
OUT = TOP / "build" / "tests" / "image"
sys.path.insert(0, str(TOP / "tools" / "image"))


@pytest.fixture(scope="session", autouse=True)
def files_fixture():
    """A kernel for the wrong byte order, a tree that is none; file names start at the top."""
    OUT.mkdir(parents=True, exist_ok=True)
    os.chdir(TOP)
    image = bytearray((TOP / "build/guests/hello.bin").read_bytes())
    image[24] |= 1
    (OUT / "big-endian.bin").write_bytes(image)
    (OUT / "broken.dtb").write_bytes(b"no tree at all")
