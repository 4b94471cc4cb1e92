# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the system tests: machines that are switched off whatever happens, and their logs."""
import pytest
from machine import Machine

TAIL_LINES = 40


@pytest.fixture
def machine(request):
    """A function that makes a machine (arguments: Machine); at the end all are switched off."""
    made = []

    def make(**arguments):
        number = f".{len(made) + 1}" if made else ""
        m = Machine(request.node.name + number, **arguments)
        made.append(m)
        return m

    request.node.machines = made
    yield make
    for m in made:
        m.close()


@pytest.fixture(scope="module", name="shared")
def shared_fixture(request):
    """The machines of one file: the last is in use, those before it were lost."""
    machines = []
    request.node.machines = machines
    yield machines
    for m in machines:
        m.close()


@pytest.fixture
def dom0(request, shared):
    """A machine with Dom0's shell, shared by the scenarios of one file (MACHINE: its arguments)."""
    if not shared or shared[-1].lost:
        for m in shared:
            m.close()
        number = f".{len(shared) + 1}" if shared else ""
        m = Machine(request.module.__name__ + number, **getattr(request.module, "MACHINE", {}))
        shared.append(m)
        m.boot()
    return shared[-1]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Adds the end of the machines' logs to the report of a scenario that failed."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    machines = list(getattr(item, "machines", []))
    machines += getattr(item.getparent(pytest.Module), "machines", [])
    for m in machines:
        if m.log is not None:
            m.log.flush()
        if m.log_path.exists():
            lines = m.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
            title = f"last {TAIL_LINES} lines of {m.log_path}"
            report.sections.append((title, "\n".join(lines[-TAIL_LINES:])))
