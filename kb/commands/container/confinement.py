"""Options that would loosen what holds a container in: judged by their values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from kb.commands.limits import Limits, Rules
from kb.commands.line.invocation import Invocation
from kb.commands.texts import Saying, refused, saying
from kb.commands.values.quantities import format_bytes, parse_bytes

_CAPABILITY = re.compile(r"(?:CAP_)?([A-Z][A-Z_]*)")
_OWN_NAMESPACE = {
    "--ipc": frozenset({"", "private", "none"}),
    "--pid": frozenset({"", "private"}),
    "--uts": frozenset({"", "private"}),
    "--userns": frozenset({"", "private"}),
    "--cgroupns": frozenset({"", "private"}),
}
"""Values that leave the container in namespaces of its own."""
_HARMLESS_SECURITY = frozenset(
    {"no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"}
)


def refuse_namespaces(call: Invocation) -> None:
    """Refuse the namespaces of the machine or of another container."""
    for option in call.options:
        allowed = _OWN_NAMESPACE.get(option.flag.name)
        if allowed is not None and option.value not in allowed:
            raise refused("host_namespace", part=f"{option.flag.name} {option.value}")


def refuse_security_options(call: Invocation) -> None:
    """Refuse to loosen seccomp, AppArmor or SELinux."""
    for value in call.values("--security-opt"):
        refuse_security_option(value)


def refuse_security_option(value: str) -> None:
    """Refuse a security option that does more than forbid new privileges."""
    if value not in _HARMLESS_SECURITY:
        raise refused("security_options", part=value)


def read_capabilities(call: Invocation, limits: Limits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the capabilities to add and to drop, without `CAP_`.

    Raises:
        CommandRefusedError: One is asked for that no container of the sandbox has.
    """
    added = tuple(_name_capability(value) for value in call.values("--cap-add"))
    for name in added:
        if name not in limits.capabilities:
            raise refused("capability", part=name)
    return added, tuple(_name_capability(value) for value in call.values("--cap-drop"))


def _name_capability(value: str) -> str:
    match = _CAPABILITY.fullmatch(value.upper())
    if match is None:
        raise refused("capability", part=value)
    return match[1]


def kept_capabilities(
    limits: Limits, *, added: Iterable[str], dropped: Collection[str]
) -> list[str]:
    """Return the capabilities that a container gets, without `CAP_`.

    These are those of the short list without what is dropped, and what is added (not checked here).
    """
    kept = () if "ALL" in dropped else (n for n in limits.capabilities if n not in dropped)
    return sorted({*kept, *added})


def read_log_size(call: Invocation, limits: Limits, notes: list[Saying]) -> str | None:
    """Return the size at which the log turns over.

    Raises:
        CommandRefusedError: The log is to be kept elsewhere than in the daemon's json files.
    """
    driver = call.value("--log-driver")
    if driver not in {None, "", "json-file", "none"}:
        raise refused("log_driver", part=driver)
    if driver == "none":
        notes.append(saying("note.log_kept"))
    size = None
    for value in call.values("--log-opt"):
        name, _, content = value.partition("=")
        if name == "max-size" and (asked := parse_bytes(content)):
            size = min(asked, limits.log_bytes)
            if asked > size:
                notes.append(saying("note.log_capped", limit=format_bytes(size)))
        elif name == "max-file":
            notes.append(saying("note.ignored", flag="--log-opt max-file"))
        else:
            raise refused("log_driver", part=value)
    return str(size) if size else None


def refuse_volume_driver(value: str | None) -> None:
    """Refuse every volume driver but the local one."""
    if value not in {None, "", "local"}:
        raise refused("volume_driver", part=value)


def read_labels(
    values: tuple[str, ...], rules: Rules, notes: list[Saying]
) -> tuple[tuple[str, str], ...]:
    """Return labels, without those that only the sandbox may set."""
    labels = []
    for value in values:
        name, _, content = value.partition("=")
        if not name:
            raise refused("invalid_value", key="problem.label", value=value)
        if name.startswith(rules.label_prefix):
            notes.append(saying("note.label_dropped", label=name))
        else:
            labels.append((name, content))
    return tuple(labels)


def read_variables(values: tuple[str, ...], notes: list[Saying]) -> tuple[tuple[str, str], ...]:
    """Return environment variables; a name alone is never filled from our own environment."""
    variables = []
    for value in values:
        name, equals, content = value.partition("=")
        if not name:
            raise refused("invalid_value", key="problem.env", value=value)
        if equals:
            variables.append((name, content))
        else:
            notes.append(saying("note.env_dropped", name=name))
    return tuple(variables)
