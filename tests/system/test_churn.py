# SPDX-License-Identifier: Apache-2.0
"""Domains come and go many times, and nothing of them stays."""
from domains import LINUX1, domains, free_memory, linux_config
from machine import COUNTS

# Where instructions are counted, one CPU does all of it: fewer rounds.
ROUNDS = 20 if COUNTS else 200
RANDOM_ROUNDS = 5 if COUNTS else 50
SECONDS = 900


def test_create_and_destroy(dom0):
    """200 Linux domains, created whole and destroyed: free memory is the same to the byte."""
    dom0.sh(f"bh create -p {LINUX1} && bh destroy linux1")
    free = free_memory(dom0)
    dom0.sh(f"for i in $(seq {ROUNDS}); do bh create -p {LINUX1} >/dev/null && "
            "bh destroy linux1 || { echo round $i; exit 1; }; done", SECONDS)
    assert free_memory(dom0) == free
    assert list(domains(dom0)) == ["Domain-0"]


def test_destroy_while_it_boots(dom0):
    """50 Linux domains, destroyed at some moment of their boot."""
    config = linux_config(dom0, "linux2", vcpus=1 if COUNTS else 2)
    dom0.sh(f"bh create {config} && bh destroy linux2")
    free = free_memory(dom0)
    # A linear congruence gives moments between 0 and 1.5 s, the same in each run.
    dom0.sh(f"x=1; for i in $(seq {RANDOM_ROUNDS}); do "
            "x=$(((x * 1103515245 + 12345) & 2147483647)); "
            f"bh create {config} >/dev/null && usleep $((x / 65536 % 1500 * 1000)) && "
            "bh destroy linux2 || { echo round $i; exit 1; }; done", SECONDS)
    assert free_memory(dom0) == free
    assert list(domains(dom0)) == ["Domain-0"]
