# SPDX-License-Identifier: Apache-2.0
"""Each header compiles alone, in the default configuration."""
import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CC = os.environ.get("CROSS_COMPILE", "aarch64-linux-gnu-") + "gcc"
BUILD = "build/qemu_virt"
GENERATED = f"{BUILD}/include/generated/autoconf.h"  # what include/hv/kconfig.h includes
FLAGS = ["-std=gnu11", "-ffreestanding", "-mgeneral-regs-only", "-Wall", "-Wextra", "-Werror",
         "-Wno-unused", "-fsyntax-only", "-Iinclude", "-Iarch/arm64/include"]


def configuration(root):
    """Include options for the configuration header, made on demand; or an error text."""
    path = root / GENERATED
    if not (root / "Kconfig").exists():
        return [], None
    if not path.exists():
        run = subprocess.run(["make", "-s", "-f", "tools/build/hypervisor.mk", GENERATED], cwd=root,
                             capture_output=True, text=True, timeout=60)
        if run.returncode or not path.exists():
            return [], f"cannot make {GENERATED}: {(run.stderr.strip() or 'no rule')[-200:]}"
    libfdt = "build/sysroot/usr/include"
    return [f"-I{BUILD}/include", "-include", "hv/kconfig.h", "-idirafter", libfdt], None


def compile_alone(root, rel, options):
    """(line, text) of the first error when a header is compiled alone, or None."""
    with tempfile.NamedTemporaryFile("w", suffix=".c") as probe:
        probe.write(f'#include "{root / rel}"\n#include "{root / rel}"\nextern int probe;\n')
        probe.flush()
        run = subprocess.run([CC, *FLAGS, *options, probe.name], cwd=root, capture_output=True,
                             text=True, timeout=60)
    if run.returncode == 0:
        return None
    errors = re.findall(r"^(.*?):(\d+):(?:\d+:)? *(?:fatal )?error: (.*)$", run.stderr, re.M)
    if not errors:
        return 1, run.stderr.strip()[-200:]
    path, line, text = errors[0]
    own = Path(path).name == Path(rel).name
    return (int(line) if own else 1), text if own else f"{Path(path).name}:{line}: {text}"


def check(root, sources):
    """Findings for headers that do not compile alone (twice in a row: the guard works)."""
    headers = [s.rel for s in sources if s.rel.endswith(".h")]
    if not headers:
        return
    options, error = configuration(root)
    if error:
        yield "Kconfig", 1, "header-alone", error
        return
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda rel: (rel, compile_alone(root, rel, options)), headers)
        for rel, result in results:
            if result:
                yield rel, result[0], "header-alone", f"does not compile alone: {result[1]}"
