# SPDX-License-Identifier: Apache-2.0
"""The machines of the demo: one CPU in QEMU, a hypervisor, Dom0 with the script of the phases.

Every instruction takes one nanosecond of virtual time (-icount shift=0, counter of 1 GHz), and
time in which nobody wants to run is skipped. So figures are exact and do not depend on how busy
the machine below is.
"""
import stat
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
BUILD = TOP / "build"
XEN = BUILD / "peer" / "boot" / "xen-4.20-arm64"
QEMU = ["qemu-system-aarch64", "-M", "virt,virtualization=on,gic-version=3",
        "-cpu", "cortex-a72,cntfrq=1000000000", "-smp", "1", "-icount", "shift=0,sleep=off",
        "-seed", "1", "-rtc", "base=2026-01-01,clock=vm", "-m", "2048", "-display", "none",
        "-nic", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"]
SCHEDULERS = ("rtds", "credit")  # of Bulkhead; the machine says so if it does not run it
SCHED = "rtds"


class MachineError(Exception):
    """A machine could not be started, or was not off in time."""


def cpio(files):
    """A "newc" archive (cpio(5)) of {path: bytes}, all executable; folders come by themselves."""
    entries = {str(parent): (stat.S_IFDIR | 0o755, b"") for path in files
               for parent in list(Path(path).parents)[:-1]}
    entries |= {path: (stat.S_IFREG | 0o755, data) for path, data in files.items()}
    out = bytearray()
    for number, (path, (mode, data)) in enumerate([*sorted(entries.items()),
                                                   ("TRAILER!!!", (0, b""))], 1):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        for part in (b"070701" + b"".join(b"%08X" % f for f in fields) + name, data):
            out += part + bytes(-(len(out) + len(part)) % 4)
    return bytes(out)


def archive(initrd, out):
    """Dom0's initramfs with the demo's files added (a later archive goes on top)."""
    linux = (BUILD / "dom0" / "linux1.cpio").read_bytes()
    linux += cpio({"demo/streamer": (HERE / "streamer").read_bytes()})
    path = out / initrd.name
    path.write_bytes(initrd.read_bytes() + cpio({"demo/init": (HERE / "init").read_bytes(),
                                                 "demo/streamer.cpio": linux}))
    return path


class Run:
    """One machine that goes through the phases; its console is kept in OUT/NAME.log."""

    def __init__(self, out, tool, sched, seconds, image):
        self.log = out / f"{tool}.log"
        if tool == "bh":
            name, append = "initramfs.cpio", "" if sched == "credit" else f"sched={sched}"
        else:
            name = "initramfs-xl.cpio"
            append = "console=dtuart dtuart=/pl011@9000000 sync_console noreboot"
        for path in (image, BUILD / "dom0" / name, BUILD / "dom0" / "vmlinuz"):
            if not path.is_file():
                raise MachineError(f"{path} is missing; build it with: make all")
        initrd = archive(BUILD / "dom0" / name, out)
        # The kernel's own tests of its ciphers would be a load of some seconds.
        words = f"console=hvc0 quiet cryptomgr.notests rdinit=/demo/init demo.tool={tool} " \
                f"demo.sched={sched} demo.seconds={seconds}"
        self.command = [*QEMU, "-kernel", str(image),
                        "-append", f"dom0_mem=512M dom0_max_vcpus=1 {append}".strip(),
                        "-device", f"guest-loader,addr=0x50000000,kernel={BUILD}/dom0/vmlinuz,"
                        f"bootargs={words}",
                        "-device", f"guest-loader,addr=0x58000000,initrd={initrd}"]
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(self.command, stdout=output, stderr=output,
                                            stdin=subprocess.DEVNULL)

    def wait(self, seconds):
        """Waits until the machine is off; returns its console."""
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise MachineError(f"{self.log}: the machine was still on after {seconds:.0f} s") \
                from None
        finally:
            self.stop()
        return self.log.read_text(errors="replace").replace("\r", "")

    def stop(self):
        """Ends the machine if it is still on."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
