"""`docker stats`: what running containers use, once or until stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kb.commands.actions import ShowStats
from server.sandbox.runner.job import Job, daemon_error, execute
from server.sandbox.runner.table import Row, columns, short_id
from server.sandbox.runner.template import print_rows
from server.sandbox.runner.units import binary_size, decimal_size

_EVERY_S = 1.0
_AT_ONCE = 8
STATS_COLUMNS = columns(
    Container="CONTAINER ID", Name="NAME", CPUPerc="CPU %", MemUsage="MEM USAGE / LIMIT",
    MemPerc="MEM %", NetIO="NET I/O", BlockIO="BLOCK I/O", PIDs="PIDS",
)  # fmt: skip


@execute.register
def show_stats(action: ShowStats, job: Job) -> int:
    """`docker stats`."""
    from docker.errors import APIError

    first = True
    while first or not (action.no_stream or job.run.stop_asked.wait(_EVERY_S)):
        try:
            rows = _sample(action, job)
        except APIError as error:
            job.error(daemon_error(error))
            return 1
        if not first:
            job.line()
        print_rows(job, STATS_COLUMNS, rows, quiet=False, template=action.format)
        first = False
    return 0


def _sample(action: ShowStats, job: Job) -> list[Row]:
    names = list(action.targets)
    if not names:
        found: Sequence[Mapping[str, Any]] = job.client.containers(all=action.all)
        names = [str(each["Id"]) for each in found]
    if not names:
        return []
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(names))) as pool:
        samples = list(pool.map(lambda name: _stats_of(job, name), names))
    return [stats_row(each, cut=not action.no_trunc) for each in samples]


def _stats_of(job: Job, name: str) -> Mapping[str, Any]:
    with job.engine.client(timeout_s=30) as client:
        sample: Mapping[str, Any] = client.stats(name, stream=False)
        return sample


def stats_row(item: Mapping[str, Any], *, cut: bool) -> Row:
    """Return the fields of a sample as `docker stats` names them."""
    full = str(item.get("id") or "")
    used, limit = _memory(item.get("memory_stats") or {})
    share = used / limit * 100 if limit else 0.0
    networks = (item.get("networks") or {}).values()
    received = sum(float(each.get("rx_bytes") or 0) for each in networks)
    sent = sum(float(each.get("tx_bytes") or 0) for each in networks)
    read, written = _blocks(item.get("blkio_stats") or {})
    shown = short_id(full) if cut else full
    return {
        "Container": shown,
        "ID": shown,
        "Name": str(item.get("name") or "").removeprefix("/"),
        "CPUPerc": f"{_cpu_percent(item):.2f}%",
        "MemUsage": f"{binary_size(used)} / {binary_size(limit)}",
        "MemPerc": f"{share:.2f}%",
        "NetIO": f"{decimal_size(received)} / {decimal_size(sent)}",
        "BlockIO": f"{decimal_size(read)} / {decimal_size(written)}",
        "PIDs": str((item.get("pids_stats") or {}).get("current") or 0),
    }


def _cpu_percent(item: Mapping[str, Any]) -> float:
    now, before = item.get("cpu_stats") or {}, item.get("precpu_stats") or {}
    used = _total(now) - _total(before)
    whole = float(now.get("system_cpu_usage") or 0) - float(before.get("system_cpu_usage") or 0)
    if used <= 0 or whole <= 0:
        return 0.0
    per_core = (now.get("cpu_usage") or {}).get("percpu_usage") or []
    cores = float(now.get("online_cpus") or 0) or len(per_core)
    return used / whole * cores * 100


def _total(stats: Mapping[str, Any]) -> float:
    return float((stats.get("cpu_usage") or {}).get("total_usage") or 0)


def _memory(stats: Mapping[str, Any]) -> tuple[float, float]:
    """Return use and limit in bytes; pages that can be dropped at once are no use."""
    usage, limit = float(stats.get("usage") or 0), float(stats.get("limit") or 0)
    details = stats.get("stats") or {}
    for key in ("total_inactive_file", "inactive_file"):
        cached = float(details.get(key) or 0)
        if key in details and cached < usage:
            return usage - cached, limit
    return usage, limit


def _blocks(stats: Mapping[str, Any]) -> tuple[float, float]:
    read = written = 0.0
    for each in stats.get("io_service_bytes_recursive") or []:
        kind = str(each.get("op") or "").lower()
        if kind == "read":
            read += float(each.get("value") or 0)
        elif kind == "write":
            written += float(each.get("value") or 0)
    return read, written
