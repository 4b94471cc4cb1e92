# SPDX-License-Identifier: Apache-2.0
"""Pools, affinities and reservations of a system, as the hypervisor checks them at boot."""
import re
from dataclasses import dataclass, field

import admission

POOL_0 = "pool 0"
WINDOWS_MAX = 64  # of a schedule, gaps included
POOLS_MAX = 16  # with pool 0
OWNERS_MAX = 32  # domains that windows of all schedules name, Dom0 not counted


@dataclass
class Pool:
    """One pool with its CPUs as a mask, and what is reserved there."""
    name: str
    policy: str
    cpus: int
    loads: list = field(default_factory=list)
    owners: set = field(default_factory=set)
    nr_vcpus: int = 0


def _default_policy(config):
    found = re.findall(r"(?:^|\s)sched=(\S+)", str(config.table("hypervisor").get("options", "")))
    return found[-1] if found else "credit"


def _check_cpus(report, path, cpus, taken, count):
    """The mask of a pool's CPUs, refused where the hypervisor leaves the node out."""
    mask = 0
    for cpu in cpus if isinstance(cpus, list) else []:
        if not isinstance(cpu, int):
            report.refuse(path, "TYPE", "a list of numbers of CPUs")
        elif not 0 <= cpu < count:
            report.refuse(path, "NO_CPU", cpu, count)
        elif mask >> cpu & 1:
            report.refuse(path, "POOL_CPU_TWICE", cpu)
        elif taken >> cpu & 1:
            report.refuse(path, "POOL_CPU_TAKEN", cpu)
        else:
            mask |= 1 << cpu
    if not cpus:
        report.refuse(path, "POOL_NO_CPU")
    return mask


def _check_owners(report, path, windows, named):
    """named: the domains in windows so far, which these join."""
    named |= {w.get("domain") for w in windows} - {None, "Domain-0"}
    if len(named) > OWNERS_MAX:
        report.refuse(path + ("windows",), "WINDOW_OWNERS", OWNERS_MAX)


def _check_windows(report, path, table, named):
    frame, end, nr = table.get("frame_us"), 0, 0
    windows = [w for w in table.get("windows", []) if isinstance(w, dict)]
    if windows and frame is None:
        report.refuse(path + ("frame_us",), "MISSING")
    elif frame is not None and not windows:
        report.refuse(path + ("windows",), "WINDOW_NONE")
    try:
        windows = sorted(windows, key=lambda w: w["start_us"])
        for w in windows:
            if w["length_us"] < 1:
                report.refuse(path + ("windows",), "WINDOW_EMPTY", w["start_us"])
            elif w["start_us"] < end:
                report.refuse(path + ("windows",), "WINDOW_OVERLAP", w["start_us"])
            nr += 2 if w["start_us"] > end else 1
            end = w["start_us"] + w["length_us"]
        if windows and end > (frame or end):
            report.refuse(path + ("windows",), "WINDOW_BEHIND", end, frame)
        if nr > WINDOWS_MAX:
            report.refuse(path + ("windows",), "WINDOW_MANY", WINDOWS_MAX)
    except (KeyError, TypeError):
        pass  # refused by the schema
    _check_owners(report, path, windows, named)
    # The hypervisor asks for the first vCPU: without it a domain never starts.
    return {w.get("domain") for w in windows if w.get("vcpu", 0) == 0}


def make_pools(report, count):
    """{name: Pool} of the file. Without a pool that has CPU 0, pool 0 has what is left over."""
    config, default = report.config, _default_policy(report.config)
    pools, taken, named, others = {}, 0, set(), 0
    for i, table in enumerate(config.tables("pool")):
        path = ("pool", i)
        policy = table.get("scheduler", default)
        mask = _check_cpus(report, path + ("cpus",), table.get("cpus"), taken, count)
        pool = Pool(str(table.get("name")), policy, mask)
        if pool.name in pools or pool.name == POOL_0:
            report.refuse(path + ("name",), "NAME_TWICE", pool.name)
        if policy == "arinc653" and bin(mask).count("1") > 1:
            report.refuse(path + ("cpus",), "POOL_ONE_CPU", bin(mask).count("1"))
        if policy != "arinc653" and ("windows" in table or "frame_us" in table):
            report.refuse(path + ("windows",), "POLICY", policy, "arinc653")
        others += 0 if mask & 1 else 1
        if others == POOLS_MAX:
            report.refuse(path + ("cpus",), "POOL_MANY", POOLS_MAX)
        pool.owners = _check_windows(report, path, table, named)
        if pool.owners and mask & 1 and config.table("dom0") and "Domain-0" not in pool.owners:
            report.refuse(path + ("windows",), "WINDOW_DOM0")
        taken |= mask
        pools[pool.name] = pool
    rest = ((1 << count) - 1) & ~taken
    first = next((p for p in pools.values() if p.cpus & 1), None)
    pools[POOL_0] = first or Pool(POOL_0, default, 1 if default == "arinc653" else rest)
    return pools


