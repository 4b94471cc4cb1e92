# SPDX-License-Identifier: Apache-2.0
"""QEMU's command line for a system: from its disk through U-Boot, or straight from a folder."""
from boards import QEMU

COMMON = ["-nic", "none", "-display", "none"]
CONSOLE = ["-serial", "mon:stdio"]


def u_boot(board, image, tree=None):
    """From a disk image. tree: the file of a board's tree where QEMU has none of its own."""
    words = [QEMU, *board.machine, *COMMON]
    if board.name == "rpi4":
        # Its console is the second one, the mini-UART.
        words += ["-serial", "null", *CONSOLE, "-kernel", str(board.u_boot), "-dtb", str(tree)]
    else:
        words += [*CONSOLE, "-bios", str(board.u_boot)]
    return words + [w.replace("IMAGE", str(image)) for w in board.disk]


def direct(s, folder):
    """Without U-Boot: the same files at the same addresses, the finished tree."""
    words = [QEMU, *s.board.machine, *COMMON, *CONSOLE, "-kernel", str(folder / "bulkhead"),
             "-dtb", str(folder / "system.dtb")]
    for m in s.modules:
        if m.kind != "hypervisor" and m.size:
            words += ["-device", f"loader,addr={m.address:#x},file={folder / m.name},force-raw=on"]
    return words
