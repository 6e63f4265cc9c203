"""Which candidate is the entry of the command, or the line of a file, that is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from kb.commands.naming import NamedCommand, named_with_program, specs_of
from kb.commands.spec import CommandSpec
from kb.model import Chunk, ChunkKind
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.coverage import chunk_terms, names_flag
from kb.retrieval.question import ParsedQuestion
from kb.text.fences import begins_fence
from kb.text.tokens import analyze
from kb.text.words import any_of

_FIRST_WORD: Final = re.compile(r"[\W_]*([A-Za-z-]+)(?=[\s`*_:]|$)")
_EFFECT: Final = re.compile(any_of("effect"), re.IGNORECASE)
_OF_LINE: Final = re.compile(any_of("effect", "line_of_file"), re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")
_INSTRUCTION: Final = re.compile(r"[A-Z]{2,}|[a-z]+(?:_[a-z]+)+|[A-Z]+(?:_[A-Z]+)+")
"""`EXPOSE`, `server_name`: no word of a sentence."""
_NAMED: Final = 0.99
_LINE_FLAGS: Final = 3
"""Who asks with so many flags asks for the command line, not for each flag."""

CODE_KINDS: Final = frozenset({ChunkKind.COMMAND, ChunkKind.CODE})
"""A block of code with what is said beside it, or a line of one."""


def named_entry(ranking: Ranking) -> Candidate | None:
    """Return the entry of the one command, or the line of a file, that the question asks about."""
    return entry_of_command(ranking) or entry_of_instruction(ranking)


def entry_of_command(ranking: Ranking) -> Candidate | None:
    """Return the entry of the one command that the question names and asks for nothing else of.

    "What does docker images do" means the command, however much the notes say of images.
    """
    command = _asked_command(ranking.question)
    if command is None:
        return None
    entries = (c for c in ranking.candidates if c.chunk.kind is ChunkKind.COMMAND)
    terms = (c for c in ranking.candidates if c.chunk.kind is ChunkKind.DEFINITION)
    own = next((c for c in entries if command.spec in specs_of(c.chunk)), None)
    return own or next((c for c in terms if is_term_of(c.chunk, command.spec)), None)


def entry_of_instruction(ranking: Ranking) -> Candidate | None:
    """Return the commented line of a file that begins with the word that is asked about.

    "What does EXPOSE do" means the line by which the notes explain it, whatever else has the word.
    """
    if ranking.question.flags:
        return None
    lines = (c for c in ranking.candidates if is_line_of_code(c.chunk))
    return next((c for c in lines if _asks_of_line(ranking.question, c.chunk)), None)


def is_line_of_code(chunk: Chunk) -> bool:
    """Tell whether a chunk is a line of a file with its comment, out of the code that has it."""
    is_part = chunk.kind is ChunkKind.CODE and chunk.parent is not None
    return is_part and not begins_fence(chunk.text)


def _asks_of_line(question: ParsedQuestion, line: Chunk) -> bool:
    """Tell whether a question names the first word of a line, and nothing that is not above it."""
    word = line.text.split(maxsplit=1)[0]
    if not _INSTRUCTION.fullmatch(word) or word not in _WORD.findall(question.text):
        return False
    held = chunk_terms(line)
    return _says_only(
        question, held.context | held.setting | frozenset(analyze(word)), beside=_OF_LINE
    )


def lacks_command(ranking: Ranking) -> bool:
    """Tell whether the question is a command, and nothing else, that no candidate holds."""
    command = _asked_command(ranking.question)
    if command is None:
        return False
    said = ranking.question.text[command.start : command.end].lower()
    return not any(
        command.spec in specs_of(c.chunk)
        or said in c.chunk.text.lower()
        or is_term_of(c.chunk, command.spec)
        for c in ranking.candidates
    )


def is_term_of(chunk: Chunk, spec: CommandSpec) -> bool:
    """Tell whether a chunk explains a sub-command as a term: `down` under "Compose notes"."""
    *group, name = spec.path.split()
    first = _FIRST_WORD.match(chunk.text)
    return first is not None and first[1].lower() == name and holds_words(chunk, group)


def holds_words(chunk: Chunk, words: Iterable[str]) -> bool:
    """Tell whether a chunk, or what stands above it, has all of the words."""
    held = chunk_terms(chunk)
    said = held.body | held.context
    return all(said.intersection(analyze(word)) for word in words)


def _asked_command(question: ParsedQuestion) -> NamedCommand | None:
    """Return the one command that a question consists of, but for words like "what does … show"."""
    named = named_with_program(question.text)
    if len(named) != 1 or question.flags:
        return None
    said = frozenset(analyze(question.text[named[0].start : named[0].end]))
    return named[0] if _says_only(question, said, beside=_EFFECT) else None


def _says_only(question: ParsedQuestion, known: frozenset[str], *, beside: re.Pattern[str]) -> bool:
    """Tell whether all content of a question is among known terms, but for words said beside it."""
    others = (term.surface for term in question.terms if not beside.fullmatch(term.surface))
    return all(known.intersection(analyze(word)) for word in others)


def entry_of_line(ranking: Ranking) -> Candidate | None:
    """Return the command's own entry where it answers better than lines on its flags.

    So it does who asks with a whole command line, which has many flags, and who asks for a flag
    that the notes show with this command, yet explain with others alone.
    """
    flags = ranking.question.flags
    if len(flags) >= _LINE_FLAGS:
        return next((c for c in ranking.candidates if _is_entry_with(c.chunk, flags)), None)
    best = ranking.candidates[0]
    is_own = best.features.command >= _NAMED and _is_entry_with(best.chunk, flags)
    is_explained = any(c.features.flag_owner >= _NAMED for c in ranking.candidates)
    return best if is_own and not is_explained else None


def _is_entry_with(chunk: Chunk, flags: Sequence[str]) -> bool:
    return chunk.kind is ChunkKind.COMMAND and all(names_flag(chunk, flag) for flag in flags)
