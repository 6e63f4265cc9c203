"""Elliptical questions made whole: "а только запущенные?", "and on the server?", "а удалить?".

What is said takes the place of its counterpart in the last question: a thing that of a thing
(`replaced_thing`), a deed that of a deed (`replaced_deed`), "у redis" that of "у postgres"
(`replaced_phrase`), "где" that of "сколько". What has no counterpart there is asked beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.answering.conversation.replaced_deed import with_deed
from kb.answering.conversation.replaced_phrase import at_another_time, with_label, with_phrase
from kb.answering.conversation.replaced_thing import ONES, beside_things, with_thing
from kb.answering.conversation.topics import is_asked_for, main_things, topic
from kb.answering.conversation.whole_words import stripped, surface
from kb.text.language import detect_language
from kb.text.tokens import Token, fold, is_stop_word, tokenize
from kb.text.wordforms import PREPOSITIONS, is_adjective, is_infinitive, is_manner, things_in
from kb.text.words import INTERROGATIVE, any_of

ASKING: Final = re.compile(
    rf"\b(?:{INTERROGATIVE}|{any_of('ask_auxiliary')}|можно)\b", re.IGNORECASE
)
_ASKING_PHRASE: Final = re.compile(
    rf"^\W*(?:how (?:long|many|much|often|big|do|to|can|should)|{INTERROGATIVE})\b\s*",
    re.IGNORECASE,
)
_ONLY_ASKS: Final = re.compile(
    rf"^\W*(?:{any_of('ask_circumstance', 'ask_person')}|how (?:long|many|much|often|big))\W*$",
    re.IGNORECASE,
)
_MEASURE: Final = re.compile(
    r"^\W*(?:(?:на|в|за|до|от|по|с|при|из|для|под|у|к|о|at|in|on|from|for|to|with|by)\s+)?"
    rf"(?:сколько|{any_of('ask_which')}|how (?:many|much)|what)(?:\s+по)?\s+[^\W\d_]+\W*$",
    re.IGNORECASE,
)
_COMPARES: Final = re.compile(
    r"^\W*(?P<head>чем|в ч[её]м (?:разница|отличие)|(?:what(?:'s| is) )?(?:the )?difference)"
    r"\s+(?P<tail>(?:отлич\w+\s+от|с|со|от|from|with|to)\s.+)$",
    re.IGNORECASE,
)
_TO_THE_ASSISTANT: Final = re.compile(r"\b(?:you|ты|вы|тебя|вас|тебе|вам)\b", re.IGNORECASE)
_SHORT: Final = 3
"""An ellipsis has no more content than so many tokens."""
_MOST_WORDS: Final = 6
"""Nor more words than so many, the small ones included."""


def compared(question: str, previous: str) -> str | None:
    """Return a comparison with its first side: "чем отличается от образа?"; None for others."""
    match = _COMPARES.match(question)
    side = topic(previous) if match else ""
    if match is None or not side:
        return None
    link = "" if detect_language(question) == "ru" else "of "
    return f"{match['head']} {link}{side} {match['tail']}"


def conditional(rest: str, previous: str) -> str | None:
    """Return the last question under a condition: "если он запущен?"; None for others."""
    is_condition = re.match(r"\W*(?:если|if)\b", rest, re.IGNORECASE)
    if not is_condition or rest.count(" ") >= _MOST_WORDS or "," in rest:
        return None
    return f"{stripped(previous)} {stripped(rest)}"


def is_fragment(rest: str) -> bool:
    """Tell whether a question without a lead-in is a part of one: "in the background?"."""
    tokens = list(tokenize(rest))
    if not rest.rstrip().endswith("?") or not tokens or len(tokens) > _MOST_WORDS:
        return False
    if _ONLY_ASKS.match(rest) or _MEASURE.match(rest) or ONES.search(rest):
        return True
    if any(token.kind == "flag" for token in tokens):
        return False
    if ASKING.search(rest):
        return not things_in(tokens) and not _TO_THE_ASSISTANT.search(rest)
    content = [token for token in tokens if not is_stop_word(token)]
    return len(content) <= 1 or _begins_openly(tokens[0])


def completed(rest: str, previous: str, *, before_tail: str | None = None) -> str | None:
    """Return an ellipsis as a whole question; None where it is whole already.

    Args:
        rest: What was typed, without its lead-in ("а", "and").
        previous: The last question, whole.
        before_tail: The last question without what was only added to its end; the same by default.
    """
    tokens = list(tokenize(rest))
    content = [token for token in tokens if not is_stop_word(token)]
    if not tokens or len(content) > _SHORT:
        return None
    said, asked = stripped(rest), stripped(previous)
    kept = stripped(previous if before_tail is None else before_tail)
    if ASKING.search(rest):
        return _asked_otherwise(said, tokens, asked)
    said, asked, kept = with_label(said, asked, kept)
    tokens = list(tokenize(said))
    content = [token for token in tokens if not is_stop_word(token)]
    if not tokens:
        return asked
    if fold(tokens[0].surface) in PREPOSITIONS:
        return with_phrase(said, asked) or f"{kept} {said}"
    is_open = _begins_openly(tokens[0]) and not all(map(is_adjective, content))
    if is_open or all(map(is_manner, content)):
        return at_another_time(said, asked) or f"{kept} {said}"
    return with_deed(said, content, asked) or with_thing(said, content, asked)


def _begins_openly(token: Token) -> bool:
    word = fold(token.surface)
    return word in PREPOSITIONS or word in {"только", "лишь", "only", "just"}


def _asked_otherwise(said: str, tokens: Sequence[Token], asked: str) -> str | None:
    """Ask something else of the same: "а где?", "сколько минут?", "а как вернуть обратно?"."""
    if _ONLY_ASKS.match(said):
        return f"{said} {_ASKING_PHRASE.sub('', asked, count=1)}"
    if _MEASURE.match(said):
        return beside_things(said, asked)
    if things_in(tokens):
        return None
    old = next(filter(is_infinitive, tokenize(asked)), None)
    if old is not None and is_infinitive(tokens[-1]):
        objects = [one for one in main_things(asked) if one.start < old.start]
        wanted = [surface(asked, one) for one in objects if is_asked_for(one, asked)]
        return " ".join([said, *wanted]) + asked[old.start + len(old.surface) :]
    return beside_things(said, asked)
