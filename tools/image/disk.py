# SPDX-License-Identifier: Apache-2.0
"""Writes a folder, or a disk image with one FAT partition, without mounting anything.

The same files give the same bytes: nothing holds a time.
"""
import os
import shutil
import struct
import subprocess
from pathlib import Path

from nodes import TreeError

MIB = 1 << 20
SECTOR = 512
START = MIB  # of the partition

# What mtools and mkimage write as the time of files, of the file system and of scripts.
EPOCH = {"SOURCE_DATE_EPOCH": "1767225600", "TZ": "UTC"}


def write_folder(folder, files):
    """files: {name: bytes or Path}."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        target = folder / name
        if isinstance(content, Path):
            shutil.copyfile(content, target)
        else:
            target.write_bytes(content)


def _partition_table(sectors):
    """An MBR whose only partition is FAT32 (LBA), active."""
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x0c, b"\xfe\xff\xff",
                        START // SECTOR, sectors)
    return bytes(446) + entry + bytes(48) + b"\x55\xaa"


def _size(value):
    return value.stat().st_size if isinstance(value, Path) else len(value)


def disk_bytes(files, is_power_of_two):
    """Size of an image that holds the files: clusters, tables and some air."""
    need = START + sum(-(-_size(f) // 32768) * 32768 for f in files.values())
    need = max(-(-need * 102 // 100 // MIB) * MIB + 2 * MIB, 40 * MIB)
    return 1 << (need - 1).bit_length() if is_power_of_two else need


def _run(*words):
    try:
        subprocess.run(words, check=True, capture_output=True, text=True,
                       env={**os.environ, **EPOCH})
    except FileNotFoundError as e:
        raise TreeError(f"{words[0]} is missing: install mtools") from e
    except subprocess.CalledProcessError as e:
        raise TreeError(f"{words[0]} failed: {e.stderr.strip()}") from e


def write_image(path, files, is_power_of_two):
    """An SD card's or disk's content in a file; sparse where nothing is."""
    size = disk_bytes(files, is_power_of_two)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    with open(new, "wb") as f:
        f.write(_partition_table((size - START) // SECTOR))
        f.truncate(size)
    at = f"{new}@@{START}"
    _run("mformat", "-i", at, "-F", "-N", "42554c4b", "-v", "BULKHEAD", "-T",
         str((size - START) // SECTOR), "-h", "64", "-s", "32", "::")
    staging = path.with_suffix(".files")
    try:
        write_folder(staging, {n: c for n, c in files.items() if isinstance(c, bytes)})
        for name, content in files.items():
            source = content if isinstance(content, Path) else staging / name
            _run("mcopy", "-i", at, "-Q", str(source), f"::/{name}")
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    new.replace(path)
