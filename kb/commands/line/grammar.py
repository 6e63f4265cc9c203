"""From a command line to an invocation: which command, which options, which operands.

Follows the rules of the CLI's own flag library (pflag): short switches may be joined, a value may
be attached or follow, options end at `--` or, for commands that run another program, at the first
operand. Abbreviated options do not exist.
"""

from __future__ import annotations

from typing import NamedTuple

from kb.commands.line.interruption import find_interruption
from kb.commands.line.invocation import Invocation, Operand, Option
from kb.commands.line.misspelt import find_flag, refuse_dash, unknown_command
from kb.commands.line.surroundings import refuse_operators, refuse_prefix
from kb.commands.line.tokens import LineToken, cut_line, join
from kb.commands.line.wrappers import PROGRAMS
from kb.commands.spec import (
    CommandSpec,
    FlagSpec,
    OperandSpec,
    command_groups,
    command_index,
    global_flags,
)
from kb.commands.texts import in_words, refused
from kb.commands.values.quantities import parse_bool

_MAX_COMMENT = 40
"""How much of a comment a refusal names, in characters."""


def parse(text: str) -> Invocation:
    """Understand a command line.

    Raises:
        CommandRefusedError: It is not a docker command, or the CLI would not understand it.
        InvalidInputError: It is empty or too long.
    """
    if broken := find_interruption(text.split("\n")):
        raise refused(
            "comment_in_command", part=broken.comment[:_MAX_COMMENT], suggestion=broken.mended
        )
    tokens = cut_line(text)
    refuse_operators(tokens)
    refuse_prefix(tokens)
    return _Parser(tokens).parse()


class _Value(NamedTuple):
    """The value of an option, and where it stands."""

    text: str
    token: int
    """Index of the token that holds it."""
    start: int
    """Its offset in that token's value."""


