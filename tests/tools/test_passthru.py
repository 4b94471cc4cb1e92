# SPDX-License-Identifier: Apache-2.0
"""Devices of the machine in a configuration: keys, partial device trees, calls, refusals."""
import errno
import re
import subprocess

import pytest

TREE = """/dts-v1/;
/ {
    #address-cells = <2>; #size-cells = <2>;
    aliases { serial9 = "/passthrough/serial@9040000"; };
    passthrough {
        compatible = "simple-bus"; ranges;
        #address-cells = <2>; #size-cells = <2>;
        clock { phandle = <7>; #clock-cells = <0>; };
        serial@9040000 {
            compatible = "arm,pl011", "arm,primecell";
            reg = <0 0x2a000000 0 0x1000>;
            interrupts = <0 8 4>;
            interrupt-parent = <0xfde8>;
            clocks = <7>;
            PROPERTIES
        };
    };
};
"""
GIVEN = ('xen,path = "/pl011@9040000"; xen,force-assign-without-iommu; '
         "xen,reg = <0 0x9040000 0 0x1000 0 0x2a000000>;")


def tree(bh, properties=GIVEN, text=TREE):
    blob = subprocess.run(["dtc", "-q", "-O", "dtb"], check=True, capture_output=True, timeout=60,
                          input=text.replace("PROPERTIES", properties).encode()).stdout
    path = bh.folder / "devices.dtb"
    path.write_bytes(blob)
    return str(path)


def given(fake):
    return [c for c in fake.calls() if c.split()[0] in ("assign", "iomem", "map", "bind")]


def test_keys(fake):
    fake.ok("create", fake.config("a", dtdev=["/soc/x@1"], iomem=["9040,1@2a000", "0xa000,81"],
                                  irqs=[40, 0x30, 40]))
    assert given(fake) == ["assign /soc/x@1", "iomem 0x9040 1 1", "map 0x2a000 0x9040 1 1",
                           "iomem 0xa000 129 1", "map 0xa000 0xa000 64 1",
                           "map 0xa040 0xa040 64 1", "map 0xa080 0xa080 1 1",
                           "bind 40 4 40", "bind 48 4 48"]


def test_partial_tree(fake):
    # The same by keys changes nothing.
    fake.ok("create", fake.config("a", device_tree=tree(fake), irqs=[40], iomem="9040,1@2a000"))
    assert given(fake) == ["assign /pl011@9040000", "iomem 0x9040 1 1", "map 0x2a000 0x9040 1 1",
                           "bind 40 4 40"]
    assert any(re.match(r"create.*", c) for c in fake.calls())


def test_guest_tree(bh):
    bh.ok("create", "-n", "-D", "t.dtb", bh.config("a", device_tree=tree(bh), vuart="sbsa_uart"))
    dts = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", "t.dtb"], cwd=bh.folder,
                         check=True, capture_output=True, text=True, timeout=60).stdout
    node = dts[dts.index("passthrough {"):]
    assert "serial@9040000 {" in node and "interrupts = <0x00 0x08 0x04>" in node
    assert "reg = <0x00 0x2a000000 0x00 0x1000>" in node and "clock {" in node
    assert 'serial9 = "/passthrough/serial@9040000"' in dts
    assert "xen,path" not in dts and "xen,reg" not in dts and "force-assign" not in dts
    assert "phandle = <0xfde8>" in dts and "interrupt-parent = <0xfde8>" in node


@pytest.mark.parametrize("keys, sentence", [
    ({"dtdev": ["pl011"]}, "it is not a path"),
    ({"dtdev": ["/" + "x" * 128]}, "it is not a path"),
    ({"dtdev": [f"/d{n}" for n in range(17)]}, "there are too many"),
    ({"iomem": ["9040"]}, "it is not START,NUMBER"),
    ({"iomem": ["9040,1@"  "z"]}, "it is not START,NUMBER"),
    ({"iomem": ["9040,0"]}, "out of range"),
    ({"iomem": ["ffffffffffffffff,1"]}, "out of range"),
    ({"iomem": ["9040,2", "9050,1@9041"]}, "overlap those of another range"),
    ({"irqs": [31]}, "it is no shared interrupt"),
    ({"irqs": [992]}, "it is no shared interrupt"),
    ({"irqs": ["x"]}, "it is no shared interrupt"),
    ({"irqs": [32], "vuart": "sbsa_uart"}, "vuart has interrupt 32"),
    ({"device_tree": "/nothing"}, "/nothing"),
])
def test_wrong_keys(bh, keys, sentence):
    code, _, err = bh.run("create", "-n", bh.config("a", **keys))
    assert code == 3 and sentence in err, err
    assert re.search(r"a\.cfg:\d+: ", err)


@pytest.mark.parametrize("properties, sentence", [
    ("xen,path = <5>;", "xen,path is no text"),
    ('xen,path = "pl011";', "it is not a path"),
    ("xen,reg = <0 0x9040000 0 0x1000>;", "xen,reg is not made of address"),
    ("xen,reg = <>;", "xen,reg is not made of address"),
    ("xen,reg = <0 0x9040200 0 0x200 0 0x9040200>;", "xen,reg is not made of whole pages"),
    ('xen,path = "/a"; interrupts = <0 8>;', "interrupts is not made of three cells"),
    ('xen,path = "/a"; interrupts = <1 8 4>;', "it is no shared interrupt"),
    ('xen,path = "/a"; interrupts = <0 0xffffffff 4>;', "it is no shared interrupt"),
])
def test_wrong_trees(bh, properties, sentence):
    text = TREE.replace("interrupts = <0 8 4>;", "") if "interrupts" in properties else TREE
    config = bh.config("a", device_tree=tree(bh, properties, text))
    code, _, err = bh.run("create", "-n", config)
    assert code == 3 and sentence in err and "serial@9040000" in err, err


def test_broken_files(bh):
    tree(bh)
    for damage in (lambda b: b"x" + b[1:], lambda b: b[:100], lambda b: b[:-8], lambda b: b""):
        blob = (bh.folder / "devices.dtb").read_bytes()
        (bh.folder / "broken.dtb").write_bytes(damage(blob))
        code, _, err = bh.run("create", "-n", bh.config("a", device_tree=bh.folder / "broken.dtb"))
        assert code == 3 and "a.cfg:" in err, err
    config = bh.config("a", device_tree=tree(bh, text="/dts-v1/;/{};"))
    code, _, err = bh.run("create", "-n", config)
    assert code == 3 and "no node /passthrough" in err


@pytest.mark.parametrize("call, error, sentence", [
    ("domctl37", errno.ENOENT, "dtdev /pl011@9040000: it is not set apart for domains"),
    ("domctl20", errno.EBUSY, "iomem 9040,1@2a000: another domain has it"),
    ("domctl39", errno.EADDRINUSE, "iomem 9040,1@2a000: something else is at these"),
    ("domctl38", errno.EXDEV, "irqs 40: no IOMMU isolates its DMA"),
    ("domctl38", errno.ENOMEM, "cannot give it its devices"),
])
def test_refused(fake, call, error, sentence):
    code, _, err = fake.run("create", fake.config("a", device_tree=tree(fake)),
                            fail=f"{call} {error}")
    assert code == 1 and sentence in err, err
    assert error == errno.ENOMEM or re.search(r"a\.cfg:5: ", err), err
    assert "destroydomain 1" in fake.calls()
