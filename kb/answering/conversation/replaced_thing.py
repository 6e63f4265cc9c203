"""A thing in the place of the last question's, or beside its things: "а образ?", "and volumes?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import Postfix

from kb.answering.conversation.topics import (
    is_asked_for,
    is_name,
    last_name,
    main_things,
    named_together,
    topic,
)
from kb.answering.conversation.whole_words import extent, replaced, stripped, surface
from kb.text.language import detect_language
from kb.text.tokens import Token, fold, is_stop_word, tokenize
from kb.text.wordforms import ORDINALS, PREPOSITIONS, is_adjective

ONES: Final = re.compile(r"\s+ones?\b\W*$", re.IGNORECASE)
_SUBJECT: Final = re.compile(
    r"\b(?:does|do|did|is|are|can|should|will)\s+(?:(?:the|a|an|my|our)\s+)?", re.IGNORECASE
)
_QUANTIFIER: Final = re.compile(
    r"(?<![\w-])(?:все|всё|всех|любые|all|any|every)\s+$", re.IGNORECASE
)
_ARTICLE: Final = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_ARTICLE_BEFORE: Final = re.compile(r"\b(a)n?\s$", re.IGNORECASE)
_VOWELS: Final = frozenset("aeiou")


def with_thing(said: str, content: Sequence[Token], asked: str) -> str:
    """Put a thing, or which ones are meant, in the place of the old one, or ask beside it.

    Args:
        said: What was typed, without its mark.
        content: Its content tokens, at least one.
        asked: The last question, without its mark.
    """
    things = main_things(asked)
    if kind := _with_kind(said, content, asked, things):
        return kind
    if things and _joined(said) & _joined(asked[things[0].start :]):
        return asked[: extent(asked, things[0])[0]] + said
    place = _place_of(said, content, asked, things)
    if place is None:
        return beside_things(said, asked)
    begin, end = place
    return _before(_bare(said), asked[:begin]) + _bare(said) + asked[end:]


def beside_things(said: str, previous: str) -> str:
    """Ask beside the things of the last question, without the one that it asked for."""
    things = main_things(previous)
    kept = [one for one in things if not is_asked_for(one, previous)]
    return " ".join([stripped(said), *(surface(previous, thing) for thing in kept or things)])


def _with_kind(
    said: str, content: Sequence[Token], asked: str, things: Sequence[Token]
) -> str | None:
    """Say which ones are meant; None where a thing is said."""
    is_kind = bool(ONES.search(said)) or all(map(is_adjective, content))
    if not (is_kind or fold(content[0].surface) in ORDINALS):
        return None
    kind = ONES.sub("", said)
    if old := _same_kind(content[0], asked, things):
        return replaced(asked, old, _bare(kind))
    return _of_kind(kind, asked, things) if is_kind and things else None


def _same_kind(kind: Token, asked: str, things: Sequence[Token]) -> Token | None:
    """Return what says which one in the last question: "первого" for "второго"; None for none."""
    words = list(tokenize(asked))
    if fold(kind.surface) in ORDINALS:
        return next((word for word in words if fold(word.surface) in ORDINALS), None)
    kinds = [word for word in words if is_adjective(word) and not is_stop_word(word)]
    alike = [word for word in kinds if _shared_ending(word, kind) > 1]
    before = [word for word in kinds if words[words.index(word) + 1 :][:1] == list(things[:1])]
    return next(iter([*alike, *before]), None)


def _of_kind(said: str, asked: str, things: Sequence[Token]) -> str:
    """Say which things are asked about: "только запущенные" for "все контейнеры"."""
    head = [things[0], *named_together(asked, things)][-1]
    before = _QUANTIFIER.sub("", asked[: extent(asked, things[0])[0]])
    return f"{before}{_bare(said)} {asked[extent(asked, head)[0] :]}"


def _place_of(
    said: str, content: Sequence[Token], asked: str, things: Sequence[Token]
) -> tuple[int, int] | None:
    """Return where what is said belongs in the last question; None where it is asked beside it."""
    alike = [token for token in things if token.kind == content[0].kind == "code"]
    if alike:
        return extent(asked, alike[-1])
    is_one = _is_one_name(said, content)
    name = last_name(asked) if is_name(said, content[0]) and is_one else ""
    if whole := name or (topic(asked) if len(content) > 1 and is_one else ""):
        begin = asked.rindex(whole)
        return begin, begin + len(whole)
    if len({extent(said, token) for token in content}) > 1 or not things:
        return None
    if _ARTICLE.match(said):  # "and the config?" after "where are nginx logs"
        return extent(asked, [things[0], *named_together(asked, things)][-1])
    return extent(asked, _counterpart(content[0], asked, things))


def _counterpart(token: Token, asked: str, things: Sequence[Token]) -> Token:
    """Return the thing of the last question that another one stands for.

    A name takes the place of the last name: Latin letters in Russian tell it. In English it is what
    the question says something of ("what port does postgres use"). Else it is the first thing, or
    the second where that belongs to the first and ends more alike: "логи контейнера", "а сервиса?".
    """
    if detect_language(asked) == "ru":
        names = [thing for thing in things if thing.surface.isascii()]
        if names and token.surface.isascii():
            return names[-1]
        is_pair = len(things) > 1 and asked[extent(asked, things[0])[1] : things[1].start] == " "
        return max(things[: 1 + is_pair], key=lambda thing: _shared_ending(thing, token))
    for match in _SUBJECT.finditer(asked):
        for thing in things:
            if thing.start == match.end():
                return thing
    return things[0]


def _is_one_name(said: str, content: Sequence[Token]) -> bool:
    """Tell whether words name one thing: "a named volume", "именованный том"."""
    if len(list(tokenize(_bare(said)))) > len(content):
        return False
    is_english = detect_language(said) == "en"
    return is_english or all(map(is_adjective, content[:-1]))


def _joined(text: str) -> set[str]:
    """Return the prepositions that join things of a text: "том от bind mount"."""
    return {fold(token.surface) for token in list(tokenize(text))[1:]} & PREPOSITIONS


def _shared_ending(one: Token, other: Token) -> int:
    """Return how many last letters two words share: those of one case share some."""
    return Postfix.similarity(fold(one.surface), fold(other.surface))


def _before(thing: str, text: str) -> str:
    """Return the text before a thing, with the article that it takes: "an image"."""
    article = "an" if thing[:1].lower() in _VOWELS else "a"
    return _ARTICLE_BEFORE.sub(f"{article} ", text)


def _bare(thing: str) -> str:
    return _ARTICLE.sub("", thing)
