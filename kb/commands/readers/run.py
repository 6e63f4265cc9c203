"""`docker run`, `docker create` and `docker exec`."""

from __future__ import annotations

from typing import Literal, cast

from kb.commands.actions import CreateContainer, ExecInContainer, RunContainer
from kb.commands.container.confinement import (
    read_capabilities,
    read_labels,
    read_log_size,
    read_variables,
    refuse_volume_driver,
)
from kb.commands.container.mounts import parse_mount, parse_tmpfs, parse_volume
from kb.commands.container.networking import read_networking
from kb.commands.container.resources import read_health, read_resources, read_restart
from kb.commands.container.spec import ContainerSpec, TmpfsMount, VolumeMount
from kb.commands.limits import Limits, Rules
from kb.commands.line.invocation import Invocation
from kb.commands.readers.options import read_stop_timeout, refuse_terminal
from kb.commands.texts import Saying, refused

_PULL = frozenset({"always", "missing", "never"})
_STREAMS = frozenset({"stdout", "stderr"})


def read_run(call: Invocation, rules: Rules, notes: list[Saying]) -> RunContainer:
    """`docker run`."""
    detach, remove = call.on("--detach"), call.on("--rm")
    if detach and call.values("--attach"):
        raise refused("conflicting_flags", first="-d", second="-a")
    spec = read_spec(call, rules, notes, detached=detach)
    return RunContainer(spec=spec, detach=detach, remove=remove, pull=_read_pull(call))


def read_create(call: Invocation, rules: Rules, notes: list[Saying]) -> CreateContainer:
    """`docker create`."""
    spec = read_spec(call, rules, notes, detached=True)
    return CreateContainer(spec=spec, remove=call.on("--rm"), pull=_read_pull(call))


def _read_pull(call: Invocation) -> Literal["always", "missing", "never"]:
    policy = call.value("--pull") or "missing"
    if policy not in _PULL:
        raise refused("invalid_value", key="problem.pull", value=policy)
    return cast("Literal['always', 'missing', 'never']", policy)


def read_spec(
    call: Invocation, rules: Rules, notes: list[Saying], *, detached: bool
) -> ContainerSpec:
    """Return the container that a command describes.

    Raises:
        CommandRefusedError: It asks for what the sandbox does not give.
    """
    limits = rules.limits
    refuse_volume_driver(call.value("--volume-driver"))
    volumes, tmpfs = read_mounts(call, limits, notes)
    cap_add, cap_drop = read_capabilities(call, limits)
    restart = read_restart(call.value("--restart"), limits, notes)
    if restart.name != "no" and call.on("--rm"):
        raise refused("conflicting_flags", first="--restart", second="--rm")
    spec = ContainerSpec(
        image=call.operand_values("image")[0],
        command=call.operand_values("args"),
        entrypoint=_read_entrypoint(call),
        name=call.value("--name"),
        env=read_variables(call.values("--env"), notes),
        labels=read_labels(call.values("--label"), rules, notes),
        workdir=call.value("--workdir"), user=call.value("--user"),
        groups=call.values("--group-add"),
        volumes=volumes, tmpfs=tmpfs,
        networking=read_networking(call, rules, notes),
        resources=read_resources(call, limits, notes),
        restart=restart, health=read_health(call, limits),
        cap_drop=cap_drop, cap_add=cap_add,
        stdin_open=call.on("--interactive"), tty=call.on("--tty"),
        attach=_read_attach(call),
        init=call.on("--init"), read_only=call.on("--read-only"),
        stop_signal=call.value("--stop-signal"),
        stop_timeout_s=read_stop_timeout(call.value("--stop-timeout"), limits, notes),
        log_max_size=read_log_size(call, limits, notes),
        platform=call.value("--platform"),
    )  # fmt: skip
    if not detached:
        refuse_terminal(call)
    return spec


def read_mounts(
    call: Invocation, limits: Limits, notes: list[Saying]
) -> tuple[tuple[VolumeMount, ...], tuple[TmpfsMount, ...]]:
    """Return the volumes and memory folders of `-v`, `--mount` and `--tmpfs`."""
    mounts: list[VolumeMount | TmpfsMount] = []
    for option in call.options:
        if option.flag.kind == "volume-mount":
            mounts.append(parse_volume(option.value))
        elif option.flag.kind in {"mount", "tmpfs"}:
            parse = parse_mount if option.flag.kind == "mount" else parse_tmpfs
            mount, changed = parse(option.value, limits)
            mounts.append(mount)
            notes += changed
    return (
        tuple(mount for mount in mounts if isinstance(mount, VolumeMount)),
        tuple(mount for mount in mounts if isinstance(mount, TmpfsMount)),
    )


def _read_entrypoint(call: Invocation) -> tuple[str, ...] | None:
    value = call.value("--entrypoint")
    return None if value is None else (value,)


def _read_attach(call: Invocation) -> tuple[Literal["stdout", "stderr"], ...]:
    streams = tuple(value.lower() for value in call.values("--attach"))
    if "stdin" in streams:
        raise refused("needs_terminal", part="-a stdin")
    if unknown := [stream for stream in streams if stream not in _STREAMS]:
        raise refused("invalid_value", key="problem.stream", value=unknown[0])
    return cast("tuple[Literal['stdout', 'stderr'], ...]", streams or ("stdout", "stderr"))


def read_exec(call: Invocation, _rules: Rules, notes: list[Saying]) -> ExecInContainer:
    """`docker exec`."""
    if not call.on("--detach"):
        refuse_terminal(call)
    return ExecInContainer(
        container=call.operand_values("container")[0],
        command=call.operand_values("args"),
        env=read_variables(call.values("--env"), notes),
        workdir=call.value("--workdir"), user=call.value("--user"),
        detach=call.on("--detach"),
    )  # fmt: skip
