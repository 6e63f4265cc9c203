"""What speaks for a chunk as the answer to a question, in numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Final

from kb.commands.naming import specs_of
from kb.model import Chunk, ChunkKind, Language
from kb.retrieval.coverage import WeightedTerm, alone, chunk_terms, coverage, names_flag
from kb.retrieval.interaction import NO_INTERACTION, Interaction
from kb.retrieval.manual import NO_PURPOSE, PurposeMatch
from kb.retrieval.needs import NO_NEED, NeedMatch
from kb.retrieval.question import ParsedQuestion, names_command
from kb.text.definitions import term_and_meaning
from kb.text.fences import lines_and_code
from kb.text.flags import is_same_flag
from kb.text.intent import Intent
from kb.text.language import detect_language
from kb.text.markers import ITEM
from kb.text.sentences import split_sentences
from kb.text.tokens import analyze

_MANY_LINES: Final = 20
_ASKS_TERM: Final = frozenset({Intent.DEFINITION, Intent.COMPARISON, Intent.OTHER})
_FLAG: Final = re.compile(r"(?<=\s)--?[A-Za-z][\w-]*")
_MARKER: Final = re.compile(rf"^\s*(?:>|{ITEM})\s+")
"""Of an item or a quote; the box of a task is read with the rest, as in the lexical index."""
_FITTING: Final[Mapping[Intent, Mapping[ChunkKind, float]]] = {
    Intent.FLAG: {ChunkKind.FLAG: 1.0},
    Intent.HOW_TO: {
        ChunkKind.COMMAND: 1.0,
        ChunkKind.TROUBLESHOOTING: 0.5,
        ChunkKind.QUESTION: 0.5,
        ChunkKind.FLAG: 0.3,
        ChunkKind.LIST: 0.3,
    },
    Intent.DEFINITION: {
        ChunkKind.DEFINITION: 1.0,
        ChunkKind.PARAGRAPH: 0.4,
        ChunkKind.COMMAND: 0.4,
    },
    Intent.PLACE: {ChunkKind.QUESTION: 0.5, ChunkKind.DEFINITION: 0.2},
    Intent.TROUBLE: {ChunkKind.TROUBLESHOOTING: 1.0, ChunkKind.QUESTION: 0.5},
    Intent.COMPARISON: {ChunkKind.DEFINITION: 0.7, ChunkKind.PARAGRAPH: 0.5},
    Intent.LIST: {ChunkKind.LIST: 1.0, ChunkKind.TABLE_ROW: 0.5, ChunkKind.COMMAND: 0.5},
    Intent.YES_NO: {ChunkKind.PARAGRAPH: 0.5, ChunkKind.QUESTION: 0.5},
    Intent.WHY: {ChunkKind.PARAGRAPH: 0.5, ChunkKind.TROUBLESHOOTING: 0.5},
    Intent.OTHER: {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The signals of one chunk for one question; each 0..1 unless told otherwise."""

    dense: float
    """Cosine of the vectors, -1..1."""
    dense_same: float
    """`dense` where chunk and question are in one language, else 0: a model compares texts of one
    language on another scale than texts of two."""
    tokens: float
    """How well the question's tokens are met in the chunk, -1..1; see `Interaction`."""
    tokens_same: float
    """`tokens` where chunk and question are in one language, else 0."""
    tokens_least: float
    """How well the worst met of the question's telling tokens is met, -1..1."""
    need: float
    """Cosine of the chunk and of what the question needs, said plainly, -1..1; see `NeedMatch`."""
    need_sure: float
    """`need` by how surely the question is about a common need, -0.5..0.5."""
    need_unmet: float
    """How much farther the chunk is from that need than the question, by the same, -1..1."""
    lexical: float
    """BM25 score over the best chunk's."""
    coverage: float
    """Share of the question's content that the chunk or its headings hold."""
    coverage_same: float
    """`coverage` where chunk and question are in one language, else 0."""
    body_coverage: float
    """The same for the chunk's own text alone."""
    flag: float
    """The chunk explains a flag that the question names; by half, a command with just that flag."""
    flag_owner: float
    """It does, for the command that the question names."""
    command: float
    """The chunk is about a command that the question names."""
    question: float
    """The chunk answers a question, or tells a symptom, with the same content words."""
    defines: float
    """The question asks what something is, and the chunk defines just that."""
    kind: float
    """The chunk is of a kind that suits what is asked."""
    same_language: float
    """Chunk and question are in one language."""
    heading_only: float
    part: float
    """The chunk is a part of a larger one."""
    unasked_flag: float
    """The chunk explains a flag, and the question names none."""
    heading: float
    """The question and the heading right above the chunk have the same content words."""
    lead: float
    """The question and the sentence that leads the chunk have the same content words."""
    purpose: float
    """The question and what docker's manual would say of the chunk's command or flag have the same
    content words."""
    command_near: float
    """How near the question is to what the chunk's docker command is for; see `PurposeMatch`."""
    command_meant: float
    """How surely it means that command."""
    flag_near: float
    """How near the question is to what the chunk's flag is for."""
    flag_meant: float
    """How surely it means that flag."""
    size: float
    """Lines of the chunk, 1 from twenty on."""

    def without_tokens(self) -> Features:
        """Return the signals as they are with a model that gives a text one vector and no more."""
        blind = ("tokens", "tokens_same", "tokens_least", "need", "need_sure", "need_unmet")
        return replace(self, **dict.fromkeys(blind, 0.0))

    def values(self) -> tuple[float, ...]:
        """Return the numbers in the order of `FEATURE_NAMES`."""
        numbers: tuple[float, ...] = _ALL_SIGNALS(self)
        return numbers


