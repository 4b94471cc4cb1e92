# SPDX-License-Identifier: Apache-2.0
"""`make run BOARD=virt-uboot`: Debian's U-Boot starts the demo from a disk that bh-image made."""
import shlex
import subprocess

from domains import domains, wait_beats, wait_console
from machine import TOP, Machine

BOOT_SECONDS = 300
SECONDS = 120


def test_virt_uboot():
    m = Machine("test_virt_uboot")
    m.command = ["make", "-C", str(TOP), "run", "BOARD=virt-uboot", "CONFIG=qemu_virt"]
    with m:
        m.boot(BOOT_SECONDS)
        log = m.log_path.read_text(encoding="utf-8", errors="replace")
        assert log.index("Starting kernel") < log.index("Bulkhead 0.1")  # U-Boot's words
        assert "Usage:" not in log  # of a command that the script gets wrong
        assert list(domains(m)) == ["Domain-0", "autopilot", "linux1"]
        wait_beats(m, 3, timeout=SECONDS)
        wait_console(m, "linux1", r"linux1: up, 1 CPU", SECONDS)


def test_example():
    """The example of docs/images.md: two domains start with the machine, and no Dom0."""
    made = subprocess.run(["tools/bh-image", "build", "tools/image/examples/flight.toml", "-o",
                           "build/run/flight.img"], cwd=TOP, check=True, capture_output=True,
                          text=True, timeout=120)
    m = Machine("test_image_example")
    m.command = ["env", "-C", str(TOP), *shlex.split(made.stdout.splitlines()[-1])]
    with m:
        m.start()
        m.wait(r"autopilot: .*beat 3 ", BOOT_SECONDS)
        m.wait(r"linux1: .*up, 1 CPU", BOOT_SECONDS)
        log = m.log_path.read_text(encoding="utf-8", errors="replace")
        assert "is not built" not in log and "Usage:" not in log
