# SPDX-License-Identifier: Apache-2.0
"""Writes the database of dpkg for packages that only have been extracted into a folder.

Afterwards dpkg knows each as "unpacked", with its list of files, scripts, configuration files and
triggers, as if it had unpacked them itself, and `dpkg --configure -a` in the folder's own system
finishes the installation. The format is that of dpkg 1.16 and later (deb-control(5),
deb-triggers(5), deb-conffiles(5)).
"""
import hashlib
import io
import subprocess
import tarfile

INFO = "var/lib/dpkg/info"


def _output(*command):
    return subprocess.run(command, check=True, capture_output=True, timeout=300).stdout


def _fields(text):
    """The control fields by name, each with its continuation lines."""
    fields = {}
    for line in text.splitlines():
        if line[:1].isspace():
            fields[name] += "\n" + line
        elif ":" in line:
            name, value = line.split(":", 1)
            fields[name] = value.strip()
    return fields


def _conffiles(root, names):
    """The field of the status file: each configuration file with the sum of what is there."""
    lines = []
    for name in names:
        path = root / name.lstrip("/")
        if name.startswith("/") and path.is_file():
            lines.append(f" {name} {hashlib.md5(path.read_bytes()).hexdigest()}")
    return "\n".join(lines)


def _triggers(folder, package, text):
    """Registers what the package waits for."""
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words or not words[0].startswith("interest"):
            continue
        who = package + ("/noawait" if words[0].endswith("-noawait") else "")
        if words[1].startswith("/"):
            target, entry = folder / "File", f"{words[1]} {who}\n"
        else:
            target, entry = folder / words[1], f"{who}\n"
        with open(target, "a", encoding="utf-8") as file:
            file.write(entry)


def _add(root, deb):
    """Puts the files of one package in; returns its paragraph of the status file."""
    with tarfile.open(fileobj=io.BytesIO(_output("dpkg-deb", "--ctrl-tarfile", str(deb)))) as tar:
        control = {m.name.removeprefix("./"): (tar.extractfile(m).read(), m.mode)
                   for m in tar if m.isfile()}
    text = control.pop("control")[0].decode()
    fields = _fields(text)
    package = fields["Package"]
    if fields.get("Multi-Arch") == "same":
        package += ":" + fields["Architecture"]
    for name, (data, mode) in control.items():
        path = root / INFO / f"{package}.{name}"
        path.write_bytes(data)
        path.chmod(mode)
    with tarfile.open(fileobj=io.BytesIO(_output("dpkg-deb", "--fsys-tarfile", str(deb)))) as tar:
        names = ["/" + n.removeprefix("./").strip("/") for n in tar.getnames()]
    listed = "".join(("/." if n in ("/", "/.") else n) + "\n" for n in names)
    (root / INFO / f"{package}.list").write_text(listed)
    _triggers(root / "var/lib/dpkg/triggers", package, control.get("triggers", (b"",))[0].decode())
    paragraph = text.rstrip("\n") + "\nStatus: install ok unpacked\n"
    conffiles = _conffiles(root, control.get("conffiles", (b"",))[0].decode().split("\n"))
    return paragraph + (f"Conffiles:\n{conffiles}\n" if conffiles else "")


def write_database(root, debs):
    """Describes the packages, which have been extracted into the folder; returns how many."""
    (root / "var/lib/dpkg/triggers").mkdir(parents=True, exist_ok=True)
    (root / INFO).mkdir(parents=True, exist_ok=True)
    (root / INFO / "format").write_text("1\n")
    status = "\n".join(_add(root, deb) for deb in debs)
    (root / "var/lib/dpkg/status").write_text(status)
    (root / "var/lib/dpkg/available").touch()
    return len(debs)
