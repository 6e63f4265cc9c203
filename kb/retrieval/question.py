"""A question taken apart: its content words, flags, the command it names, and what it asks for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from kb.model import Language, Query
from kb.text.command_lines import command_name
from kb.text.dates import DateSpan, dates
from kb.text.intent import Intent, detect_intent
from kb.text.programs import WITH_SUBCOMMANDS
from kb.text.spelling import corrections
from kb.text.tokens import Token, analyze, fold, is_stop_word, tokenize
from kb.text.translation import translations

_TRANSLATION_FLOOR: Final = 0.5
"""A translation weighs at least this much of the word itself, at most all but a tenth."""
_CORRECTED: Final = 0.8
"""A word with its typing error put right weighs so much of the word itself."""
_OF_SPAN: Final = 0.9
"""What a day counts that is not the first of those named: `1–3 июля`."""
_OF_ANY_YEAR: Final = 0.7
"""What a date without a year counts for one that is named with it."""
_MAYBE_A_DATE: Final = 0.9
_ANSWER_WORDS: Final = frozenset(
    """
    command commands flag flags option options switch way difference differ differs different vs
    versus example purpose tell give
    команда команды команду командой команд флаг флаги флага флагом опция опции опцию ключ способ
    узнать узнаю выяснить разница разницу отличие отличия отличается отличаются отличать
    пример смысл покажи расскажи подскажи дай напомни
    """.split()
)
"""Words that name the form of an answer; no note need hold them."""
_SURE: Final = 0.6
"""From this weight on a translation counts as the word itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentTerm:
    """A content word or code token of a question with the terms that may stand for it."""

    surface: str
    term: str
    variants: tuple[tuple[str, float], ...] = ()
    """(term, weight 0..1) of translations and of the words inside a code token."""
    is_code: bool = False

    @property
    def sure_variants(self) -> tuple[str, ...]:
        """The variants that count as the word itself."""
        return tuple(variant for variant, weight in self.variants if weight >= _SURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuestion:
    """What retrieval and answering need to know of a question."""

    query: Query
    intent: Intent
    terms: tuple[ContentTerm, ...]
    flags: tuple[str, ...]
    """As written: `-p` and `-P` differ."""
    command_words: tuple[str, ...]
    """Lowercase terms of the question in order, to be matched against commands."""
    asked_terms: frozenset[str] = field(init=False, repr=False, compare=False)
    """All terms that the question surely has, function words too: `up`, `do` and `in` may be a
    command's own words."""

    def __post_init__(self) -> None:
        """Work out once what every command is compared with."""
        sure = (variant for term in self.terms for variant in term.sure_variants)
        object.__setattr__(self, "asked_terms", frozenset((*self.command_words, *sure)))

    @property
    def text(self) -> str:
        """The question."""
        return self.query.text

    @property
    def language(self) -> Language:
        """The question's language."""
        return self.query.language


def parse_question(query: Query) -> ParsedQuestion:
    """Take a question apart."""
    tokens = list(tokenize(query.text))
    flags = tuple(dict.fromkeys(token.surface for token in tokens if token.kind == "flag"))
    named = [span for span in dates(query.text) if span.is_sure]
    content = {
        token.term: token for token in tokens if not _is_empty(token) and not _is_of(token, named)
    }
    return ParsedQuestion(
        query=query,
        intent=detect_intent(query.text, has_flag=bool(flags)),
        terms=(
            *(_content_term(token) for token in content.values() if token.kind != "flag"),
            *(_date_term(span, query.text) for span in named),
        ),
        flags=flags,
        command_words=tuple(token.term for token in tokens if token.kind != "flag"),
    )


def _is_of(token: Token, spans: Collection[DateSpan]) -> bool:
    return any(span.start <= token.start < span.end for span in spans)


def _date_term(span: DateSpan, text: str) -> ContentTerm:
    """Return a day or a month as one term, so that not its number alone is met."""
    term, *others = span.names
    variants = dict.fromkeys(span.of_any_year, _OF_ANY_YEAR) | dict.fromkeys(others, _OF_SPAN)
    return ContentTerm(
        surface=text[span.start : span.end],
        term=term,
        variants=tuple((name, weight) for name, weight in variants.items() if name != term),
        is_code=True,
    )


def _is_empty(token: Token) -> bool:
    return is_stop_word(token) or (token.kind == "word" and fold(token.surface) in _ANSWER_WORDS)


def _content_term(token: Token) -> ContentTerm:
    variants = _translated(token.term)
    for corrected in corrections(token.term) if token.kind == "word" else ():
        variants.setdefault(corrected, _CORRECTED)
        for term, weight in _translated(corrected).items():
            variants.setdefault(term, _CORRECTED * weight)
    spans = list(dates(token.surface))
    for span in spans:
        variants.update(dict.fromkeys(span.names, _MAYBE_A_DATE))
    of_dates = {term for span in spans for term in span.terms}
    for inner in (other for other in analyze(token.surface)[1:] if other not in of_dates):
        variants.setdefault(inner, 0.6)
    return ContentTerm(
        surface=token.surface,
        term=token.term,
        variants=tuple(variants.items()),
        is_code=token.kind == "code",
    )


def _translated(term: str) -> dict[str, float]:
    return {
        other: _TRANSLATION_FLOOR + weight * (0.9 - _TRANSLATION_FLOOR)
        for other, weight in translations(term)
    }


def names_command(question: ParsedQuestion, command: str) -> float:
    """Return how much of a command's name the question gives, 0..1.

    The name is the program with its sub-commands (`docker volume ls`), without flags and values;
    the name of a program that has some adds nothing, since every entry of a note may begin with it.
    """
    stems = _name_stems(command)
    return sum(stem in question.asked_terms for stem in stems) / len(stems) if stems else 0.0


@lru_cache(maxsize=20_000)
def _name_stems(command: str) -> list[str]:
    """Return the terms of a command's name without the program."""
    program, *subcommands = command_name(command).split() or [""]
    own = subcommands if program in WITH_SUBCOMMANDS else [program]
    return [stem for name in own for word in name.split("-") for stem in analyze(word)[:1]]
