"""The sandbox's limits put into a request of another program."""

from __future__ import annotations

from collections.abc import Mapping

from kb.commands.container.confinement import kept_capabilities
from kb.commands.limits import DEFAULT_RULES, Limits, Rules


def harden_body(
    body: Mapping[str, object], *, host_ip: str, rules: Rules = DEFAULT_RULES
) -> dict[str, object]:
    """Return a body of another program (Compose) with our limits put in.

    What it asks for beyond the limits is lowered, what it leaves out is added; `check_body` still
    decides whether the result may be sent.
    """
    given = body.get("HostConfig")
    host = dict(given) if isinstance(given, Mapping) else {}
    limits = rules.limits
    host |= {
        "CapDrop": ["ALL"],
        "CapAdd": kept_capabilities(
            limits, added=_capabilities(host.get("CapAdd")),
            dropped=_capabilities(host.get("CapDrop")),
        ),
        "SecurityOpt": _harden_security(host.get("SecurityOpt")),
        "IpcMode": host.get("IpcMode") or "private",
        "Memory": _lower(host.get("Memory"), limits.memory_bytes),
        "NanoCpus": _lower(host.get("NanoCpus"), limits.nano_cpus),
        "PidsLimit": _lower(host.get("PidsLimit"), limits.pids),
        "ShmSize": _lower(host.get("ShmSize"), limits.shm_bytes),
        "LogConfig": _harden_log(host.get("LogConfig"), limits),
        "RestartPolicy": _harden_restart(host.get("RestartPolicy"), limits),
        "PortBindings": _rebind(host.get("PortBindings"), host_ip),
    }  # fmt: skip
    host["MemorySwap"] = host["Memory"]
    return {**body, "HostConfig": host}


def _lower(asked: object, limit: int) -> int:
    return asked if isinstance(asked, int) and 0 < asked <= limit else limit


def _capabilities(value: object) -> list[str]:
    """Return the names without `CAP_`; whether they may be added is for the check to say."""
    return [str(name).upper().removeprefix("CAP_") for name in _list(value)]


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _harden_security(value: object) -> object:
    """Add our option; whatever else is asked for stays, and is refused by the check."""
    others = [o for o in _list(value) if not str(o).startswith("no-new-privileges")]
    return ["no-new-privileges", *others]


def _harden_log(value: object, limits: Limits) -> object:
    """Cap the log; another driver stays, and is refused by the check."""
    if isinstance(value, Mapping) and value.get("Type") not in (None, "", "json-file"):
        return value
    return {"Type": "json-file", "Config": {"max-size": str(limits.log_bytes), "max-file": "1"}}


def _harden_restart(value: object, limits: Limits) -> dict[str, object]:
    name = value.get("Name") if isinstance(value, Mapping) else ""
    if not isinstance(value, Mapping) or name in (None, "", "no"):
        return {"Name": "no", "MaximumRetryCount": 0}
    retries = _lower(value.get("MaximumRetryCount"), limits.restart_retries)
    return {"Name": "on-failure", "MaximumRetryCount": retries}


def _rebind(value: object, host_ip: str) -> object:
    if not isinstance(value, Mapping):
        return value
    return {
        port: [{**one, "HostIp": host_ip} for one in _list(bound) if isinstance(one, Mapping)]
        for port, bound in value.items()
    }  # fmt: skip
