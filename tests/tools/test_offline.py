# SPDX-License-Identifier: Apache-2.0
"""bh where there is no hypervisor: configurations, kernels, device trees, help, exit codes."""
import json
import random
import re
import struct
import subprocess
from pathlib import Path

import pytest

from conftest import OUT, TOP

MAN = TOP / "docs" / "man"


@pytest.mark.parametrize("program", ["test_text", "test_image"])
def test_unit(program):
    subprocess.run([OUT / program], check=True, timeout=120, stdout=subprocess.DEVNULL)


def linux_image(folder, text_offset=0, size=1 << 20):
    header = struct.pack("<8xQQQ24x4s4x", text_offset, size, 0xa, b"ARM\x64")
    path = folder / "Image"
    path.write_bytes(header + bytes(60000))
    return path


def test_plan_and_device_tree(bh, tmp_path):
    image = linux_image(tmp_path)
    (tmp_path / "rd").write_bytes(b"r" * 10000)
    config = bh.config(kernel=image, load_address=None, ramdisk=tmp_path / "rd", memory=128,
                       vcpus=18, extra="console=hvc0 quiet", vuart="sbsa_uart")
    plan = json.loads(bh.ok("create", "-n", "-D", "t.dtb", config))
    assert plan["kernel_format"] == "arm64 Image"
    assert plan["entry"] == "0x40000000"
    assert plan["segments"] == [{"address": "0x40000000", "file_bytes": 60064,
                                 "memory_bytes": 1 << 20}]
    assert plan["checked_against_hypervisor"] is False
    dtb, ramdisk = int(plan["dtb_address"], 16), int(plan["ramdisk_address"], 16)
    assert ramdisk % 4096 == 0 and ramdisk + 10000 <= dtb
    assert dtb + plan["dtb_bytes"] <= 0x48000000
    assert dtb // (2 << 20) == (dtb + plan["dtb_bytes"] - 1) // (2 << 20)

    run = subprocess.run(["dtc", "-I", "dtb", "-O", "dts", "t.dtb"], cwd=tmp_path, check=True,
                         capture_output=True, text=True, timeout=60)
    dts = run.stdout
    assert 'bootargs = "console=hvc0 quiet"' in dts
    assert "memory@40000000" in dts and "reg = <0x00 0x40000000 0x00 0x8000000>" in dts
    assert f"linux,initrd-start = <0x00 {ramdisk:#x}>" in dts
    assert f"linux,initrd-end = <0x00 {ramdisk + 10000:#x}>" in dts
    assert len(re.findall(r"cpu@\w+ {", dts)) == 18 and "cpu@101 {" in dts
    assert "sbsa-uart@22000000" in dts and "arm,gic-v3" in dts
    assert "interrupts = <0x01 0x0f 0x08>" in dts  # event channel, PPI 31


def test_second_bank_and_gicv2(bh, tmp_path):
    config = bh.config(memory=4096, gic_version="v2", vcpus=2)
    bh.ok("create", "-n", "-D", "t.dtb", config)
    dts = subprocess.run(["dtc", "-I", "dtb", "-O", "dts", "t.dtb"], cwd=tmp_path, check=True,
                         capture_output=True, text=True, timeout=60).stdout
    assert "reg = <0x00 0x40000000 0x00 0xc0000000>" in dts
    assert "memory@200000000" in dts and "reg = <0x02 0x00 0x00 0x40000000>" in dts
    assert "arm,cortex-a15-gic" in dts and "0x308" in dts
    assert "sbsa-uart" not in dts


