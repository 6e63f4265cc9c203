"""`docker compose …` and `docker-compose …`: the options; the file is read in `compose`."""

from __future__ import annotations

import re
from typing import cast

from kb.commands.actions import ComposeProject, ComposeVerb, RunCompose
from kb.commands.characters import find_hidden
from kb.commands.limits import Rules
from kb.commands.line.invocation import Invocation, Option
from kb.commands.spec import global_flags
from kb.commands.texts import Saying, refused
from kb.commands.values.kinds import KINDS

_MAX_SCALE = 10
_SCALE = re.compile(r"(?P<service>[\w.-]+)=(?P<count>\d{1,3})")
_WITHOUT_FILE = frozenset({"version", "ls"})
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+://|git@|-$", re.IGNORECASE)
_PULL = frozenset({"always", "missing", "never", "build", "policy"})
_RMI = frozenset({"all", "local"})


def read_compose(call: Invocation, _rules: Rules, _notes: list[Saying]) -> RunCompose:
    """Every Compose command that is offered."""
    verb = cast("ComposeVerb", call.command.path.removeprefix("compose "))
    own = [o for o in call.options if o.flag in call.command.flags and o.flag.code != "ignored"]
    arguments: list[str] = []
    for option in own:
        arguments += _write_option(option)
    if verb == "rm" and "--force" not in arguments:
        # Asked for already: the user has confirmed before Compose is started.
        arguments.append("--force")
    return RunCompose(
        verb=verb, project=_read_project(call), arguments=tuple(arguments),
        services=tuple(operand.value for operand in call.operands),
        detach=call.on("--detach"), follow=call.on("--follow"),
        needs_file=verb not in _WITHOUT_FILE,
    )  # fmt: skip


def _read_project(call: Invocation) -> ComposeProject:
    globals_ = global_flags("compose")
    given = [option for option in call.options if option.flag in globals_]
    files = [option.value for option in given if option.flag.name == "--file"]
    if len(files) > 1:
        raise refused("several_files")
    for file in files:
        if _REMOTE.match(file) or find_hidden(file):
            raise refused("remote_context", part=file)
        if not file.lower().endswith((".yml", ".yaml", ".json")):
            raise refused("outside_context", part=file)
    names = [option.value for option in given if option.flag.name == "--project-name"]
    return ComposeProject(
        file=files[-1] if files else None, name=names[-1] if names else None,
        profiles=tuple(o.value for o in given if o.flag.name == "--profile"),
    )  # fmt: skip


def _write_option(option: Option) -> list[str]:
    """Return an option as the real program gets it: long form, value attached."""
    name, value = option.flag.name, option.value
    if not option.flag.takes_value:
        return [name] if option.on else []
    if name == "--scale":
        match = _SCALE.fullmatch(value)
        if match is None or int(match["count"]) > _MAX_SCALE:
            raise refused("invalid_value", key="problem.scale", value=value, limit=_MAX_SCALE)
    if name == "--pull" and value not in _PULL:
        raise refused("invalid_value", key="problem.pull", value=value)
    if name == "--rmi" and value not in _RMI:
        raise refused("invalid_value", key="problem.rmi", value=value)
    if KINDS[option.flag.kind].check(value) or value.startswith("-"):
        raise refused("invalid_value", key="problem.text", value=value)
    return [f"{name}={value}"]
