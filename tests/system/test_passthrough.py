# SPDX-License-Identifier: Apache-2.0
"""Devices of the machine in domains that bh creates (docs/passthrough.md): the second PL011 of
QEMU's machine, with its interrupt, by a partial device tree and by keys; and what is refused."""
import base64
import json
import re
import subprocess

import pytest
from domains import domains, free_memory, wait_console, write_config
from trees import put, with_tree

UART = "/pl011@9040000"
RTC = "/pl031@9010000"
GPIO = "/pl061@9030000"
NODE = """/dts-v1/;
/ {
    #address-cells = <2>; #size-cells = <2>;
    passthrough {
        compatible = "simple-bus"; ranges;
        #address-cells = <2>; #size-cells = <2>;
        serial@GUEST {
            compatible = "arm,pl011", "arm,primecell";
            reg = <0 0xGUEST 0 0x1000>;
            interrupts = <0 8 4>;
            interrupt-parent = <0xfde8>;
            ADDED
        };
    };
};
"""


def set_apart(tree):
    """The UART and the GPIO may go to a domain, the RTC lacks that; the console may not."""
    for node in (UART, RTC, GPIO, "/pl011@9000000"):
        put(tree, "-tx", node, "xen,passthrough")
    for node in (UART, GPIO):
        put(tree, "-tx", node, "xen,force-assign-without-iommu")


@pytest.fixture(name="boot")
def boot_fixture(machine, tmp_path):
    """A machine with a second UART, which writes to the path."""
    def boot(gic):
        out = tmp_path / "serial.txt"
        m = machine(gic=gic, qemu=("-serial", f"file:{out}"))
        m.command = with_tree(m.command, tmp_path / "tree.dtb", set_apart)
        return m, m.boot(), out
    return boot


def partial_tree(m, name, guest, added=""):
    """A partial device tree in Dom0; returns its path."""
    text = NODE.replace("GUEST", f"{guest:x}").replace("ADDED", added)
    blob = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb"], input=text.encode(),
                          check=True, capture_output=True, timeout=60).stdout
    m.sh(f"echo {base64.b64encode(blob).decode()} | base64 -d >/tmp/{name}.dtb")
    return f"/tmp/{name}.dtb"


def config(m, name, **keys):
    return write_config(m, name, kernel="/guests/serial.bin", memory=32, on_poweroff="preserve",
                        on_crash="preserve", **keys)


def run(m, path, name="serial"):
    """The domain prints its verdict, then stops; it is still there."""
    m.sh(f"bh create {path}")
    text = wait_console(m, name, r"(PASS|FAIL) serial", 120)
    assert "PASS serial" in text, text[-3000:]
    return text


@pytest.mark.parametrize("gic", [3, 2])
def test_given_and_taken_back(boot, gic):
    m, text, out = boot(gic)
    for node in (UART, RTC, GPIO):
        assert f"dom0: does not get {node}" in text
        assert m.sh(f"tr '\\0' '\\n' </proc/device-tree{node}/status") == "disabled"
    assert "device: pl011@9000000 is not set apart: it is the hypervisor's own" in text
    # Its registers are nowhere in Dom0's address space; others are.
    assert m.run("devmem 0x9020000 32")[0] == 0 and m.run("devmem 0x9040fe0 32")[0] != 0
    before = free_memory(m)
    # At its own address, by a tree that says all; it ends with the interrupt active.
    tree = partial_tree(m, "same", 0x9040000, f'xen,path = "{UART}"; '
                        "xen,reg = <0 0x9040000 0 0x1000 0 0x9040000>;")
    run(m, config(m, "serial", device_tree=tree, extra="leave=1"))
    check_taken(m, tree)
    m.sh("bh destroy serial")
    # At another address, by keys, as xl has them.
    tree = partial_tree(m, "other", 0x2a000000)
    keys = {"device_tree": tree, "dtdev": [UART], "iomem": ["9040,1@2a000"], "irqs": [40]}
    run(m, config(m, "serial", **keys, vcpus=2))
    m.sh("bh destroy serial")
    assert list(domains(m)) == ["Domain-0"] and free_memory(m) == before
    assert out.read_text().count("serial: hello") == out.read_text().count("serial: bye") == 2


def check_taken(m, tree):
    """What a domain has, another does not get; nothing is left of the attempt."""
    for keys in ({"device_tree": tree}, {"iomem": ["9040,1"]}, {"irqs": [40]}, {"dtdev": [UART]}):
        status, text = m.run(f"bh create {config(m, 'second', **keys)}")
        assert status == 1 and "another domain has it" in text, text
        assert re.search(r"second.cfg:\d+: ", text)
    assert list(domains(m)) == ["Domain-0", "serial"]


REFUSED = [
    # of Dom0; nobody's; memory; the GIC; the hypervisor's UART
    ({"dtdev": ["/fw-cfg@9020000"]}, "is not set apart for domains"),
    ({"iomem": ["9020,1"]}, "is not set apart"),
    ({"irqs": [35]}, "is not set apart"),
    ({"dtdev": ["/nothing"]}, "is not set apart"),
    ({"iomem": ["60000,1"]}, "is not set apart"),
    ({"iomem": ["8000,10"]}, "is not set apart"),
    ({"iomem": ["9000,1"]}, "is not set apart"),
    ({"irqs": [33]}, "is not set apart"),
    ({"iomem": ["9040,2"]}, "is not set apart"),     # its second page
    ({"dtdev": [RTC]}, "no IOMMU isolates its DMA"),
    ({"iomem": ["9010,1"]}, "no IOMMU isolates its DMA"),
    ({"iomem": ["9040,1@40000"]}, "something else is at these guest addresses"),     # RAM
    ({"iomem": ["9040,1@3001"]}, "something else is at these guest addresses"),      # its GIC
]


def test_refused_and_storm(boot):
    m, _, _ = boot(3)
    for number, (keys, sentence) in enumerate(REFUSED):
        status, text = m.run(f"bh create {config(m, f'no{number}', **keys)}")
        assert status == 1 and sentence in text, (keys, text)
        assert re.search(rf"/tmp/no{number}.cfg:\d+: ", text), text
    assert list(domains(m)) == ["Domain-0"]
    # A device that never lets go of its interrupt: the domain is throttled, the machine is not.
    tree = partial_tree(m, "same", 0x9040000, f'xen,path = "{UART}"; '
                        "xen,reg = <0 0x9040000 0 0x1000 0 0x9040000>;")
    text = run(m, config(m, "serial", device_tree=tree, interrupt_rate=1000,
                         extra="storm=3000000 rounds=10"))
    row, = json.loads(m.sh("bh throttle serial --json"))
    assert row["exceeded"] == ["interrupts"] and row["times"] >= 1 and row["throttled_seconds"] > 0
    m.sh("bh destroy serial")
