"""Which candidates tell what flags mean: under the command that is named, or under each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from kb.answering.command_entries import entry_of_line, holds_words, is_term_of, named_entry
from kb.commands.naming import (
    commands_named,
    named_with_program,
    programs_asked,
    programs_named,
    spec_of,
)
from kb.commands.spec import CommandSpec
from kb.model import Chunk, ChunkKind
from kb.ports import ChunkCatalog
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.coverage import names_flag
from kb.retrieval.question import ParsedQuestion
from kb.text.command_lines import command_name
from kb.text.flags import has_one_letter, standing_alone
from kb.text.intent import Intent, asks_for_flags
from kb.text.stopwords import STOP_WORDS
from kb.text.tokens import tokenize

_MAX_MEANINGS: Final = 4
_NAMED: Final = 0.99
_WORD: Final = re.compile(r"[\w.+-]+")
_COMMAND_WORD: Final = re.compile(r"[a-z][\w.+-]*")
_NO_COMMANDS: Final = STOP_WORDS | {
    *("flag", "flags", "option", "options", "key", "keys", "switch", "argument", "parameter"),
    *("mean", "means", "meaning", "explain", "about", "use", "using", "between", "difference"),
}
"""Words before a flag that no command has."""


def owner_of(chunk: Chunk) -> str:
    """Return the name of the command that owns a chunk (`docker run`), or an empty string."""
    return command_name(chunk.commands[0]) if chunk.commands else ""


def flag_meanings(ranking: Ranking) -> list[Candidate]:
    """Return what the asked flags mean, under each command that has them.

    A command that the question names decides, though it be named only in part; else every
    command's meaning is given once.
    """
    if whole := entry_of_line(ranking):
        return [whole]
    explained = _explaining(ranking)
    if _named_spec(ranking):
        explained = [c for c in explained if _may_own(c.chunk, ranking)]
        explained = explained or _mentioning(ranking)[:1]
    elif programs := programs_named(ranking.question.text):
        own = [c for c in explained if _program_of(c.chunk) in programs]
        explained = own or _unowned(explained) or explained
    elif word := _word_before(ranking.question):
        own = [c for c in explained if word in owner_of(c.chunk).split()]
        explained = own or _unowned(explained) or explained
    exact = [c for c in explained if c.features.flag_owner >= _NAMED]
    chosen: dict[tuple[str, ...], Candidate] = {}
    for candidate in exact or explained:
        flags = candidate.chunk.flags[:1]
        chosen.setdefault(tuple(sorted({owner_of(candidate.chunk), *flags})), candidate)
    only_one = bool(exact) and len(ranking.question.flags) == 1
    return list(chosen.values())[: 1 if only_one else _MAX_MEANINGS]


def _unowned(candidates: Sequence[Candidate]) -> list[Candidate]:
    return [c for c in candidates if not c.chunk.commands]


def _word_before(question: ParsedQuestion) -> str:
    """Return the word that stands before an asked flag, as a command's does; empty for none."""
    words = _WORD.findall(question.text.lower())
    asked = {flag.lower() for flag in question.flags}
    before = (word for word, flag in pairwise(words) if flag in asked)
    found = next(before, "")
    return found if _COMMAND_WORD.fullmatch(found) and found not in _NO_COMMANDS else ""


def flags_of_command(ranking: Ranking) -> list[Candidate]:
    """Return every flag of the command, where the question asks for all of them."""
    if ranking.question.flags or not asks_for_flags(ranking.question.text):
        return []
    named = _owners_named(ranking.question.text)
    found = [
        c
        for c in ranking.candidates
        if c.chunk.kind is ChunkKind.FLAG and owner_of(c.chunk) in named
    ]
    places = {(c.chunk.note, owner_of(c.chunk)) for c in found[:1]}
    entry = [c for c in found if (c.chunk.note, owner_of(c.chunk)) in places]
    return sorted(entry, key=lambda c: c.chunk.lines)


def is_looked_up(ranking: Ranking, chosen: Sequence[Candidate]) -> bool:
    """Tell whether the notes' own structure gave the answer.

    So it does for the entry of a command or of a file's line that is named, for all its flags, and
    for flags compared of one command.
    """
    question = ranking.question
    entry = entry_of_line(ranking) if question.flags else named_entry(ranking)
    if entry is not None and list(chosen) == [entry]:
        return True
    if any(c.chunk.kind is not ChunkKind.FLAG for c in chosen):
        return len(chosen) == 1 and _tells_of_both(chosen[0].chunk, ranking)
    owners = {owner_of(c.chunk) for c in chosen}
    if question.intent is Intent.COMPARISON and len(question.flags) > 1:
        explained = {flag for c in chosen for flag in c.chunk.flags}
        return len(owners) == 1 and explained.issuperset(question.flags)
    asks_for_all = not question.flags and asks_for_flags(question.text)
    return asks_for_all and owners <= _owners_named(question.text)