FEATURE_NAMES: Final = tuple(field.name for field in fields(Features))
_ALL_SIGNALS: Final = attrgetter(*FEATURE_NAMES)


def measure(
    question: ParsedQuestion,
    terms: tuple[WeightedTerm, ...],
    chunk: Chunk,
    *,
    dense: float,
    lexical: float,
    interaction: Interaction = NO_INTERACTION,
    need: NeedMatch = NO_NEED,
    meant: PurposeMatch = NO_PURPOSE,
) -> Features:
    """Return the signals of a chunk.

    Args:
        question: The question.
        terms: Its content terms with their weights.
        chunk: The candidate.
        dense: Cosine of the vectors.
        lexical: BM25 score over the best chunk's, 0..1.
        interaction: How well the tokens meet.
        need: What the chunk has to do with the question's need.
        meant: What its commands and flags have to do with what the question means.
    """
    held = chunk_terms(chunk)
    owner = max((names_command(question, command) for command in chunk.commands), default=0.0)
    flag = _flag_match(question, chunk)
    covered = coverage(terms, held)
    same = float(_language(chunk.text) == question.language)
    return Features(
        dense=dense,
        dense_same=same * dense,
        tokens=interaction.mean,
        tokens_same=same * interaction.mean,
        tokens_least=interaction.least,
        need=need.meaning,
        need_sure=need.certainty * need.meaning,
        need_unmet=need.certainty * need.unmet,
        lexical=lexical,
        coverage=covered,
        coverage_same=same * covered,
        body_coverage=coverage(terms, held.body_alone()),
        flag=flag,
        flag_owner=flag * owner,
        command=owner if chunk.kind is ChunkKind.COMMAND else 0.5 * owner,
        question=_question_overlap(terms, chunk),
        defines=_defined(question, terms, chunk),
        kind=_FITTING[question.intent].get(chunk.kind, 0.0),
        same_language=same,
        heading_only=float(chunk.kind is ChunkKind.HEADING),
        part=float(chunk.parent is not None),
        unasked_flag=float(chunk.kind is ChunkKind.FLAG and not question.flags),
        heading=_overlap(terms, _terms(chunk.heading_trail[-1])) if chunk.heading_trail else 0.0,
        lead=_overlap(terms, _lead(chunk.text)),
        purpose=_purpose(question, terms, chunk),
        command_near=meant.command,
        command_meant=meant.command_meant,
        flag_near=meant.flag,
        flag_meant=meant.flag_meant,
        size=min(1.0, (chunk.lines.end - chunk.lines.start + 1) / _MANY_LINES),
    )