class _Parser:
    """Reads the tokens of one command line from left to right."""

    def __init__(self, tokens: tuple[LineToken, ...]) -> None:
        self._tokens = tokens
        self._at = 1
        self._words = [0]
        self._options: list[Option] = []
        self._operands: list[int] = []
        self._help = False

    def parse(self) -> Invocation:
        program = PROGRAMS[self._tokens[0].value.lower()]
        self._read_globals(program)
        command = self._read_command(program)
        if command.opaque:
            self._operands += range(self._at, len(self._tokens))
        else:
            self._read_rest(command)
        return Invocation(
            text=join(self._tokens), program=program, tokens=self._tokens, command=command,
            words=tuple(self._words), options=tuple(self._options),
            operands=self._assign_operands(command), help=self._help,
        )  # fmt: skip

    # --- the command's name ------------------------------------------------------------------

    def _read_globals(self, program: str) -> None:
        while self._at < len(self._tokens):
            value = self._tokens[self._at].value
            if program == "compose" and value == "-version":
                # The dash is one too few, yet Compose takes it for its version switch.
                self._add(find_flag(global_flags(program), "--version"), value)
                self._at += 1
                continue
            if not value.startswith("-") or value == "-":
                break
            self._read_option(global_flags(program))

    def _read_command(self, program: str) -> CommandSpec:
        if program == "compose":
            return self._read_verb("compose")
        if self._at >= len(self._tokens):
            return self._without_command("version")
        word = self._next_word()
        if word == "compose":
            self._read_globals("compose")
            return self._read_verb(word)
        index = command_index()
        if word in command_groups() and self._at < len(self._tokens):
            pair = f"{word} {self._tokens[self._at].value}"
            if pair in index:
                self._next_word()
                return index[pair]
        if word in index:
            return index[word]
        raise unknown_command(self._tokens, self._words[-1])

    def _read_verb(self, group: str) -> CommandSpec:
        if self._at >= len(self._tokens):
            return self._without_command(f"{group} version")
        word = self._next_word()
        if spec := command_index().get(f"{group} {word}"):
            return spec
        raise unknown_command(self._tokens, self._words[-1], group)

    def _without_command(self, version: str) -> CommandSpec:
        """Return what options alone ask for: the version, or help."""
        asked = any(option.flag.name == "--version" and option.on for option in self._options)
        if asked or self._help:
            return command_index()[version]
        raise refused("incomplete", part=join(self._tokens))

    def _next_word(self) -> str:
        refuse_dash(self._tokens, self._at)
        self._words.append(self._at)
        self._at += 1
        return self._tokens[self._at - 1].value

    # --- options and operands ----------------------------------------------------------------

    def _read_rest(self, command: CommandSpec) -> None:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.value == "--":
                self._at += 1
                break
            if token.value.startswith("-") and token.value != "-":
                self._read_option(command.flags)
                continue
            refuse_dash(self._tokens, self._at)
            self._operands.append(self._at)
            self._at += 1
            if not command.interspersed:
                break
        self._operands += range(self._at, len(self._tokens))

    def _read_option(self, flags: tuple[FlagSpec, ...]) -> None:
        token = self._tokens[self._at]
        if token.value.startswith("--"):
            self._read_long(flags, token.value)
        else:
            self._read_cluster(flags, token.value)
        self._at += 1

    def _read_long(self, flags: tuple[FlagSpec, ...], text: str) -> None:
        name, equals, value = text.partition("=")
        if name == "--help" and not equals:
            self._help = True
            return
        flag = find_flag(flags, name)
        if equals:
            self._add(flag, name, self._attached(value, len(name) + 1))
        elif flag.takes_value:
            self._add_following(flag, name)
        else:
            self._add(flag, name)

    def _read_cluster(self, flags: tuple[FlagSpec, ...], text: str) -> None:
        at = 1
        while at < len(text):
            written = f"-{text[at]}"
            if written == "-h" and not any(flag.short == "-h" for flag in flags):
                self._help = True
                return
            flag = find_flag(flags, written, text)
            rest = text[at + 1 :]
            if rest.startswith("=") and len(rest) > 1:
                self._add(flag, written, self._attached(rest[1:], at + 2))
                return
            if flag.takes_value and rest:
                self._add(flag, written, self._attached(rest, at + 1))
                return
            if flag.takes_value:
                self._add_following(flag, written)
                return
            self._add(flag, written)
            at += 1

    def _attached(self, text: str, start: int) -> _Value:
        """Return a value that stands in the token of its option."""
        return _Value(text, token=self._at, start=start)

    def _add_following(self, flag: FlagSpec, written: str) -> None:
        """Take the next token as the option's value, whatever it looks like."""
        following = self._at + 1
        if following >= len(self._tokens):
            raise refused("missing_value", flag=written)
        self._add(flag, written, _Value(self._tokens[following].value, token=following, start=0))
        self._at = following

    def _add(self, flag: FlagSpec, written: str, given: _Value | None = None) -> None:
        """Add the option that the current token names."""
        given = given or self._attached("", 0)
        value = given.text if flag.takes_value else _read_switch(written, given.text)
        self._options.append(
            Option(
                flag=flag, written=written, value=value, token=self._at,
                value_token=given.token, value_start=given.start,
            )
        )  # fmt: skip

    def _assign_operands(self, command: CommandSpec) -> tuple[Operand, ...]:
        if self._help:
            return ()
        if command.opaque:
            return tuple(
                Operand(kind="any", value=self._tokens[at].value, token=at) for at in self._operands
            )
        missing = sum(spec.required for spec in command.operands) - len(self._operands)
        if missing > 0:
            required = [spec for spec in command.operands if spec.required]
            kind = in_words(f"label.{required[-missing].kind}")
            raise refused("missing_operand", command=command.path, kind=kind)
        kinds = _operand_kinds(command.operands, len(self._operands))
        if len(kinds) < len(self._operands):
            extra = self._tokens[self._operands[len(kinds)]].value
            raise refused("extra_operand", command=command.path, part=extra)
        return tuple(
            Operand(kind=kind, value=self._tokens[at].value, token=at)
            for kind, at in zip(kinds, self._operands, strict=True)
        )


def _read_switch(written: str, value: str) -> str:
    """Return `false` for a switch that is turned off (`--rm=false`), empty for one that is on."""
    is_on = parse_bool(value) if value else True
    if is_on is None:
        raise refused("bad_switch", flag=written, value=value)
    return "" if is_on else "false"


def _operand_kinds(specs: tuple[OperandSpec, ...], count: int) -> list[str]:
    kinds = [spec.kind for spec in specs[:count]]
    if specs and specs[-1].many:
        kinds += [specs[-1].kind] * (count - len(kinds))
    return kinds
