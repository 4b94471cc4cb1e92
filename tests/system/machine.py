# SPDX-License-Identifier: Apache-2.0
"""A machine under test: QEMU with the hypervisor and Dom0, and a shell in Dom0.

    with Machine("name", cpu="cortex-a53", smp=4) as m:
        m.boot()                       # until Dom0's prompt
        out = m.sh("bh list")          # must exit with 0
        status, out = m.run("false")

All that the machine prints goes to build/logs/NAME.log. Limits of time are generous, because a
machine that emulates may be busy; BULKHEAD_TIMEOUT_SCALE multiplies them.

With CONFIG=qemu_virt_bounds a machine counts instructions (-icount) and prints its table of bounds
before it is closed; tests/bench/bounds.py --suite reads it. BULKHEAD_SMP=1: no machine has more
CPUs than one.
"""
import ctypes
import os
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pexpect

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
LOGS = Path(os.environ.get("BULKHEAD_LOGS", BUILD / "logs"))
XEN = BUILD / "peer" / "boot" / "xen-4.20-arm64"
PROMPT = "dom0# "
SCALE = float(os.environ.get("BULKHEAD_TIMEOUT_SCALE", "1"))
SMP_MAX = int(os.environ.get("BULKHEAD_SMP", "64"))
COUNTS = os.environ.get("CONFIG") == "qemu_virt_bounds"

BOOT_SECONDS = 180
COMMAND_SECONDS = 60

# Text after which waiting on is pointless: the machine or a part of it has died.
FATAL = [r"PANIC on CPU [^\r\n]*", r"Kernel panic - not syncing: (?!sysrq)[^\r\n]+\r"]

# What a terminal would interpret: the shell's line editor sends some of it.
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\a")


class MachineError(AssertionError):
    """The machine did not do what the scenario waited for."""


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def hypervisor_image():
    """The image that the scenarios boot: of CONFIG, qemu_virt unless set."""
    return BUILD / os.environ.get("CONFIG", "qemu_virt") / "bulkhead"


def dom0_modules(words="bulkhead.autostart=0", initrd="initramfs.cpio"):
    """The guest-loader arguments of Dom0's kernel and initramfs."""
    kernel, initrd = BUILD / "dom0" / "vmlinuz", BUILD / "dom0" / initrd
    return [f"addr=0x50000000,kernel={kernel},bootargs=console=hvc0 {words}",
            f"addr=0x58000000,initrd={initrd}"]


