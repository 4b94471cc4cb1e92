#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps a build folder's configuration up to date (see Kconfig, `make menuconfig`).

    kconfig.py update OUT DEFCONFIG   OUT/.config from DEFCONFIG, or as the user edited it; and
                                      OUT/include/generated/autoconf.h
    kconfig.py menu OUT DEFCONFIG     the same after the user edited it in a menu
    kconfig.py save OUT DEFCONFIG     write OUT/.config back to DEFCONFIG, in its minimal form

A .config that nobody edited follows its defconfig; an edited one is kept.
"""
import os
import sys

try:
    import kconfiglib
except ImportError:
    sys.exit("error: python3-kconfiglib is missing; run tools/build/setup run")


def read(path):
    """Contents of the file, or None if there is none."""
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except FileNotFoundError:
        return None


def load(out, defconfig):
    """The configuration tree with the values that are in force for this build folder."""
    kconf = kconfiglib.Kconfig("Kconfig", warn_to_stderr=True)
    kconf.warn_assign_undef = True
    config = os.path.join(out, ".config")
    made = os.path.join(out, ".config.made")
    edited = read(config) is not None and read(config) != read(made)
    if edited:
        kconf.load_config(config)
    elif os.path.exists(defconfig):
        kconf.load_config(defconfig)
    else:
        known = sorted(f.removesuffix("_defconfig") for f in os.listdir(os.path.dirname(defconfig)))
        sys.exit(f"error: no configuration {defconfig}; CONFIG= may be: {' '.join(known)}")
    return kconf, edited


def write(kconf, out, edited):
    """Writes .config and autoconf.h; each only if it changes, so that nothing is built in vain."""
    generated = os.path.join(out, "include", "generated")
    os.makedirs(generated, exist_ok=True)
    kconf.write_config(os.path.join(out, ".config"), save_old=False)
    if not edited:
        kconf.write_config(os.path.join(out, ".config.made"), save_old=False)
    kconf.write_autoconf(os.path.join(generated, "autoconf.h"))


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("update", "menu", "save"):
        sys.exit(__doc__)
    command, out, defconfig = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    kconf, edited = load(out, defconfig)
    if command == "menu":
        import menuconfig

        write(kconf, out, edited)
        os.environ["KCONFIG_CONFIG"] = os.path.join(out, ".config")
        menuconfig.menuconfig(kconf)
        kconf, edited = load(out, defconfig)
    write(kconf, out, edited)
    if command == "save":
        print(kconf.write_min_config(defconfig))


main()