BAD = [  # (assignments instead of or on top of the default ones, line, expected text)
    ({"memmory": 5}, 5, 'unknown key "memmory"\n    did you mean "memory"?'),
    ({"frobnicate": 5}, 5, '"bh help --keys" lists the keys'),
    ({"vtpm": ["backend=1"]}, 5, '"vtpm" is a key of xl that bh does not support'),
    ({"disk": ["phy:/nowhere/sda,xvda,w"]}, 5, "there is no such file or device"),
    ({"disk": ["phy:/dev/null,xvda,w"]}, 5, "neither a file nor a block device"),
    ({"disk": ["/dev/null,xvda,x"]}, 5, "its access is not known"),
    ({"disk": ["/dev/null,raw,xvda,rw,5"]}, 5, "it has too many words"),
    ({"disk": ["/dev/null,qcow2,xvda,w"]}, 5, "qemu-img convert -O raw"),
    ({"disk": ["/dev/null,raw,sda,w"]}, 5, "its name in the guest is not known"),
    ({"disk": ["/dev/null,raw,xvda0,w"]}, 5, "its name in the guest is not known"),
    ({"disk": ["format=raw,access=rw,target=/dev/null"]}, 5, "its name in the guest is not"),
    ({"disk": ["raw.img,raw,xvda,w"]}, 5, "its path is not absolute"),
    ({"disk": [""]}, 5, "there is no path"),
    ({"disk": ["/dev/null,raw,xvda,rw,devtype=cdrom"]}, 5, "only disks are possible"),
    ({"disk": ["/dev/null,raw,xvda,rw,backendtype=qdisk"]}, 5, "only the kernel's back end"),
    ({"disk": ["/dev/null,raw,xvda,rw,colour=red"]}, 5, "it has a word that bh does not know"),
    ({"disk": ["/bin/ls,raw,xvda,ro", "/bin/cat,raw,xvda,ro"]}, 5, "has this name in"),
    ({"disk": ["/bin/ls,raw,xvda,ro", "/bin/ls,raw,xvdb,rw"]}, 5, "has the same image"),
    ({"vif": ["mac=00:16:3e:00:00"]}, 5, "its mac is not an address"),
    ({"vif": ["mac=01:16:3e:00:00:00"]}, 5, "its mac is an address of a group"),
    ({"vif": ["bridge="]}, 5, "it names an interface that cannot be"),
    ({"vif": ["bridge=aaaaaaaaaaaaaaaaaaaa"]}, 5, "it names an interface that cannot be"),
    ({"vif": ["type=ioemu"]}, 5, "its type is not there"),
    ({"vif": ["script=vif-nat"]}, 5, "bh runs no scripts"),
    ({"vif": ["rate=1Mb/s"]}, 5, "it knows mac, bridge, vifname"),
    ({"vif": ["br0"]}, 5, "it has a word without a value"),
    ({"vif": ["mac=00:16:3e:0:0:01", ""]}, 5, "its mac is not an address"),
    ({"vif": ["mac=00:16:3e:00:00:01", "mac=00:16:3e:00:00:01"]}, 5, "has this mac"),
    ({"vcpus": 0}, 5, "vcpus = 0 is not a number from 1 to 64"),
    ({"vcpus": "two"}, 5, "vcpus = two is not a number"),
    ({"vcpus": 4, "maxvcpus": 2}, 6, "maxvcpus is less than vcpus"),
    ({"memory": 0}, 4, "memory = 0 is not a usable amount"),
    ({"maxmem": 8}, 5, "maxmem is less than memory"),
    ({"memory": [1, 2]}, 4, "memory wants one value, not a list"),
    ({"kernel": "/nowhere/Image"}, 2, 'cannot read kernel "/nowhere/Image": No such file'),
    ({"kernel": "/etc"}, 2, "is not a file"),
    ({"kernel": "/etc/passwd", "load_address": None}, 2, "neither an arm64 Image nor an ELF64"),
    ({"ramdisk": "/nowhere/rd"}, 5, 'cannot read ramdisk "/nowhere/rd"'),
    ({"load_address": "0x1000"}, 3, "wants to be at 0x1000, where there is no RAM"),
    ({"load_address": "0x40fff000"}, 4, "memory = 16 MiB is too little"),
    ({"load_address": "0x41000000"}, 4, "memory = 16 MiB is too little"),
    ({"load_address": "0xfffffffffffff000"}, 3, "no RAM"),
    ({"cpus": "3-1"}, 5, "has a range that runs backwards"),
    ({"cpus": "1024"}, 5, "is not a list of CPUs"),
    ({"cpus": []}, 5, "give one entry per vCPU"),
    ({"on_crash": "coredump-restart"}, 5, "is not supported by bh"),
    ({"on_crash": "explode"}, 5, "is not an action"),
    ({"vuart": "ns16550"}, 5, 'the only kind is vuart = "sbsa_uart"'),
    ({"gic_version": "v5"}, 5, 'gic_version = "v5" is not known'),
    ({"cap": 99999}, 5, "cap = 99999 is not a number from 0 to 6400"),
    ({"cpu_weight": 0}, 5, "cpu_weight = 0 is not a number from 1 to 65535"),
    ({"period": 0, "budget": 0}, 5, "period = 0 is not a number from 100 to 10000000"),
    ({"period": "-1000", "budget": 300}, 5, "period = -1000 is not a number"),
    ({"period": 1000, "budget": 4294967596}, 6, "budget = 4294967596 is not a number from 10"),
    ({"period": 300, "budget": 1000}, 6, "budget = 1000 is more than period = 300"),
    ({"period": 1000}, 5, "period without budget"),
    ({"budget": 1000}, 5, "budget without period"),
    ({"trap_rate": 999}, 5, "trap_rate = 999 is neither 0 nor a number from 1000 to 1000000000"),
    ({"trap_rate": "-5000"}, 5, "trap_rate = -5000 is neither"),
    ({"interrupt_rate": 1000000001}, 5, "interrupt_rate = 1000000001 is neither"),
    ({"log_rate": 4294968296}, 5, "log_rate = 4294968296 is neither"),
    ({"log_rate": 18446744073709552616}, 5, "log_rate = 18446744073709552616 is neither"),
    ({"trap_rate": "many"}, 5, "trap_rate = many is neither"),
    ({"extratime": 2}, 5, "extratime = 2 is not a number from 0 to 1"),
    ({"pool": "Pool-16"}, 5, 'pool = "Pool-16" is not a pool'),
    ({"pool": "rt"}, 5, "they are called Pool-0 to Pool-15"),
    ({"uuid": "1234"}, 5, "is not a UUID"),
    ({"type": "hvm"}, 5, 'type = "hvm" is not possible here'),
    ({"name": "12"}, 1, 'name = "12" is no name for a domain'),
    ({"name": "a/b"}, 1, "is no name for a domain"),
    ({"extra": "x" * 2048}, 5, "the command line of the kernel has 2048 bytes"),
]