def parse_cpus(text):
    """The CPUs of "0,2-3", or None."""
    cpus = set()
    for part in str(text).split(","):
        found = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
        if not found or int(found[2] or found[1]) < int(found[1]) or int(found[2] or 0) > 4095:
            return None
        cpus |= set(range(int(found[1]), int(found[2] or found[1]) + 1))
    return cpus


def _affinity(report, path, text, pool, count):
    """The mask of CPUs one vCPU may run on."""
    cpus = parse_cpus(text)
    if cpus is None:
        report.refuse(path, "AFFINITY", text)
        return pool.cpus
    if max(cpus) >= count:
        report.refuse(path, "NO_CPU", max(cpus), count)
        return pool.cpus
    mask = sum(1 << c for c in cpus) & pool.cpus
    if not mask:
        report.refuse(path, "NOT_IN_POOL", text)
    return mask or pool.cpus


def _per_vcpu(report, path, value, nr, default):
    """A value for each vCPU."""
    values = value if isinstance(value, list) else [default if value is None else value]
    if len(values) not in (1, nr):
        report.refuse(path, "PER_VCPU", len(values), nr)
    return (values * nr)[:nr]


def _reserve(report, path, pool, load, vcpu):
    if load.ppm and len(pool.loads) == admission.PER_POOL:
        report.refuse(path, "MANY", admission.PER_POOL)
        return
    why = admission.refuse(pool.loads, load)
    if why:
        report.refuse(path, why[0], vcpu, *why[1])
    elif load.ppm:
        pool.loads.append(load)


def _share(report, path, period, budget):
    """ppm; 0 when there is no reservation or it was refused."""
    if not isinstance(period, int) or not isinstance(budget, int) or not budget:
        return 0
    if not admission.PERIOD[0] <= period <= admission.PERIOD[1]:
        report.refuse(path + ("period_us",), "PERIOD", period, *admission.PERIOD)
        return 0
    if not admission.BUDGET_MIN <= budget <= period:
        report.refuse(path + ("budget_us",), "BUDGET", budget, period, admission.BUDGET_MIN)
        return 0
    return admission.share_ppm(period, budget)


def _check_reservation(report, path, table, pool, masks):
    nr = len(masks)
    if ("period_us" in table) != ("budget_us" in table):
        missing = "budget_us" if "period_us" in table else "period_us"
        report.refuse(path + (missing,), "HALF")
        return
    if "budget_us" in table and pool.policy != "rtds":
        report.refuse(path + ("budget_us",), "POLICY", pool.policy, "rtds")
        return
    periods = _per_vcpu(report, path + ("period_us",), table.get("period_us"), nr, 0)
    budgets = _per_vcpu(report, path + ("budget_us",), table.get("budget_us"), nr, 0)
    for vcpu, (mask, period, budget) in enumerate(zip(masks, periods, budgets)):
        load = admission.Load(mask, _share(report, path, period, budget))
        if not report.has(path + ("period_us",)) and not report.has(path + ("budget_us",)):
            _reserve(report, path + ("budget_us",), pool, load, vcpu)


def check_scheduling(report, path, table, pools, count):
    """One domain, or Dom0: its pool, its CPUs, its reservation."""
    name = table.get("pool", POOL_0)
    nr = table.get("cpus", 1)
    if name not in pools:
        report.refuse(path + ("pool",), "POOL")
        return
    pool = pools[name]
    if not isinstance(nr, int) or not 1 <= nr <= 64:
        return
    pool.nr_vcpus += nr
    allowed = bin(pool.cpus).count("1")
    if pool.policy == "null" and pool.nr_vcpus > allowed:
        report.refuse(path + ("cpus",), "ONE_EACH", pool.nr_vcpus, allowed)
    if pool.owners and path[0] == "domain" and table.get("name") not in pool.owners:
        report.refuse(path + ("pool",), "NO_WINDOW")
    if table.get("cap") and pool.policy != "credit":
        report.refuse(path + ("cap",), "POLICY", pool.policy, "credit")
    texts = _per_vcpu(report, path + ("affinity",), table.get("affinity"), nr, None)
    masks = [pool.cpus if t is None else
             _affinity(report, path + ("affinity",), t, pool, count) for t in texts]
    _check_reservation(report, path, table, pool, masks)
