# SPDX-License-Identifier: Apache-2.0
"""Runs bh under user-mode emulation, alone or with a fake hypervisor (fake_xen.c)."""
import os
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
OUT = TOP / "build" / "tests" / "tools"
EMULATOR = "qemu-aarch64"


class Bh:
    """One bh, with or without the fake hypervisor; its files are in a folder of the test."""

    def __init__(self, folder, fake):
        self.folder = folder
        self.program = OUT / "bh" if fake else TOP / "build" / "tools" / "bh"
        self.log = folder / "log"
        self.state = folder / "state"
        self.env = dict(os.environ, BH_FAKE_STATE=str(self.state), BH_FAKE_LOG=str(self.log))

    def command(self, *words):
        return [EMULATOR, str(self.program), *words]

    def run(self, *words, fail=None, text=None):
        """Returns (exit code, standard output, standard error)."""
        env = dict(self.env, **({"BH_FAKE_FAIL": fail} if fail else {}))
        r = subprocess.run(self.command(*words), cwd=self.folder, env=env, input=text or "",
                           capture_output=True, text=True, timeout=60, check=False)
        return r.returncode, r.stdout, r.stderr

    def ok(self, *words):
        code, out, err = self.run(*words)
        assert code == 0, err
        return out

    def start(self, *words, fail=None):
        env = dict(self.env, **({"BH_FAKE_FAIL": fail} if fail else {}))
        return subprocess.Popen(self.command(*words), cwd=self.folder, env=env,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def calls(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def config(self, stem="test", **keys):
        """Writes STEM.cfg; returns its path. A raw kernel of 4 KiB unless told otherwise."""
        kernel = self.folder / "kernel.bin"
        kernel.write_bytes(bytes(4096))
        values = {"name": stem, "kernel": str(kernel), "load_address": "0x40000000", "memory": 16}
        values.update(keys)
        lines = [f"{k} = {v}" if isinstance(v, (int, list)) else f'{k} = "{v}"'
                 for k, v in values.items() if v is not None]
        path = self.folder / f"{stem}.cfg"
        path.write_text("\n".join(lines) + "\n")
        return str(path)


@pytest.fixture
def bh(tmp_path):
    return Bh(tmp_path, fake=False)


@pytest.fixture
def fake(tmp_path):
    return Bh(tmp_path, fake=True)