def _tells_of_both(chunk: Chunk, ranking: Ranking) -> bool:
    """Tell whether a chunk of no command has flags and command of the question word for word.

    A flag within a longer command is used there, and not explained.
    """
    flags, named = ranking.question.flags, named_with_program(ranking.question.text)
    if chunk.commands or not flags or not all(_says(chunk, f"`{flag}") for flag in flags):
        return False
    return any(_says(chunk, f"docker {n.spec.path}") or is_term_of(chunk, n.spec) for n in named)


def _says(chunk: Chunk, words: str) -> bool:
    return standing_alone(words).search(chunk.text) is not None


def _owners_named(text: str) -> set[str]:
    """Return the names of the commands and programs that a question may ask the flags of."""
    return {*commands_named(text), *programs_asked(text)}


def _program_of(chunk: Chunk) -> str:
    """Return the program of the command that owns a chunk."""
    return owner_of(chunk).split(" ", 1)[0]


def flags_used(entry: Chunk, command: str, catalog: ChunkCatalog) -> list[Chunk]:
    """Return the chunks of an entry, below its own lines, that explain flags of a command line."""
    used = {
        flag
        for token in tokenize(command)
        if token.kind == "flag"
        for flag in (token.surface, *_apart(token.surface))
    }
    return [
        chunk
        for chunk in catalog.children(entry.id)
        if used.intersection(chunk.flags) and chunk.lines.start > entry.lines.end
    ][:_MAX_MEANINGS]


def _apart(flag: str) -> list[str]:
    """Return the flags that one dash joins: `-i` and `-t` of `-it`."""
    return [] if flag.startswith("--") else [f"-{letter}" for letter in flag[1:]]


def unknown_flag(ranking: Ranking) -> str:
    """Return the first asked flag that no candidate holds; empty where each is somewhere."""
    chunks = [c.chunk for c in ranking.candidates]
    return next(
        (f for f in ranking.question.flags if not any(names_flag(chunk, f) for chunk in chunks)), ""
    )


def is_of_other_case(chosen: Sequence[Candidate], ranking: Ranking) -> bool:
    """Tell whether the one flag that is asked for is nowhere, and what is chosen is like it alone.

    So `-p` is, which maps one port, where `-P` is asked for, which maps them all.
    """
    flags = ranking.question.flags
    if len(flags) != 1 or not has_one_letter(flags[0]) or not unknown_flag(ranking):
        return False
    return any(flags[0].swapcase() in candidate.chunk.flags for candidate in chosen)


def command_without_flag(ranking: Ranking) -> str:
    """Return the command that the question names and of which no note explains the asked flag.

    Empty where none is named, or some candidate may explain it.
    """
    spec = _named_spec(ranking)
    if spec is None or ranking.question.intent is not Intent.FLAG:
        return ""
    own = any(_may_own(c.chunk, ranking) for c in _explaining(ranking))
    return "" if own or _mentioning(ranking) else f"docker {spec.path}"


def _explaining(ranking: Ranking) -> list[Candidate]:
    return [
        c
        for c in ranking.candidates
        if c.chunk.kind is ChunkKind.FLAG and c.features.flag >= _NAMED
    ]


def _mentioning(ranking: Ranking) -> list[Candidate]:
    """Return the candidates that hold an asked flag and are about the named command."""
    return [
        c
        for c in ranking.candidates
        if any(names_flag(c.chunk, flag) for flag in ranking.question.flags)
        and _is_about_named(c.chunk, ranking)
    ]


def _is_about_named(chunk: Chunk, ranking: Ranking) -> bool:
    """Tell whether a chunk is about a command that is named: as its own, or in its words."""
    if chunk.commands:
        return _may_own(chunk, ranking)
    named = named_with_program(ranking.question.text)
    paths = (one.spec.path.split() for one in named)
    return any(holds_words(chunk, path if len(path) > 1 else ["docker", *path]) for path in paths)


def _named_spec(ranking: Ranking) -> CommandSpec | None:
    """Return the command that the question names with its program, so that it is no plain word."""
    named = named_with_program(ranking.question.text)
    return named[0].spec if named else None


def _may_own(chunk: Chunk, ranking: Ranking) -> bool:
    """Tell whether a chunk is about a command that is named, under any of its names.

    A chunk of no known command, or of a group of commands, may be about each of them.
    """
    if not chunk.commands:
        return True
    named = [one.spec for one in named_with_program(ranking.question.text)]
    paths = [f"docker {spec.path}".split() for spec in named]
    for command in chunk.commands:
        spec, name = spec_of(command), command_name(command).split()
        if spec in named if spec else any(path[: len(name)] == name for path in paths):
            return True
    return False