@pytest.mark.parametrize("keys, line, text", BAD)
def test_bad_configuration(bh, keys, line, text):
    config = bh.config("test", **keys)
    code, out, err = bh.run("create", "-n", config)
    assert code == 3 and out == ""
    assert f"{config}:{line}: " in err and text in err
    assert re.search(r"\n    \S", err), "no remedy"


def test_all_mistakes_are_reported(bh):
    config = bh.config(vcpus=0, foo=1, on_crash="bar", disk=["x"])
    err = bh.run("create", "-n", config)[2]
    assert [int(n) for n in re.findall(r"cfg:(\d+):", err)] == [5, 6, 7, 8]


@pytest.mark.parametrize("missing", ["name", "kernel"])
def test_missing_key(bh, missing):
    code, _, err = bh.run("create", "-n", bh.config(**{missing: None}))
    assert code == 3 and f'add {missing} = "' in err


def test_empty_lists_of_xl_are_harmless(bh):
    assert bh.run("create", "-n", bh.config(disk=[], vif=[]))[0] == 0


@pytest.mark.parametrize("disk", [
    "/bin/ls,raw,xvda,ro", "phy:/bin/ls,xvda,r", "file:/bin/ls,xvdz15,rw",
    "/bin/ls,,xvdaa,w,discard", "vdev=xvda,format=raw,access=ro,target=/bin/ls"])
def test_forms_of_a_disk(bh, disk):
    plan = json.loads(bh.ok("create", "-n", bh.config(disk=[disk], vif=["", "bridge=br0"])))
    assert [d["path"] for d in plan["disks"]] == ["/bin/ls"]
    assert [v["bridge"] for v in plan["vifs"]] == ["xenbr0", "br0"]
    assert plan["vifs"][0]["mac"].startswith("00:16:3e:")


def test_assignments_on_the_command_line(bh):
    config = bh.config()
    plan = json.loads(bh.ok("create", "-n", config, "memory=32", 'name="other"'))
    assert (plan["memory_kib"], plan["name"]) == (32768, "other")
    code, _, err = bh.run("create", "-n", config, "memory=0")
    assert code == 3 and "bh: command line: memory = 0" in err


@pytest.mark.parametrize("text", ["memory = [ 1, 2", "name = \"x\n", "= 5\n", "a b\n"])
def test_syntax_errors(bh, text, tmp_path):
    (tmp_path / "bad.cfg").write_text(text)
    code, _, err = bh.run("create", "-n", "bad.cfg")
    assert code == 3 and "write key = value" in err
    # A list that is not closed is only noticed at the end.
    assert "bad.cfg:1: " in err or "[" in text


