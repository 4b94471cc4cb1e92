# SPDX-License-Identifier: Apache-2.0
"""Off line a reservation is admitted or refused as the hypervisor does it, with the same figures.

Both sides get the same 1,000 sets of reservations, drawn with a fixed seed:
tools/image/admission.py and common/lib/admission.c, compiled for the host.
"""
import ctypes
import random
import subprocess

import admission
import pytest
from admission import Load
from conftest import TOP

ANY = 0xFFFFFFFF
PERIODS = (100, 250, 1000, 3000, 10000, 9999999, 10000000)


class CLoad(ctypes.Structure):
    """struct admission_load"""
    _fields_ = [("cpus", ctypes.c_uint64), ("ppm", ctypes.c_uint32)]


class CWhy(ctypes.Structure):
    """struct sched_admission"""
    _fields_ = [("cpu", ctypes.c_uint32), ("asked", ctypes.c_uint32),
                ("reserved", ctypes.c_uint32), ("allowed", ctypes.c_uint32),
                ("overlap", ctypes.c_bool)]


@pytest.fixture(scope="module", name="library")
def library_fixture(tmp_path_factory):
    path = tmp_path_factory.mktemp("admission") / "admission.so"
    subprocess.run(["gcc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-DHV_HOST_TEST",
                    "-I", TOP / "tests/unit/fake", "-I", TOP / "include",
                    "-I", TOP / "arch/arm64/include", "-include", "hv/kconfig.h",
                    TOP / "common/lib/admission.c", "-o", path], check=True, timeout=60)
    return ctypes.CDLL(str(path))


def ppm_of(library, period, budget):
    """The share by the C side, or None: out of range."""
    ppm = ctypes.c_uint32()
    return None if library.admission_ppm(period, budget, ctypes.byref(ppm)) else ppm.value


def ask(library, loads, asked):
    """The C side's answer in the form of the other's."""
    array = (CLoad * max(1, len(loads)))(*((load.cpus, load.ppm) for load in loads))
    why = CWhy()
    if library.admission_check(array, len(loads), ctypes.byref(CLoad(asked.cpus, asked.ppm)),
                               ctypes.byref(why)) == 0:
        return None
    shares = [admission.share_text(n) for n in (why.asked, why.reserved, why.allowed)]
    if why.overlap:
        return "ADMISSION_OVERLAP", (shares[0], shares[1], why.cpu)
    where = "its CPUs" if why.cpu == ANY else f"CPU {why.cpu}"
    return "ADMISSION", (shares[0], where, shares[1], shares[2])


def draw(random_, library):
    """A reservation on a set of CPUs; both sides have the same share for it."""
    period = random_.choice(PERIODS)
    budget = random_.randint(admission.BUDGET_MIN, max(admission.BUDGET_MIN, period // 2))
    ppm = admission.share_ppm(period, budget)
    assert ppm == ppm_of(library, period, budget), (period, budget)
    cpus = random_.choice((1, 2, 3, 0b1100, 0b1111, 1 << 63, random_.getrandbits(64) | 1))
    return Load(cpus, ppm if random_.random() < 0.9 else 0)


def test_same_verdicts_and_figures(library):
    random_ = random.Random(20261127)
    seen = {None: 0, "ADMISSION": 0, "ADMISSION_OVERLAP": 0}
    for _ in range(1000):
        loads = []
        for _ in range(random_.randint(1, 12)):
            asked = draw(random_, library)
            if random_.random() < 0.1 and loads:  # just at the edge of what fits
                left = admission.CPU_PPM - sum(x.ppm for x in loads if x.cpus == asked.cpus)
                asked.ppm = max(0, left + random_.choice((0, 1)))
            answer = admission.refuse(loads, asked)
            assert answer == ask(library, loads, asked), (loads, asked)
            seen[answer and answer[0]] += 1
            if answer is None:
                loads.append(asked)
    assert min(seen.values()) > 200, seen


def test_same_limits(library):
    low, high = admission.PERIOD
    least = admission.BUDGET_MIN
    assert [ppm_of(library, *case) is not None for case in (
        (low, least), (low - 1, least), (high, least), (high + 1, least), (low, least - 1),
        (low, low), (low, low + 1))] == [True, False, True, False, False, True, False]
    assert f"#define SCHED_LOADS_MAX {admission.PER_POOL}U" in \
        (TOP / "common/sched/pool.h").read_text()
