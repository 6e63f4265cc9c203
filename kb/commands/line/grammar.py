"""From a command line to an invocation: which command, which options, which operands.

Follows the rules of the CLI's own flag library (pflag): short switches may be joined, a value may
be attached or follow, options end at `--` or, for commands that run another program, at the first
operand. Abbreviated options do not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.commands.line.interruption import find_interruption
from kb.commands.line.nearest import nearest_command, nearest_flag
from kb.commands.line.tokens import LineToken, Mark, cut_line, is_dash, join
from kb.commands.line.wrappers import PROGRAMS, find_command, is_variable, runs_docker, unwrap
from kb.commands.spec import (
    CommandSpec,
    FlagSpec,
    OperandSpec,
    command_groups,
    command_index,
    global_flags,
    plugin_commands,
)
from kb.commands.texts import in_words, refused
from kb.commands.values.quantities import parse_bool

_ELLIPSES = frozenset({"…", "..."})
"""Where a note leaves something out."""
_MAX_COMMENT = 40
"""How much of a comment a refusal names, in characters."""
_BRACKETS = (("[", "]"), ("{", "}"))
_CHOOSE_DAEMON = frozenset({"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH"})
"""Variables by which the client finds its daemon, beside those of TLS."""
_AS_ANOTHER_USER = frozenset({"sudo", "doas"})
_LOOK_ALIKES = str.maketrans("асеорхуіАВСЕНКМОРТХ", "aceopxyiABCEHKMOPTX")
"""Cyrillic letters and the Latin ones that look the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option as it was given."""

    flag: FlagSpec
    written: str
    """`--publish` or `-p`."""
    value: str
    """Empty for a switch that is on; `false` for one turned off."""
    token: int
    """Index of the token that holds the option's name."""
    value_token: int
    """Index of the token that holds its value; the same one where the value is attached."""
    value_start: int
    """Offset of the value in that token's value."""

    @property
    def on(self) -> bool:
        """Whether it counts: a switch that is on, or an option with any value, `false` too."""
        return self.flag.takes_value or self.value != "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One operand as it was given."""

    kind: str
    value: str
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command line, understood."""

    text: str
    """Cleaned of prompt and comment, on one line."""
    program: str
    """`docker` or `compose` (for `docker-compose`)."""
    tokens: tuple[LineToken, ...]
    command: CommandSpec
    words: tuple[int, ...]
    """Indices of the tokens that name program and command."""
    options: tuple[Option, ...] = ()
    """Global options first, in order."""
    operands: tuple[Operand, ...] = ()
    help: bool = False
    """`--help` was asked for."""

    def on(self, name: str) -> bool:
        """Tell whether a switch is given and on; the last one counts."""
        given = [option.on for option in self.options if option.flag.name == name]
        return bool(given) and given[-1]

    def value(self, *names: str) -> str | None:
        """Return the value of an option (of any of its names); the last one counts."""
        given = self.values(*names)
        return given[-1] if given else None

    def values(self, *names: str) -> tuple[str, ...]:
        """Return all values of an option, in order."""
        return tuple(option.value for option in self.options if option.flag.name in names)

    def operand_values(self, kind: str) -> tuple[str, ...]:
        """Return the operands of a kind, in order."""
        return tuple(operand.value for operand in self.operands if operand.kind == kind)


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
    return parse_tokens(cut_line(text))


def parse_tokens(tokens: tuple[LineToken, ...]) -> Invocation:
    """Understand a command line that is cut into tokens already."""
    _refuse_shell(tokens)
    _refuse_prefix(tokens)
    return _Parser(tokens).parse()


def _refuse_shell(tokens: tuple[LineToken, ...]) -> None:
    for token in tokens:
        if token.text in _ELLIPSES:
            raise refused("incomplete", part=token.text)
        if Mark.OPERATOR not in token.marks:
            continue
        alone = _one_of(tokens)
        if token.value.startswith("\n"):
            raise refused("several_commands", suggestion=alone)
        raise refused("shell_syntax", part=token.text, suggestion=alone)


def _one_of(tokens: tuple[LineToken, ...]) -> str:
    """Return the first docker command between operators; empty where it says too little to run it.

    What read its input from elsewhere waits for it in vain; a bracket may be left open.
    """
    found = find_command(tokens)
    at = found.stop
    kept = tokens[found.start : at - (at < len(tokens) and _has_descriptor(tokens, at))]
    plain = "".join(token.text for token in kept if Mark.QUOTED not in token.marks)
    is_open = any(plain.count(opening) > plain.count(closing) for opening, closing in _BRACKETS)
    is_fed = at < len(tokens) and tokens[at].text.startswith("<")
    return "" if is_open or is_fed else join(kept)


def _has_descriptor(tokens: tuple[LineToken, ...], at: int) -> bool:
    """Tell whether the word before an operator is a part of it: the number in `2>`."""
    before, operator = tokens[at - 1], tokens[at]
    touches = at > 0 and before.start + len(before.text) == operator.start
    return touches and operator.text[0] in "<>" and before.text.isdecimal()


def _refuse_prefix(tokens: tuple[LineToken, ...]) -> None:
    first = tokens[0].value
    inner = unwrap(tokens)
    if first in _AS_ANOTHER_USER:
        raise refused("sudo", part=first, suggestion=join(inner))
    if inner != tokens and runs_docker(inner):
        raise refused("wrapper", part=first, suggestion=join(inner))
    if is_variable(first):
        name = first.partition("=")[0]
        if name in _CHOOSE_DAEMON or name.startswith("DOCKER_TLS"):
            raise refused("other_daemon", part=first)
        raise refused("environment_prefix", part=first, suggestion=join(tokens[1:]))
    if first.lower() not in PROGRAMS:
        raise refused("not_docker", part=first)


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
                self._add(_find(global_flags(program), "--version"), value, "", self._at, 0)
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
        raise self._unknown_command(word)

    def _read_verb(self, group: str) -> CommandSpec:
        if self._at >= len(self._tokens):
            return self._without_command(f"{group} version")
        word = self._next_word()
        if spec := command_index().get(f"{group} {word}"):
            return spec
        raise self._unknown_command(word, group)

    def _without_command(self, version: str) -> CommandSpec:
        """Return what options alone ask for: the version."""
        if any(option.flag.name == "--version" and option.on for option in self._options):
            return command_index()[version]
        if self._help:
            return command_index()[version]
        raise refused("incomplete", part=join(self._tokens))

    def _next_word(self) -> str:
        self._refuse_dash(self._tokens[self._at])
        self._words.append(self._at)
        self._at += 1
        return self._tokens[self._at - 1].value

    def _unknown_command(self, word: str, group: str = "") -> Exception:
        if word in command_groups() and not group:
            following = self._tokens[self._at].value if self._at < len(self._tokens) else ""
            return self._unknown_command(following, word) if following else refused(
                "incomplete", part=join(self._tokens)
            )  # fmt: skip
        if word in plugin_commands() and not group:
            return refused("not_offered", key="not_offered.plugin", part=f"docker {word}")
        near = nearest_command(word.translate(_LOOK_ALIKES), group)
        part = f"{group} {word}".strip()
        if not near:
            return refused("unknown_command", part=part)
        meant = self._with_word(word, near.removeprefix(f"{group} "))
        return refused("misspelt_command", part=part, near=near, suggestion=meant)

    def _with_word(self, word: str, meant: str) -> str:
        """Return the line with what was meant in the place of the first such word."""
        at = next(at for at, token in enumerate(self._tokens) if at and token.value == word)
        before, after = self._tokens[:at], self._tokens[at + 1 :]
        return " ".join([*(token.text for token in before), meant, *(t.text for t in after)])

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
            self._refuse_dash(token)
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
        flag = _find(flags, name)
        if equals:
            self._add(flag, name, value, self._at, len(name) + 1)
        elif flag.takes_value:
            self._add_following(flag, name)
        else:
            self._add(flag, name, "", self._at, 0)

    def _read_cluster(self, flags: tuple[FlagSpec, ...], text: str) -> None:
        at = 1
        while at < len(text):
            written = f"-{text[at]}"
            if written == "-h" and not any(flag.short == "-h" for flag in flags):
                self._help = True
                return
            flag = _find(flags, written, text)
            rest = text[at + 1 :]
            if rest.startswith("=") and len(rest) > 1:
                self._add(flag, written, rest[1:], self._at, at + 2)
                return
            if flag.takes_value and rest:
                self._add(flag, written, rest, self._at, at + 1)
                return
            if flag.takes_value:
                self._add_following(flag, written)
                return
            self._add(flag, written, "", self._at, 0)
            at += 1

    def _add_following(self, flag: FlagSpec, written: str) -> None:
        """Take the next token as the option's value, whatever it looks like."""
        name_token = self._at
        self._at += 1
        if self._at >= len(self._tokens):
            raise refused("missing_value", flag=written)
        value = self._tokens[self._at].value
        self._add(flag, written, value, self._at, 0, name_token=name_token)

    def _add(
        self, flag: FlagSpec, written: str, value: str, value_token: int, value_start: int,
        *, name_token: int | None = None,
    ) -> None:  # fmt: skip
        if not flag.takes_value:
            on = True if value == "" else parse_bool(value)
            if on is None:
                raise refused("bad_switch", flag=written, value=value)
            value = "" if on else "false"
        self._options.append(
            Option(
                flag=flag,
                written=written,
                value=value,
                token=self._at if name_token is None else name_token,
                value_token=value_token,
                value_start=value_start,
            )
        )

    def _refuse_dash(self, token: LineToken) -> None:
        """Refuse a word that looks like an option and begins with another kind of dash."""
        if not token.value or not is_dash(token.value[0]):
            return
        at = self._tokens.index(token)
        body = token.text.lstrip("".join(char for char in token.text if is_dash(char)) + "-")
        ascii_token = LineToken(text=("-" if len(body) == 1 else "--") + body, value="")
        changed = (*self._tokens[:at], ascii_token, *self._tokens[at + 1 :])
        raise refused(
            "unicode_dash", part=token.value, char=f"U+{ord(token.value[0]):04X}",
            suggestion=join(changed) if body else "",
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


def _operand_kinds(specs: tuple[OperandSpec, ...], count: int) -> list[str]:
    kinds = [spec.kind for spec in specs[:count]]
    if specs and specs[-1].many:
        kinds += [specs[-1].kind] * (count - len(kinds))
    return kinds


def _find(flags: tuple[FlagSpec, ...], written: str, whole: str = "") -> FlagSpec:
    for flag in flags:
        if written in {flag.name, flag.short}:
            return flag
    part = whole if whole.startswith(written) and len(whole) > len(written) else written
    latin = written.translate(_LOOK_ALIKES)
    if latin != written and any(latin in {flag.name, flag.short} for flag in flags):
        raise refused("foreign_letter", flag=part, latin=latin)
    if near := nearest_flag(flags, written, part):
        raise refused("misspelt_flag", flag=part, near=near)
    raise refused("unknown_flag", flag=part)