def test_syntax_error_on_the_command_line(bh):
    code, _, err = bh.run("create", "-n", bh.config(), "memory=64 vcpus=2")
    assert code == 3 and "bh: command line: " in err


def test_random_texts_end_orderly(bh, tmp_path):
    """Changed and cut configurations are taken or refused, nothing else."""
    rng = random.Random(1)
    good = Path(bh.config(cpus=["0", "1-3"], extra="a 'b' \\n", cap=10, disk=[])).read_bytes()
    pieces = [b"[", b"]", b'"', b"'", b"#", b";", b"=", b"+=", b"\n", b"\\", b",", b"\xff", b"("]
    codes = set()
    for _ in range(80):
        text = bytearray(good)
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(text))
            text[at:at + rng.randrange(3)] = rng.choice(pieces)
        end = rng.choice((len(text), rng.randrange(len(text))))
        (tmp_path / "r.cfg").write_bytes(text[:end])
        code, _, err = subprocess_bytes(bh, "create", "-n", "r.cfg")
        assert code in (0, 3), (text, err)
        codes.add(code)
    assert codes == {0, 3}


def subprocess_bytes(bh, *words):
    run = subprocess.run(bh.command(*words), cwd=bh.folder, capture_output=True, timeout=60,
                         check=False)
    return run.returncode, run.stdout, run.stderr


def test_not_a_configuration(bh, tmp_path):
    (tmp_path / "bin").write_bytes(bytes(100000))
    code, _, err = bh.run("create", "-n", "bin")
    assert code == 3 and "this is not a configuration file" in err


def test_no_hypervisor(bh):
    code, _, err = bh.run("list")
    assert code == 5 and "modprobe xen-privcmd" in err


@pytest.mark.parametrize("words, text", [
    (["lst"], 'did you mean "list"?'), (["frobnicate"], '"bh help" lists the commands'),
    (["list", "--frob"], 'see "bh list --help"'), (["create"], "usage: bh create FILE"),
    (["rename", "a"], "usage: bh rename DOMAIN NEWNAME"),
    (["domid", "a", "b"], "too many arguments"), ([], "")])
def test_usage(bh, words, text):
    code, _, err = bh.run(*words)
    assert code == 2 and text in err


def commands(bh):
    return bh.ok("help", "--complete").split()


def test_every_command_has_help_and_a_manual_page(bh):
    overview = (MAN / "bh.1").read_text()
    for name in commands(bh):
        out = bh.ok(name, "--help")
        assert out.startswith(f"bh {name}") and "--help" in out
        page = (MAN / f"bh-{name}.1").read_text()
        assert f"bh-{name} 1" in overview
        for option in re.findall(r"^  -(\w), --([\w-]+)", out, re.M):
            if option[1] != "help":
                assert f".It Fl {option[0]} , -{option[1]}" in page, name


def test_no_manual_page_without_a_command(bh):
    pages = {p.stem.removeprefix("bh-") for p in MAN.glob("bh-*.1")}
    assert pages - {"image"} == set(commands(bh)) | {"monitor"}  # bh-image(1)


def test_every_key_is_in_the_manual(bh):
    page = (MAN / "bh.cfg.5").read_text().replace("\\-", "-")
    for line in bh.ok("help", "--keys").splitlines():
        assert f".It Cm {line.split()[0]}" in page


def test_completion(bh, tmp_path):
    """The completion of bash offers commands, options and files."""
    script = (f'PATH={tmp_path}:$PATH; . {TOP}/tools/bh/completion.bash; '
              'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bh; printf "%s\\n" "${COMPREPLY[@]}"')
    (tmp_path / "bh").write_text(f'#!/bin/sh\nexec {" ".join(bh.command())} "$@"\n')
    (tmp_path / "bh").chmod(0o755)

    def complete(*words):
        return subprocess.run(["bash", "-c", script, "bash", *words], cwd=tmp_path, check=True,
                              capture_output=True, text=True, timeout=60).stdout.split()

    assert "create" in complete("bh", "") and complete("bh", "vcpu-p") == ["vcpu-pin"]
    assert "--dry-run" in complete("bh", "create", "--d")
    (tmp_path / "my.cfg").write_text("")
    assert complete("bh", "create", "my") == ["my.cfg"]
