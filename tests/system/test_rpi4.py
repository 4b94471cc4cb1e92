# SPDX-License-Identifier: Apache-2.0
"""`make run BOARD=rpi4`: Debian's U-Boot starts the demo from an SD card on QEMU's raspi4b.

And a card that bh-image has made, with two domains and no Dom0.
"""
import re
import shlex
import subprocess

import pytest
from domains import domains, wait_beats, wait_console
from machine import TOP, Machine

BOOT_SECONDS = 600  # the card is read at 1.3 MiB/s; four emulated CPUs share the host's
SECONDS = 120
GIB = 1 << 30


def test_image(machine):
    subprocess.run(["make", "-s", "hypervisor", "u-boot", "CONFIG=rpi4"], cwd=TOP, check=True)
    made = subprocess.run(["tools/bh-image", "build", "tools/image/examples/rpi4.toml", "-o",
                           "build/run/rpi4.img"], cwd=TOP, check=True, capture_output=True,
                          text=True, timeout=120)
    m = machine()
    m.command = ["env", "-C", str(TOP), *shlex.split(made.stdout.splitlines()[-1])]
    text = m.start().wait("boot: 2 domains, no Dom0", BOOT_SECONDS)
    assert text.index("Starting kernel") < text.index("Bulkhead 0.1")
    assert "Usage:" not in text  # U-Boot's word for a command that the script gets wrong
    assert "smp: 4 of 4 CPUs run" in text
    m.wait(r"(?s)(.*(autopilot|spare): autopilot: beat 3 ){2}", SECONDS)


@pytest.fixture(name="board", scope="module")
def board_fixture():
    m = Machine("test_rpi4")
    m.command = ["make", "-C", str(TOP), "run", "BOARD=rpi4", "CONFIG=rpi4"]
    with m:
        m.boot(BOOT_SECONDS)
        yield m


def test_board(board):
    log = board.log_path.read_text(encoding="utf-8", errors="replace")
    assert log.index("Starting kernel") < log.index("Bulkhead 0.1")  # U-Boot's words
    assert "gicv2: 224 interrupts, 4 list registers" in log
    # Four CPUs out of the spin table, though there is no firmware to ask.
    assert "smp: 4 of 4 CPUs run" in log
    assert "names no PSCI" not in log  # the reset of the board is driven
    assert "the console takes no input" not in log
    # Dom0's memory is where the devices reach it, and never where page 0's spin table is.
    assert "devices reach up to 0x40000000" in log
    ram = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) : System RAM", board.sh("cat /proc/iomem"), re.M)
    assert ram and all(0x1000 <= int(a, 16) and int(b, 16) < GIB for a, b in ram)
    # The UART of the console, and the devices in its page, are not Dom0's; the PL011 is.
    serial = board.sh("ls /proc/device-tree/soc")
    assert not re.search(r"serial@7e215040|aux@7e215000|spi@7e2150[8c]0", serial)
    assert "serial@7e201000" in serial and "fe201000.serial" in board.sh("cat /proc/iomem")


def test_domains(board):
    assert list(domains(board)) == ["Domain-0", "autopilot", "linux1"]
    wait_beats(board, 3, timeout=SECONDS)
    wait_console(board, "linux1", r"linux1: up, 1 CPU", SECONDS)
    audit = board.sh("bh debug-keys a && bh dmesg | grep audit:")
    assert "EL2 maps 0 frames of domains" in audit
    assert len(set(re.findall(r"d(\d): \d+ leaves", audit))) == 3
    assert set(re.findall(r"(\d+) wrong", audit)) == {"0"}


def test_long_lines_both_ways(board):
    """More characters than a FIFO has, typed at once, and none is lost."""
    line = "".join(chr(ord("a") + i % 26) for i in range(600))
    assert board.sh(f"echo {line}").strip() == line


def test_reboot(board):
    """Dom0's reboot resets the board, though no firmware offers PSCI: U-Boot comes again.

    With other domains beside it Dom0 alone would be restarted (docs/health.md).
    """
    board.sh("bh destroy autopilot; bh destroy linux1", SECONDS)
    board.send("reboot -f\n")
    board.wait(r"U-Boot 20\d\d|Loading Environment from FAT", SECONDS)
