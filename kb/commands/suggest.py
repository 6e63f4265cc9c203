"""What to run instead of a refused command line."""

from __future__ import annotations

import re
from collections.abc import Callable

from kb.commands.container.mounts import (
    is_file,
    is_host_path,
    name_volume,
    split_mount_fields,
    split_volume,
    take_switch,
)
from kb.commands.judging import judge_as_shown
from kb.commands.limits import Rules
from kb.commands.line.grammar import parse
from kb.commands.line.invocation import Invocation, Option
from kb.commands.line.tokens import Mark, quote
from kb.commands.spec import CommandSpec
from kb.commands.texts import RefusedError
from kb.errors import KbError

_SHELLS = frozenset(
    (name,) for name in ("sh", "bash", "ash", "zsh", "dash", "/bin/sh", "/bin/bash", "/bin/ash")
)
_INTERACTIVE = frozenset({"-i", "-l", "-il", "-li", "--login"})
"""Options of a shell that give it nothing to do."""
_MAX_STEPS = 4
"""A line may be refused for several reasons; each step removes one."""
_TERMINAL = ("--interactive", "--tty")


def suggest(call: Invocation | None, refusal: RefusedError, rules: Rules) -> str:
    """Return a command line that does nearly the same and may run; empty where there is none."""
    for _ in range(_MAX_STEPS):
        text = _rewrite(call, refusal)
        if not text:
            return ""
        try:
            call = None
            call = parse(text)
            judge_as_shown(call, rules, problems=False)
        except RefusedError as error:
            refusal = error
        except KbError:
            return ""
        else:
            return text
    return ""


def meant_command(text: str) -> CommandSpec | None:
    """Return the command of a command line whose name is misspelt; None for any other text.

    A word that may be left out counts against it: `docker imagse delete` is no command line.
    """
    call = _parse_as_meant(text)
    if call is None:
        return None
    is_loose = call.operands and not any(operand.required for operand in call.command.operands)
    return None if is_loose else call.command


def _parse_as_meant(text: str) -> Invocation | None:
    try:
        parse(text)
    except RefusedError as refusal:
        meant = refusal.suggestion if refusal.code == "misspelt_command" else ""
    except KbError:
        return None
    else:
        return None
    try:
        return parse(meant) if meant else None
    except KbError:
        return None


def _rewrite(call: Invocation | None, refusal: RefusedError) -> str:
    """Return the line with one reason of its refusal removed."""
    if refusal.suggestion:
        return refusal.suggestion
    if call is None:
        return ""
    if refusal.key == "problem.uppercase_image":
        return _with_lowercase(call, dict(refusal.values)["value"])
    rewrite = _REWRITES.get(refusal.code)
    return rewrite(call) if rewrite else ""


def _with_volumes(call: Invocation) -> str:
    """Put a volume in the place of each folder of the machine; for a single file there is none."""
    words = [token.text for token in call.tokens]
    for option in call.options:
        whole = call.tokens[option.value_token].value
        if option.flag.kind == "volume-mount" and ":" in option.value:
            value = _volume_instead(option)
        elif option.flag.kind == "mount":
            value = _mount_instead(option.value)
        else:
            continue
        if not value:
            return ""
        words[option.value_token] = quote(whole[: option.value_start] + value)
    return " ".join(words)


def _volume_instead(option: Option) -> str:
    source, *rest = split_volume(option.value)
    target, *modes = rest or [""]
    if is_host_path(source):
        if is_file(source, target):
            return ""
        source = name_volume(source, target)
    target = target.rstrip("/") or target
    return ":".join([source, target, *modes])


def _mount_instead(value: str) -> str:
    fields = split_mount_fields(value)
    source, target = fields.get("source", ""), fields.get("target", "")
    if is_host_path(source) or fields.get("type") == "bind":
        if is_file(source, target):
            return ""
        source = name_volume(source, target)
    read_only = ",readonly" if take_switch(fields, "readonly") else ""
    return f"type=volume,source={source},target={target}{read_only}"


def _without_terminal(call: Invocation) -> str:
    """Leave `-i` and `-t` out; a shell alone is started in the background instead."""
    command = call.operand_values("args")
    is_shell = command[:1] in _SHELLS and set(command[1:]) <= _INTERACTIVE
    if call.command.path == "run" and (is_shell or (not command and call.on("--tty"))):
        words = [token.text for token in call.tokens]
        words.insert(call.words[-1] + 1, "-d")
        return " ".join(words)
    if is_shell:
        return ""
    words = []
    for index, token in enumerate(call.tokens):
        given = [o.written for o in call.options if o.flag.name in _TERMINAL and o.token == index]
        if not given:
            words.append(token.text)
        elif Mark.QUOTED in token.marks:
            return ""
        elif rest := _drop_letters(token.text, given):
            words.append(rest)
    return " ".join(words)


def _drop_letters(text: str, given: list[str]) -> str:
    if text.startswith("--"):
        return ""
    letters = "".join(written[1] for written in given)
    rest = re.sub(f"[{letters}]", "", text, count=len(letters))
    return "" if rest == "-" else rest


def _with_own_files(call: Invocation) -> str:
    """Build from the note's own files instead of a folder of a machine."""
    words = [token.text for token in call.tokens]
    for operand in call.operands:
        if operand.kind == "context":
            words[operand.token] = "."
    return " ".join(words)


def _with_lowercase(call: Invocation, name: str) -> str:
    words = [
        token.text.replace(name, name.lower()) if name in token.value else token.text
        for token in call.tokens
    ]
    return " ".join(words)


_REWRITES: dict[str, Callable[[Invocation], str]] = {
    "host_mount": _with_volumes,
    "needs_terminal": _without_terminal,
    "outside_context": _with_own_files,
}
"""What removes the reason of a refusal."""
