"""What a container may take: asked for by the command, lowered to the sandbox's limits."""

from __future__ import annotations

import re

from kb.commands.container.spec import HealthCheck, Resources, RestartPolicy, Ulimit
from kb.commands.limits import Limits
from kb.commands.line.invocation import Invocation
from kb.commands.texts import Saying, refused, saying
from kb.commands.values.quantities import (
    format_bytes,
    parse_bytes,
    parse_count,
    parse_decimal,
    parse_duration,
)

_ULIMIT = re.compile(r"(?P<name>[a-z]+)=(?P<soft>-?\d{1,18})(?::(?P<hard>-?\d{1,18}))?")
_ULIMIT_NAMES = frozenset(
    {"core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nofile", "nproc", "stack"}
)
_RESTART = re.compile(r"(?P<name>no|always|unless-stopped|on-failure)(?::(?P<retries>\d{1,9}))?")
_MIN_MEMORY = 6 * 1024**2
"""The daemon refuses less."""


def read_resources(call: Invocation, limits: Limits, notes: list[Saying]) -> Resources:
    """Return the limits that a command asks for, lowered to ours."""
    memory = _read_memory(call, limits, notes)
    _check_swap(call, memory or limits.memory_bytes, notes)
    return Resources(
        memory_bytes=memory,
        memory_reservation_bytes=_read_reservation(call, memory or limits.memory_bytes),
        nano_cpus=_read_cpus(call, limits, notes),
        cpu_shares=_read_cpu_shares(call),
        pids=_read_pids(call, limits, notes),
        shm_bytes=_read_shm(call, limits, notes),
        ulimits=tuple(_read_ulimit(text, limits, notes) for text in call.values("--ulimit")),
    )


def _size(call: Invocation, flag: str) -> int | None:
    text = call.value(flag)
    if text is None:
        return None
    size = -1 if text == "-1" else parse_bytes(text)
    if size is None:
        raise refused("invalid_value", key="problem.bytes", value=text)
    return size


def _capped(asked: int, cap: int, note: Saying, notes: list[Saying]) -> int:
    """Return what is asked for; the cap, and tell so, where it is more or stands for no limit."""
    if 0 < asked <= cap:
        return asked
    notes.append(note)
    return cap


def _read_memory(call: Invocation, limits: Limits, notes: list[Saying]) -> int | None:
    size = _size(call, "--memory")
    if size is None:
        return None
    if 0 < size < _MIN_MEMORY:
        raise refused("invalid_value", key="problem.memory_too_small", value=call.value("--memory"))
    note = saying("note.memory_capped", limit=format_bytes(limits.memory_bytes))
    return _capped(size, limits.memory_bytes, note, notes)


def _read_reservation(call: Invocation, memory: int) -> int | None:
    size = _size(call, "--memory-reservation")
    return min(size, memory) if size is not None and size > 0 else None


def _check_swap(call: Invocation, memory: int, notes: list[Saying]) -> None:
    """Tell where swap is asked for; no container has any."""
    if _size(call, "--memory-swap") not in {None, 0, memory}:
        notes.append(saying("note.swap_off", limit=format_bytes(memory)))


def _read_cpus(call: Invocation, limits: Limits, notes: list[Saying]) -> int | None:
    text = call.value("--cpus")
    if text is None:
        return None
    number = parse_decimal(text)
    if number is None:
        raise refused("invalid_value", key="problem.decimal", value=text)
    note = saying("note.cpus_capped", limit=f"{limits.nano_cpus / 10**9:g}")
    return _capped(int(number * 10**9), limits.nano_cpus, note, notes)


def _read_cpu_shares(call: Invocation) -> int | None:
    number = parse_count(call.value("--cpu-shares") or "")
    return max(2, min(number, 1024)) if number else None


def _read_pids(call: Invocation, limits: Limits, notes: list[Saying]) -> int | None:
    text = call.value("--pids-limit")
    if text is None:
        return None
    number = parse_count(text)
    if number is None:
        raise refused("invalid_value", key="problem.count", value=text)
    return _capped(number, limits.pids, saying("note.pids_capped", limit=limits.pids), notes)


def _read_shm(call: Invocation, limits: Limits, notes: list[Saying]) -> int | None:
    size = _size(call, "--shm-size")
    if size is None:
        return None
    note = saying("note.shm_capped", limit=format_bytes(limits.shm_bytes))
    return _capped(size, limits.shm_bytes, note, notes)


def _read_ulimit(text: str, limits: Limits, notes: list[Saying]) -> Ulimit:
    match = _ULIMIT.fullmatch(text)
    if match is None or match["name"] not in _ULIMIT_NAMES:
        raise refused("invalid_value", key="problem.ulimit", value=text)
    soft, hard = int(match["soft"]), int(match["hard"] or match["soft"])
    cap = {"nofile": limits.open_files, "nproc": limits.pids, "core": 0, "memlock": 65536}.get(
        match["name"]
    )
    if cap is not None and not (0 <= soft <= cap and 0 <= hard <= cap):
        notes.append(saying("note.ulimit_capped", name=match["name"], limit=cap))
        soft, hard = (cap if not 0 <= soft <= cap else soft), cap
    if hard >= 0 and not -1 <= soft <= hard:
        raise refused("invalid_value", key="problem.ulimit", value=text)
    return Ulimit(name=match["name"], soft=soft, hard=hard)


def read_restart(text: str | None, limits: Limits, notes: list[Saying]) -> RestartPolicy:
    """Return the restart policy, at most `on-failure` with a few retries."""
    if not text:
        return RestartPolicy()
    match = _RESTART.fullmatch(text)
    if match is None or (match["retries"] and match["name"] != "on-failure"):
        raise refused("invalid_value", key="problem.restart", value=text)
    if match["name"] == "no":
        return RestartPolicy()
    retries = int(match["retries"] or 0)
    if match["name"] != "on-failure" or not 0 < retries <= limits.restart_retries:
        notes.append(saying("note.restart_capped", asked=text, limit=limits.restart_retries))
        retries = limits.restart_retries
    return RestartPolicy(name="on-failure", max_retries=retries)


def read_health(call: Invocation, limits: Limits) -> HealthCheck | None:
    """Return the health check of a command; None keeps the image's own."""
    if call.on("--no-healthcheck"):
        if any(call.value(f"--health-{part}") for part in ("cmd", "interval", "retries")):
            raise refused("conflicting_flags", first="--no-healthcheck", second="--health-*")
        return HealthCheck(disable=True)
    # The interval of the start has no effect in the sandbox, yet a wrong one is refused.
    times = {
        part: _read_time(call, f"--health-{part}", limits)
        for part in ("interval", "timeout", "start-period", "start-interval")
    }
    retries = parse_count(call.value("--health-retries") or "")
    check = HealthCheck(
        command=call.value("--health-cmd"), interval_ns=times["interval"],
        timeout_ns=times["timeout"], start_period_ns=times["start-period"], retries=retries,
    )  # fmt: skip
    return None if check == HealthCheck() else check


def _read_time(call: Invocation, flag: str, limits: Limits) -> int | None:
    text = call.value(flag)
    if text is None:
        return None
    duration = parse_duration(text)
    if duration is None or duration < 0:
        raise refused("invalid_value", key="problem.duration", value=text)
    if "interval" in flag and 0 < duration < limits.health_interval_ns:
        raise refused("health_interval", part=f"{flag} {text}")
    return duration or None
