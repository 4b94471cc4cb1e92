# SPDX-License-Identifier: Apache-2.0
"""Configurations: the small ones, and a random sample of all options, are built and boot a guest.

The sample is the same in every run: each option of a configuration is drawn from a generator with
the configuration's number as its seed, but for Dom0 and boot-time domains: a quarter of the sample
has only the one, a half only the other. All options on and all off come on top. What decides
whether anything can be seen is not drawn: the PL011, and the virtual UART where there is no Dom0.
"""
import random
import re
import subprocess
import sys

import pytest
from bootdomains import System
from machine import SCALE, TOP

sys.path.append("/usr/lib/python3/dist-packages")
import kconfiglib  # noqa: E402  pylint: disable=wrong-import-position

SAMPLE = 20
NUMBERS = {"NR_CPUS": (1, 64), "MAX_DOMAINS": (2, 4096), "NR_IRQS": (320, 1020),
           "CONSOLE_RING_SHIFT": (10, 18)}
FIXED = {"PL011": 2, "CERTIFIABLE": 0}
# KiB of RAM beside stage-2 tables that one domain and the hypervisor may take; KiB of the image.
KEPT = {"safety": 256, "tiny": 256}
IMAGE = {"safety": 96, "tiny": 96}


def options(kconf):
    """Names of the bools that can be chosen, in the order of the file, and whether they are on."""
    return {sym.name: sym.tri_value == 2 for sym in kconf.unique_defined_syms
            if sym.orig_type is kconfiglib.BOOL and any(node.prompt for node in sym.nodes)}


def draw(kconf, is_on):
    """Give each option the value of is_on(), as far as the others let it."""
    drawn = {sym.name: is_on(sym.name) for sym in kconf.unique_defined_syms}
    for _ in range(3):  # what one depends on may come behind it
        for sym in kconf.unique_defined_syms:
            if sym.name in NUMBERS:
                sym.set_value(str(NUMBERS[sym.name][-int(drawn[sym.name])]))
            elif sym.orig_type is kconfiglib.BOOL and sym.visibility:
                sym.set_value(FIXED.get(sym.name, 2 if drawn[sym.name] else 0))
        if kconf.syms["DOM0"].tri_value == 0:
            drawn["VUART"] = True


def make(name, is_on=None):
    """Build a configuration of that name; returns its options."""
    kconf = kconfiglib.Kconfig(str(TOP / "Kconfig"), warn=False)
    out = TOP / "build" / name
    if is_on:
        draw(kconf, is_on)
        out.mkdir(parents=True, exist_ok=True)
        kconf.write_config(str(out / ".config"), save_old=False)
    subprocess.run(["make", "-s", "hypervisor", f"CONFIG={name}"], cwd=TOP, check=True,
                   timeout=900 * SCALE)
    kconf.load_config(str(out / ".config"))
    return options(kconf)


def boot(name, found):
    """What the machine prints when the guest hello runs on it, as Dom0 or as boot-time domain."""
    mode = "domu" if found["BOOT_DOMAINS"] and found["VUART"] else "dom0"
    command = [str(TOP / "tests/guests/run"), "-H", str(TOP / "build" / name / "bulkhead"),
               "-m", mode, "-g", "3" if found["GICV3"] else "2", "-v", "1",
               "-t", str(int(30 * SCALE)), "hello"]
    text = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", check=False, timeout=60 + 30 * SCALE).stdout
    if mode == "domu" or found["CONSOLE_IO"]:
        assert "PASS hello" in text, text[-2000:]
    else:
        assert "stopped, reason 0: machine off" in text, text[-2000:]  # it is mute
    return text


@pytest.mark.parametrize("config", ["base", "safety", "tiny"])
def test_small_configuration_boots_a_guest(config):
    text = boot(config, make(config))
    if config in KEPT:
        kept = re.findall(r"boot: (\d+) KiB kept by the hypervisor", text)
        tables = re.findall(r"(\d+) KiB of stage-2 tables", text)
        assert int(kept[-1]) - int(tables[0]) <= KEPT[config]
        assert (TOP / "build" / config / "bulkhead").stat().st_size <= 1024 * IMAGE[config]


@pytest.mark.parametrize("is_on", [True, False], ids=["on", "off"])
def test_all_options(is_on):
    name = f"all-{'on' if is_on else 'off'}"
    found = make(name, lambda option: is_on)
    wrong = [n for n, value in found.items() if value != is_on and n not in FIXED]
    # What one of two must have, and what excludes others.
    allowed = {"ARM64", "GICV2", "SCHED_NULL", "VUART", "BOOT_DOMAINS", "DOM0"} if not is_on else \
        {"SEALED_HEAP", "FRAME_RANGES", "XSM_DEFAULT_MODULE_DEFAULT", "XSM_DEFAULT_MODULE_SILO",
         "EARLY_UART_IS_MINI"}
    assert set(wrong) <= allowed
    boot(name, found)


@pytest.mark.parametrize("number", range(SAMPLE))
def test_random_options(number):
    draws = random.Random(number)
    fixed = {"DOM0": number % 2 == 0, "BOOT_DOMAINS": number % 4 != 0}
    name = f"random-{number}"
    boot(name, make(name, lambda option: fixed.get(option, draws.random() < 0.5)))


# What a domain of the boot tree may ask for, by the option that it needs.
WISHES = {
    "HEALTH": ("bulkhead,restart", 'bulkhead,restart = "warm";'),
    "THROTTLE": ("bulkhead,trap-rate", "bulkhead,trap-rate = <5000>;"),
    "PASSTHROUGH": ("device-tree", "{tree}"),
    "STATIC_COMM": ("xen,evtchn", 'channel {{ compatible = "xen,evtchn-v1"; }};'),
}


def test_what_is_not_built_is_named(machine, tmp_path, monkeypatch):
    """A domain that asks for it is not built, and is told by which property and option."""
    found = make("safety")
    missing = [option for option in WISHES if not found[option]]
    assert missing
    s = System(tmp_path)
    for option in missing:
        tree = s.module("device-tree", s.tree)
        s.domain(option.lower(), "hello", text=f"vpl011; {WISHES[option][1].format(tree=tree)}")
    s.domain("good", "hello", text="vpl011;")
    monkeypatch.setenv("CONFIG", "safety")
    m = machine(raw=s.arguments()).start()
    for option in missing:
        m.wait(f"domain {option.lower()} is not built: {WISHES[option][0]}: this hypervisor is "
               f"built without CONFIG_{option}: leave it out, or build with that option")
    m.wait("good: PASS hello")
