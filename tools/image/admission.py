# SPDX-License-Identifier: Apache-2.0
"""Admission of reservations: the arithmetic of common/lib/admission.c, in the same integers."""
from dataclasses import dataclass

CPU_PPM = 950000
PERIOD = (100, 10000000)
BUDGET_MIN = 10
PER_POOL = 64


@dataclass
class Load:
    """cpus: a mask; ppm: the share in millionths of a CPU."""
    cpus: int
    ppm: int


def share_ppm(period_us, budget_us):
    return -(-budget_us * 1000000 // period_us)


def share_text(ppm):
    """0.3 as "0.30", 0.312345 as "0.312345", as bh prints it."""
    text = f"{ppm // 1000000}.{ppm % 1000000:06d}"
    while len(text) > 4 and text[-1] == "0" and text[-3] != ".":
        text = text[:-1]
    return text


def refuse(loads, asked):
    """None, or (name of the sentence, values after the vCPU's number)."""
    count = bin(asked.cpus).count("1")
    total, most, shared = 0, asked.ppm, 0
    for load in loads:
        common = load.cpus & asked.cpus if load.ppm else 0
        if common:
            total += load.ppm
            most = max(most, load.ppm)
            shared |= common if load.cpus != asked.cpus else 0
    limit = max(0, count * CPU_PPM - max(0, count - 1) * most)
    if not asked.ppm or (not shared and total + asked.ppm <= limit):
        return None
    lowest = ((shared or asked.cpus) & -(shared or asked.cpus)).bit_length() - 1
    if shared:
        return "ADMISSION_OVERLAP", (share_text(asked.ppm), share_text(total), lowest)
    where = f"CPU {lowest}" if count == 1 else "its CPUs"
    return "ADMISSION", (share_text(asked.ppm), where, share_text(total), share_text(limit))
