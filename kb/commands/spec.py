"""The docker command line as data: commands, their options, and what the policy thinks of each.

The tables are `data/commands.tsv` and `data/flags.tsv`. A verdict is `allow`, `neutralise` (let
pass in a form that does no harm), `confirm` (part of something that destroys), `check` (depends on
the value) or `refuse:<reason code>`, with `:<name>` where the refusal has words of its own (the
text `<reason code>.<name>`). `neutralise:ignored` is let pass without effect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from kb.commands.texts import read_rows
from kb.model import Language, Risk

_OPERAND = re.compile(r"(?P<kind>[a-z-]+)(?P<count>[?*+]?)")
OPEN_ENDED = frozenset({"args", "ps-args"})
"""Operands that belong to another program: no option of docker is looked for among them."""

FETCHING = frozenset({"run", "create", "pull"})
"""Commands that fetch an image which is not there."""


class Verdict(StrEnum):
    """What the policy thinks of a command or an option."""

    ALLOW = "allow"
    NEUTRALISE = "neutralise"
    CONFIRM = "confirm"
    CHECK = "check"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """What the project has its own words for."""

    en: str
    ru: str

    def describe(self, language: Language) -> str:
        """Return the project's own description."""
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagSpec(_Described):
    """One option of a command."""

    name: str
    """`--publish`."""
    short: str
    """`-p`, or empty."""
    kind: str
    """What its value is: `bool` for none, else a kind of `kb.commands.values.kinds`."""
    verdict: Verdict
    code: str
    """The reason code of a refusal, or what a neutralised option becomes."""
    key: str = ""
    """Of the text of its refusal, where that is not the one of its reason code."""

    @property
    def takes_value(self) -> bool:
        """Whether a value follows."""
        return self.kind != "bool"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperandSpec:
    """One operand (positional argument) of a command."""

    kind: str
    required: bool
    many: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec(_Described):
    """One command, under its shortest usual name."""

    path: str
    """`ps`, `volume ls`, `compose up`."""
    aliases: tuple[str, ...]
    verdict: Verdict
    code: str
    risk: Risk
    operands: tuple[OperandSpec, ...]
    flags: tuple[FlagSpec, ...] = field(default=(), repr=False)

    @property
    def interspersed(self) -> bool:
        """Whether options may stand after operands."""
        return not any(operand.kind in OPEN_ENDED for operand in self.operands)

    @property
    def opaque(self) -> bool:
        """Whether what follows is not looked at, since the command is refused as a whole."""
        return self.verdict is Verdict.REFUSE

    def flag(self, written: str) -> FlagSpec | None:
        """Return the option that is written so (`--publish` or `-p`)."""
        for flag in self.flags:
            if written in {flag.name, flag.short}:
                return flag
        return None


def _split_verdict(text: str) -> tuple[Verdict, str]:
    verdict, _, code = text.partition(":")
    return Verdict(verdict), code


def _read_operand(text: str) -> OperandSpec:
    match = _OPERAND.fullmatch(text)
    if match is None:
        raise ValueError(f"operand {text!r} of data/commands.tsv cannot be read")
    count = match["count"]
    return OperandSpec(kind=match["kind"], required=count in {"", "+"}, many=count in {"*", "+"})


@cache
def _flags_by_command() -> dict[str, tuple[FlagSpec, ...]]:
    table: dict[str, list[FlagSpec]] = {}
    for row in read_rows("flags.tsv"):
        verdict, whole = _split_verdict(row["verdict"])
        code, _, name = whole.partition(":")
        flag = FlagSpec(
            name=row["flag"], short=row["short"], kind=row["kind"],
            verdict=verdict, code=code, key=f"{code}.{name}" if name else "",
            en=row["en"], ru=row["ru"],
        )  # fmt: skip
        for command in row["commands"].split(","):
            table.setdefault(command, []).append(flag)
    return {command: tuple(flags) for command, flags in table.items()}


@cache
def all_commands() -> tuple[CommandSpec, ...]:
    """Return every command, offered or not."""
    commands = []
    for row in read_rows("commands.tsv"):
        verdict, code = _split_verdict(row["verdict"])
        commands.append(
            CommandSpec(
                path=row["path"],
                aliases=tuple(a.strip() for a in row["aliases"].split(";") if a.strip()),
                verdict=verdict,
                code=code,
                risk=Risk(row["risk"]),
                operands=tuple(_read_operand(word) for word in row["operands"].split()),
                en=row["en"],
                ru=row["ru"],
                flags=_flags_by_command().get(row["path"], ()),
            )
        )
    return tuple(commands)


@cache
def command_index() -> dict[str, CommandSpec]:
    """Return the commands by each of their names."""
    return {name: spec for spec in all_commands() for name in (spec.path, *spec.aliases)}


@cache
def plugin_commands() -> frozenset[str]:
    """Return the commands that only plugins of the client bring; the sandbox has none of them."""
    return frozenset(row["name"] for row in read_rows("plugins.tsv"))


@cache
def command_groups() -> frozenset[str]:
    """Return the words that other command words follow: `container`, `volume`, `compose`."""
    return frozenset(name.split()[0] for name in command_index() if " " in name)


@cache
def global_flags(program: str) -> tuple[FlagSpec, ...]:
    """Return the options that stand before the command, of `docker` or of `compose`."""
    return _flags_by_command()[program]
