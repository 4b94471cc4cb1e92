# SPDX-License-Identifier: Apache-2.0
"""bh on a machine with a GICv2, against the fake hypervisor."""


def test_gicv2(fake):
    """On a machine with a GICv2 a domain gets one, and at most eight vCPUs."""
    fake.env["BH_FAKE_GIC"] = "2"
    code, _, err = fake.run("create", fake.config("many", vcpus=9))
    assert code == 3 and "many.cfg:" in err
    assert "9 vCPUs are more than this machine's GICv2 serves: 8\n    set vcpus" in err
    code, _, err = fake.run("create", fake.config("other", gic_version="v3"))
    assert code == 3 and 'gic_version = "v3" is not what this machine has' in err
    assert fake.calls() == []
    fake.ok("create", fake.config(vcpus=8, gic_version="v2"))