class Log:
    """A log file without carriage returns, written as the machine prints."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8", errors="replace", buffering=1)

    def write(self, text):
        self.file.write(clean(text))

    def flush(self):
        self.file.flush()

    def close(self):
        self.file.close()


class Machine:
    """QEMU virt with a hypervisor, Dom0's kernel and Dom0's initramfs."""

    def __init__(self, name, *, cpu="cortex-a72", smp=2, mem=2048, hypervisor=None, append="",
                 dom0_mem="512M", dom0_append="bulkhead.autostart=0", qemu=(), modules=None,
                 virtualization="on", gic=3, raw=None):
        """@modules: other guest-loader arguments in place of Dom0's kernel and initramfs.
        @raw: other QEMU arguments in place of -kernel, -append and the modules."""
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log_path = LOGS / (re.sub(r"[^\w.=-]+", "_", name).strip("_") + ".log")
        if modules is None:
            modules = dom0_modules(dom0_append)
        self.command = [
            "qemu-system-aarch64", "-M",
            f"virt,virtualization={virtualization},gic-version={gic}",
            "-cpu", cpu, "-smp", str(min(smp, SMP_MAX)), "-m", str(mem), "-nic", "none",
            "-display", "none", "-serial", "mon:stdio", "-no-reboot"]
        if COUNTS:
            self.command[4] += ",cntfrq=1000000000"
            self.command += ["-icount", "shift=0"]
        if raw is None:
            self.command += ["-kernel", str(hypervisor or hypervisor_image()),
                             "-append", f"dom0_mem={dom0_mem} {append}".strip()]
            for module in modules:
                self.command += ["-device", f"guest-loader,{module}"]
        else:
            self.command += list(raw)
        self.command += list(qemu)
        self.qemu = None
        self.log = None
        self.lost = False  # a wait has failed: nobody knows what is on the console now

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Life of the machine

    def start(self):
        """Switches the machine on."""
        self.log = Log(self.log_path)
        self.log.write("$ " + " ".join(self.command) + "\n")
        self.qemu = pexpect.spawn(
            self.command[0], self.command[1:], encoding="utf-8", codec_errors="replace",
            timeout=COMMAND_SECONDS * SCALE, preexec_fn=_die_with_parent, dimensions=(50, 200))
        self.qemu.logfile_read = self.log
        self.qemu.delaybeforesend = None
        return self

    def boot(self, timeout=BOOT_SECONDS):
        """Switches the machine on and waits for Dom0's shell; returns what was printed."""
        self.start()
        text = self.wait(re.escape(PROMPT), timeout)
        self.sh("stty cols 200 2>/dev/null; dmesg -n 1")
        return text

    def close(self):
        """Kills QEMU; the log stays. May be called at any time, and twice."""
        if self.qemu is not None:
            if COUNTS and self.qemu.isalive():
                self.print_bounds()
            self.qemu.close(force=True)
            self.qemu = None
        if self.log is not None:
            self.log.close()
            self.log = None

    def print_bounds(self):
        """Has the hypervisor print its table; the console may be left in any state."""
        try:
            for _ in range(2):  # a scenario may have switched the input already
                self.send("\x01\x01" * 3)  # QEMU's multiplexer takes one of two
                if self.qemu.expect([r"\[hypervisor\]", r"\[Dom0\]"]) == 0:
                    break
            self.send("b")
            self.qemu.expect("bounds end")
        except (pexpect.TIMEOUT, pexpect.EOF, OSError):
            pass  # whoever reads the log notices

    def wait_off(self, timeout=COMMAND_SECONDS):
        """Waits until the machine has switched itself off (or asked for a reset)."""
        try:
            self.qemu.expect(pexpect.EOF, timeout=timeout * SCALE)
        except pexpect.TIMEOUT:
            raise MachineError(f"the machine was still on after {timeout} s") from None
        return clean(self.qemu.before)

    # Console

    def wait(self, pattern, timeout=COMMAND_SECONDS):
        """Waits for the regular expression on the console; returns the text up to its end."""
        try:
            index = self.qemu.expect([pattern, *FATAL, pexpect.EOF], timeout=timeout * SCALE)
        except pexpect.TIMEOUT:
            index = None
        if index == 0:
            return clean(self.qemu.before + self.qemu.after)
        self.lost = True
        if index is None:
            raise MachineError(f"no /{pattern}/ within {timeout} s")
        if self.qemu.after is pexpect.EOF:
            raise MachineError(f"QEMU ended while waiting for /{pattern}/")
        raise MachineError(f"while waiting for /{pattern}/: {self.qemu.after}")

    def send(self, text):
        """Types the text, without an end of line."""
        self.qemu.send(text)

    # Dom0's shell

    def run(self, command, timeout=COMMAND_SECONDS):
        """Runs the command in Dom0's shell; returns its exit status and its output."""
        # The marks are broken by quotes where they are typed, so that the echo is no match. All
        # is one line, so that a command that reads the terminal finds nothing there.
        self.qemu.send(f"echo '@'begin; eval {shlex.quote(command)}; echo '@'end $?\n")
        self.wait(r"@begin\r*\n", timeout)
        text = self.wait(r"@end (\d+)\r*\n", timeout)
        status = int(self.qemu.match.group(1))
        self.wait(re.escape(PROMPT), timeout)
        return status, "\n".join(text.splitlines()[:-1])

    def sh(self, command, timeout=COMMAND_SECONDS):
        """Runs a command that must succeed; returns its output."""
        status, output = self.run(command, timeout)
        if status != 0:
            raise MachineError(f"'{command}' ended with {status}:\n{output}")
        return output

    def until(self, command, pattern, timeout=COMMAND_SECONDS):
        """Repeats the command until its output has the regular expression; returns the output."""
        end = time.monotonic() + timeout * SCALE
        while True:
            _, output = self.run(command)
            if re.search(pattern, output, re.M):
                return output
            if time.monotonic() > end:
                raise MachineError(f"'{command}' never printed /{pattern}/; last:\n{output}")
            time.sleep(0.5)


def clean(text):
    """The text without what only a terminal understands."""
    return CONTROL.sub("", text).replace("\r", "")


def qemu_has_cpu(model):
    """Whether this QEMU knows the CPU model."""
    listing = subprocess.run(["qemu-system-aarch64", "-cpu", "help"], capture_output=True,
                             text=True, check=False, timeout=60)
    return re.search(rf"^\s*{re.escape(model)}\s*$", listing.stdout, re.M) is not None
