"""Follow-ups that ask of the command that was spoken of, of a flag of it, or of another command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.answering.conversation.ellipsis import ASKING
from kb.answering.conversation.whole_words import replaced, stripped
from kb.commands.naming import NamedCommand, named_in, spec_of
from kb.model import Turn
from kb.text.command_lines import command_name
from kb.text.language import detect_language
from kb.text.tokens import Token, tokenize
from kb.text.words import any_of

_THERE: Final = re.compile(rf"\b{any_of('there')}\b", re.IGNORECASE)
_THIS_COMMAND: Final = re.compile(
    r"\b(?:this|that|эт(?:а|у|ой)) (?:command|команд(?:а|у|ы|ой))\b", re.IGNORECASE
)
_THIS_FLAG: Final = re.compile(
    r"\b(?:this|that|эт(?:от|ого|им|ом|а|у|ой)) "
    r"(?:flag|option|switch|key|флаг\w?|ключ\w?|параметр\w?|опци[яюи])\b",
    re.IGNORECASE,
)


def pointed_at(rest: str, last: Turn) -> str | None:
    """Name what "this command" or "that flag" is, if it is known; None where none is spoken of."""
    if command := _THIS_COMMAND.search(rest):
        name = _spoken_command(last)
        return rest[: command.start()] + name + rest[command.end() :] if name else rest
    if this := _THIS_FLAG.search(rest):
        spoken = f"{last.standalone_question} {last.command}"
        flags = {flag.surface for flag in _flags_in(spoken)}
        if len(flags) != 1:
            return rest
        return _with_command(rest[: this.start()] + flags.pop() + rest[this.end() :], last)
    return None


def ask_of_flag(rest: str, last: Turn, *, has_lead_in: bool) -> str:
    """Ask of a flag of the command that the conversation is about."""
    if not ASKING.search(rest):
        flags = _flags_in(last.standalone_question)
        thing = stripped(rest)
        if flags:
            rest = replaced(last.standalone_question, flags[0], thing)
        else:
            rest = _flag_question(thing, last.standalone_question)
        return _with_command(rest, last)
    is_about_last = has_lead_in or _THERE.search(rest) or _has_flags(_spoken_command(last), rest)
    return _with_command(rest, last) if is_about_last else rest


def _has_flags(command: str, asked: str) -> bool:
    """Tell whether a command has every flag that is asked about."""
    spec = spec_of(command)
    return spec is not None and all(spec.flag(flag.surface) for flag in _flags_in(asked))


def _flag_question(flag: str, previous: str) -> str:
    return f"что делает {flag}?" if detect_language(previous) == "ru" else f"what does {flag} do?"


def ask_of_command(rest: str, content: Sequence[Token], last: Turn) -> str | None:
    """Ask the last question of another command; None where the rest is no command alone.

    The command takes the place of the old one; where a flag was asked about and no command was
    named, it is named now.
    """
    command = next(iter(named_in(rest)), None)
    if command is None or ASKING.search(rest) or _says_more(content, command):
        return None
    previous = last.standalone_question
    flags = _flags_in(previous)
    named = sorted(named_in(previous), key=lambda one: not one.has_program)
    old = next((one for one in named if one.has_program or flags), None)
    words = rest[command.start : command.end]
    new_flags = [token.surface for token in content if token.kind == "flag"]
    if old is None:
        asked = _naming(previous, _with_program(words, command)) if flags else None
    else:
        new = _with_program(words, command) if old.has_program else words
        if not flags:
            new = " ".join([new, *new_flags])
        asked = previous[: old.start] + new + previous[old.end :]
    if asked is None or not (flags and new_flags):
        return asked
    return replaced(asked, _flags_in(asked)[0], " ".join(new_flags))


def _says_more(content: Sequence[Token], command: NamedCommand) -> bool:
    """Tell whether more is said than a command with flags."""
    return any(
        not (token.kind == "flag" or command.start <= token.start < command.end)
        for token in content
    )


def _with_program(words: str, command: NamedCommand) -> str:
    return words if command.has_program else f"docker {words}"


def _with_command(asked: str, last: Turn) -> str:
    """Name the command that the conversation is about, unless the question names one."""
    name = _spoken_command(last)
    if not name or name.split()[-1] in {token.surface.lower() for token in tokenize(asked)}:
        return asked
    return _naming(asked, name)


def _naming(asked: str, name: str) -> str:
    link = "в" if detect_language(asked) == "ru" else "in"
    return f"{asked.rstrip('? ')} {link} {name}?"


def _spoken_command(last: Turn) -> str:
    """Return the name of the command that was asked about, else of the one that was offered."""
    asked = last.standalone_question
    named = next((one for one in named_in(asked) if one.has_program), None)
    return asked[named.start : named.end] if named else command_name(last.command)


def _flags_in(text: str) -> list[Token]:
    return [token for token in tokenize(text) if token.kind == "flag"]
