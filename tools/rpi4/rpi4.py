#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the SD card of a Raspberry Pi 4 with Bulkhead, Dom0 and the two domains of the demo.

    rpi4.py build/rpi4/sd.img       an image for QEMU's raspi4b machine
    rpi4.py --board FOLDER/         the files for a real card (docs/boards/rpi4.md)

    DOM0_MEM, APPEND, DOM0_APPEND of the environment: as for `make run`.

Does nothing when the image is newer than all it is made of and its words are the same.
"""
import gzip
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(TOP / "tools" / "image"))
from disk import write_folder, write_image  # noqa: E402  pylint: disable=C0413
from nodes import TreeError  # noqa: E402  pylint: disable=C0413
from script import compile_script  # noqa: E402  pylint: disable=C0413

BUILD = TOP / "build"
DTB = "bcm2711-rpi-4-b.dtb"


def find_dtb():
    found = sorted((BUILD / "sysroot/usr/lib").glob(f"linux-image-*/broadcom/{DTB}"))
    if not found:
        raise TreeError(f"no {DTB} in build/sysroot; run `make sysroot`")
    return found[-1]


def words():
    """Lines for extra.scr: what the environment asks for."""
    env, lines = os.environ, ""
    if env.get("DOM0_MEM"):
        lines += f'setenv hypervisor_args "dom0_mem={env["DOM0_MEM"]}"\n'
    if env.get("APPEND"):
        lines += f'setenv hypervisor_args "${{hypervisor_args}} {env["APPEND"]}"\n'
    return lines + f'setenv dom0_args "${{dom0_args}} {env.get("DOM0_APPEND", "quiet")}"\n'


def main():
    is_board = "--board" in sys.argv
    target = Path(sys.argv[-1])
    sources = {
        "bulkhead": BUILD / "rpi4/bulkhead",
        "vmlinuz.gz": BUILD / "dom0/vmlinuz",
        "initramfs.gz": BUILD / "dom0/initramfs.cpio",
        "u-boot.bin": BUILD / "u-boot/usr/lib/u-boot/rpi_4/u-boot.bin",
        DTB: find_dtb(),
        "config.txt": HERE / "rpi4-config.txt",
    }
    scripts = {"boot.scr": (HERE / "rpi4.cmd").read_text(encoding="ascii")}
    extra = words()
    if not is_board:
        extra = (HERE / "rpi4-qemu.cmd").read_text(encoding="ascii") + extra
    scripts["extra.scr"] = extra
    for path in sources.values():
        if not path.is_file():
            raise TreeError(f"{path} is missing; build it with: make run BOARD=rpi4")
    made = target.with_suffix(".made")
    text = "".join(scripts.values())
    if (not is_board and target.exists() and made.exists() and made.read_text("ascii") == text and
            all(p.stat().st_mtime < target.stat().st_mtime
                for p in [*sources.values(), *HERE.iterdir()])):
        return
    print(f"  CARD    {target}", flush=True)
    files = {name: compile_script(commands) for name, commands in scripts.items()}
    for name, path in sources.items():
        files[name] = (gzip.compress(path.read_bytes(), 6, mtime=0) if name.endswith(".gz")
                       else path)
    if is_board:
        write_folder(target, files)
    else:
        write_image(target, files, True)
        made.write_text(text, "ascii")


try:
    main()
except TreeError as e:
    sys.exit(f"error: {e}")
