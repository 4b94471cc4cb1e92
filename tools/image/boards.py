# SPDX-License-Identifier: Apache-2.0
"""What is known about each board: its device tree, where U-Boot leaves room, how QEMU starts it."""
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from config import parse_size
from nodes import TreeError, parse

TOP = Path(__file__).resolve().parents[2]
MIB = 1 << 20
QEMU = "qemu-system-aarch64"


@dataclass
class Board:
    """windows: RAM that the boot loader and QEMU leave to files, lowest first."""
    name: str
    tree: object              # Node: the machine's device tree
    u_boot: Path
    windows: list
    tree_room: int            # bytes for the device tree while U-Boot edits it
    machine: list             # words of QEMU's command line
    disk: list                # the same, for a disk image IMAGE
    load: str                 # U-Boot's words that load a file: load DEVICE PART
    loads_to: str = "$fdt_addr"
    script_extra: list = field(default_factory=list)


def _dump_tree(machine):
    if not shutil.which(QEMU):
        raise TreeError(f"{QEMU} is missing: install qemu-system-arm, or give "
                        "board.device_tree")
    with tempfile.TemporaryDirectory() as folder:
        blob = Path(folder) / "tree.dtb"
        words = list(machine)
        words[1] += f",dumpdtb={blob}"
        done = subprocess.run([QEMU, *words, "-nic", "none", "-display", "none"],
                              capture_output=True, text=True, check=False)
        if done.returncode or not blob.exists():
            raise TreeError("QEMU gives no device tree for this board: " +
                            (done.stderr.strip().split("\n") or ["?"])[0])
        return parse(blob.read_bytes())


def _own_tree(config, default=None):
    name = config.table("board").get("device_tree")
    path = config.path_of(name) if name else default
    if path is None:
        return None
    if not path.exists():
        raise TreeError(f"{path}: there is no such file" +
                        ("" if name else ": run make sysroot, or give board.device_tree"))
    return parse(path.read_bytes())


def _u_boot(config, folder):
    name = config.table("board").get("u_boot")
    return config.path_of(name) if name else TOP / "build/u-boot/usr/lib/u-boot" / folder / \
        "u-boot.bin"


def virt(config):
    """QEMU's virt. Its own tree is at the start of RAM; with -kernel it is 128 MiB above that."""
    board = config.table("board")
    memory = parse_size(board.get("memory", "2G")) or 2 << 30
    machine = f"virt,virtualization=on,gic-version={board.get('gic', 3)}"
    if board.get("iommu", "none") != "none":
        machine += f",iommu={board['iommu']}"
    more = board.get("qemu", [])
    words = ["-M", machine, "-cpu", str(board.get("cpu", "cortex-a72")), "-smp",
             str(board.get("cpus", 2)), "-m", f"{memory >> 20}M",
             *([more] if isinstance(more, str) else more)]
    start, end = 0x40000000, 0x40000000 + memory
    # U-Boot is in the last MiB below 4 GiB or the end of RAM; its script is at 2 MiB.
    end = min(end, 4 << 30) - 64 * MIB
    windows = [(start + 16 * MIB, min(end, start + 128 * MIB)), (start + 136 * MIB, end)]
    return Board("virt", _own_tree(config) or _dump_tree(words), _u_boot(config, "qemu_arm64"),
                 [w for w in windows if w[1] > w[0]], 2 * MIB, words,
                 ["-drive", "if=none,id=disk,format=raw,file=IMAGE", "-device",
                  "virtio-blk-device,drive=disk"], "load ${devtype} ${devnum}:${distro_bootpart}")


def rpi4(config):
    """The Raspberry Pi 4. Files stay in the first 948 MiB, below the VideoCore's memory."""
    default = sorted((TOP / "build/sysroot/usr/lib").glob(
        "linux-image-*/broadcom/bcm2711-rpi-4-b.dtb"))
    tree = _own_tree(config, default[-1] if default else Path("bcm2711-rpi-4-b.dtb"))
    memory = tree.child("memory")
    if memory and not any(memory.props.get("reg", b"")[4:]):
        # The firmware fills it in; what QEMU and the smallest board have below 1 GiB.
        memory.props["reg"] = bytes.fromhex("00000000 00000000 3b400000")
    return Board("rpi4", tree, _u_boot(config, "rpi_4"),
                 [(48 * MIB, 880 * MIB)], MIB // 2, ["-M", "raspi4b", "-smp", "4"],
                 ["-drive", "if=sd,format=raw,file=IMAGE"],
                 "load ${devtype} ${devnum}:${distro_bootpart}")


def find(config):
    """The board of a configuration; one that is unknown counts as virt (it is refused)."""
    return {"rpi4": rpi4}.get(config.table("board").get("name"), virt)(config)
