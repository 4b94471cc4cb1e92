# SPDX-License-Identifier: Apache-2.0
"""SD cards and disks that U-Boot boots from: one FAT partition, made without root.

    image(path, files)          a partitioned image; files: name on the card -> bytes or Path
    folder(path, files)         the same files in a folder
    script(text)                a U-Boot script in the form that U-Boot runs by itself (boot.scr)

The same files give the same bytes: nothing holds a time.
"""
import os
import struct
import subprocess
import tempfile
from pathlib import Path

SECTOR = 512
FIRST_SECTOR = 2048  # of the partition: 1 MiB, as every partitioning tool aligns it
FAT32_LBA = 0x0C
MIB = 1 << 20

# What mtools and mkimage write as the time of files, of the file system and of scripts.
EPOCH = {"SOURCE_DATE_EPOCH": "1767225600", "TZ": "UTC"}


class Error(Exception):
    """Why there is no image."""


def tool(*command, **kwargs):
    try:
        return subprocess.run(command, check=True, capture_output=True, timeout=120,
                              env={**os.environ, **EPOCH}, **kwargs).stdout
    except FileNotFoundError:
        raise Error(f"{command[0]} is missing; run tools/build/setup run") from None
    except subprocess.CalledProcessError as e:
        raise Error(f"{command[0]} failed: {e.stderr.decode(errors='replace').strip()}") from None


def script(text):
    """The bytes of boot.scr for U-Boot commands."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "cmd"), Path(folder, "scr")
        source.write_text(text, encoding="ascii")
        tool("mkimage", "-A", "arm64", "-O", "linux", "-T", "script", "-C", "none",
             "-d", str(source), str(target))
        return target.read_bytes()


def folder(path, files):
    path.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (path / name).write_bytes(data.read_bytes() if isinstance(data, Path) else data)


def image(path, files):
    """Writes the image; its size is a power of two, which QEMU wants of a card."""
    with tempfile.TemporaryDirectory() as temporary:
        staged = Path(temporary)
        folder(staged, files)
        used = sum(p.stat().st_size for p in staged.iterdir())
        size = 64 * MIB
        while size < used + used // 32 + 4 * MIB:
            size *= 2
        new = path.with_name(path.name + ".new")
        with open(new, "wb") as f:
            f.truncate(size)
            sectors = size // SECTOR - FIRST_SECTOR
            f.seek(446)
            f.write(struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", FAT32_LBA, b"\xfe\xff\xff",
                                FIRST_SECTOR, sectors))
            f.seek(510)
            f.write(b"\x55\xaa")
        partition = f"{new}@@{FIRST_SECTOR * SECTOR}"
        tool("mformat", "-i", partition, "-F", "-N", "42554c4b", "-T", str(sectors), "-h", "255",
             "-s", "63", "-v", "BULKHEAD", "::")
        for name in sorted(files):
            os.utime(staged / name, (int(EPOCH["SOURCE_DATE_EPOCH"]),) * 2)
            tool("mcopy", "-m", "-i", partition, str(staged / name), "::")
        new.replace(path)