@lru_cache(maxsize=20_000)
def _language(text: str) -> Language:
    return detect_language(text)


def _flag_match(question: ParsedQuestion, chunk: Chunk) -> float:
    if not question.flags:
        return 0.0
    if any(flag in chunk.flags for flag in question.flags):
        return 1.0
    if _is_explained_with(chunk, question.flags):
        return 0.5
    if any(is_same_flag(asked, flag) for asked in question.flags for flag in chunk.flags):
        return 0.5
    return 0.2 if any(names_flag(chunk, flag) for flag in question.flags) else 0.0


def _is_explained_with(chunk: Chunk, flags: Sequence[str]) -> bool:
    """Tell whether the chunk explains one command, with just these flags."""
    if chunk.kind is not ChunkKind.COMMAND or len(chunk.commands) != 1:
        return False
    return set(_FLAG.findall(chunk.commands[0])) == set(flags)


def _question_overlap(terms: tuple[WeightedTerm, ...], chunk: Chunk) -> float:
    """Return how much the question and what the chunk asks have in common."""
    lines = chunk.question_lines
    if lines is None:
        return 0.0
    start = lines.start - chunk.lines.start
    asked = chunk.text.split("\n")[start : start + lines.end - lines.start + 1]
    return _overlap(terms, _terms("\n".join(asked)))


def _defined(question: ParsedQuestion, terms: tuple[WeightedTerm, ...], chunk: Chunk) -> float:
    """Return how much the question and a term that the chunk defines have in common.

    A sentence may also tell what belongs to a term ("VirtualBox is a hypervisor"): half as good.
    """
    if question.intent not in _ASKS_TERM:
        return 0.0
    if chunk.kind is ChunkKind.DEFINITION:
        term, _ = term_and_meaning(_MARKER.sub("", chunk.text))
        direct = _overlap(terms, _terms(term))
        return max(direct, _overlap(terms, _said_of_others(chunk.text)) / 2)
    return 0.0


@lru_cache(maxsize=20_000)
def _said_of_others(text: str) -> frozenset[str]:
    """Return the terms after the definition verb of the last sentence that has one."""
    for sentence in reversed(split_sentences(text)):
        if meaning := term_and_meaning(sentence)[1]:
            return _terms(meaning)
    return frozenset()


def _purpose(question: ParsedQuestion, terms: tuple[WeightedTerm, ...], chunk: Chunk) -> float:
    """Return how much the question and what the chunk's command or flag is for have in common."""
    texts = []
    for spec in filter(None, specs_of(chunk)):
        if not chunk.flags:
            texts.append(spec.describe(question.language))
        else:
            found = filter(None, map(spec.flag, chunk.flags))
            texts.extend(flag.describe(question.language) for flag in found)
    return max((_overlap(terms, _terms(text)) for text in texts), default=0.0)


@lru_cache(maxsize=20_000)
def _lead(text: str) -> frozenset[str]:
    """Return the terms of the sentence that leads a text: its first outside of code, if any is."""
    for line, is_code in lines_and_code(text):
        if not is_code and (terms := _terms(split_sentences(_MARKER.sub("", line))[0])):
            return terms
    return _terms(text)


@lru_cache(maxsize=50_000)
def _terms(text: str) -> frozenset[str]:
    return frozenset(analyze(text))


def _overlap(terms: tuple[WeightedTerm, ...], held: frozenset[str]) -> float:
    """Return the harmonic mean of the shares that terms and text hold of each other, 0..1."""
    if not held or not terms:
        return 0.0
    met: set[str] = set().union(*(held & term.names for term in terms))
    if not met:
        return 0.0
    forth, back = coverage(terms, alone(held)), len(met) / len(held)
    return 2 * forth * back / (forth + back)
