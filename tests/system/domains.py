# SPDX-License-Identifier: Apache-2.0
"""What the scenarios do with domains, through bh in Dom0."""
import json
import re

# Domains as `make run` starts them.
AUTOPILOT = "/etc/bulkhead/autopilot.cfg"
LINUX1 = "/etc/bulkhead/linux1.cfg"
LINUX_UP = r"linux1: up, (\d+) CPU"


def read_json(m, command):
    """What a command prints as JSON; once more when the hypervisor said something in between."""
    try:
        return json.loads(m.sh(command))
    except json.JSONDecodeError:
        return json.loads(m.sh(command))


def domains(m):
    """{name: row of bh list}."""
    return {row["name"]: row for row in read_json(m, "bh list --json")}


def info(m, key):
    """One value of bh info."""
    values = json.loads(m.sh("bh info --json"))
    return (values[0] if isinstance(values, list) else values)[key]


def free_memory(m):
    """What is free: bytes for domains, KiB of the hypervisor's heap."""
    return info(m, "free_memory_bytes"), info(m, "heap_free_kib")


def console(m, domain):
    """The kept text of a domain's console."""
    return m.sh(f"bh console --dump {domain}").replace("\r", "")


def wait_console(m, domain, pattern, timeout=120):
    """Waits for the regular expression in the kept text of a domain's console."""
    return m.until(f"bh console --dump {domain}", pattern, timeout)


def beats(m, domain="autopilot"):
    """The number of the last heartbeat that the autopilot printed."""
    found = re.findall(r"beat (\d+)", console(m, domain))
    return int(found[-1]) if found else 0


def wait_beats(m, more=2, domain="autopilot", timeout=60):
    """Waits until the autopilot has printed more heartbeats: it is alive."""
    wanted = beats(m, domain) + more
    m.until(f"bh console --dump {domain} | tail -n 3",
            "|".join(rf"beat {n}\b" for n in range(wanted, wanted + 30)), timeout)


def wait_gone(m, domain, timeout=60):
    """Waits until bh list no longer shows the domain."""
    m.until(f"bh list | grep -c '^{domain} ' || true", r"^0$", timeout)


def write_config(m, name, **keys):
    """Writes /tmp/NAME.cfg with the keys, strings quoted; returns its path."""
    lines = [f"name = {json.dumps(name)}"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    path = f"/tmp/{name}.cfg"
    m.sh(f"printf '%s\\n' {' '.join(repr(line) for line in lines)} >{path}")
    return path


def linux_config(m, name, **keys):
    """A configuration of Debian's kernel with the small user space."""
    defaults = {"kernel": "/guests/vmlinuz", "ramdisk": "/guests/linux1.cpio",
                "extra": "console=hvc0 quiet", "memory": 128, "vcpus": 1, "on_crash": "destroy"}
    return write_config(m, name, **{**defaults, **keys})
