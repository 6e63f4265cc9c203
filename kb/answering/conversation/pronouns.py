"""Pronouns that stand for what a conversation is about: "remove it", "у неё", "this one"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.answering.conversation.ellipsis import ASKING
from kb.answering.conversation.topics import last_name, topic
from kb.model import Turn
from kb.text.tokens import tokenize
from kb.text.wordforms import is_english_deed, things_in
from kb.text.words import any_of

_SAID_OF_NOTHING: Final = (
    r"it\s+(?:(?:takes?|took|matters?|seems?|depends?|makes? sense|possible)\b"
    r"|(?:necessary|safe|ok|okay|better|best|worth|good|bad|enough|required|true|normal)"
    r"\s+(?:to|that|if|for|not)\b)"
)
_STANDS_FOR: Final = re.compile(
    rf"(?<![\w-])(?!{_SAID_OF_NOTHING}){any_of('personal')}(?![\w-])", re.IGNORECASE
)
_HAS_IT: Final = re.compile(r"(?<!\w)у\s+$", re.IGNORECASE)
_WHO_HAS: Final = re.compile(r"(?<!\w)у\s+(?:сам\w+\s+)?(?P<who>[\w.-]+)", re.IGNORECASE)
_OF_A_PERSON: Final = re.compile(r"he|she|his|him|her", re.IGNORECASE)
_REMEMBERED: Final = 3
"""So many questions back somebody may be meant."""
_ONE: Final = re.compile(r"(?<![\w-])(?:this one|that one|one(?=\W*$))(?![\w-])", re.IGNORECASE)
_POINTING: Final = re.compile(
    r"(?<![\w-])(?!that\s+(?:the|a|an|i|you|we|my|there)\b)"
    rf"{any_of('this')}(?![\w-])",
    re.IGNORECASE,
)


def pronoun_in(rest: str) -> re.Match[str] | None:
    """Return the pronoun that stands for what the conversation is about.

    Where the question names a thing before a pronoun, it means that one. "This" and "это" point
    back only where the question names nothing at all: they also belong to a noun ("this error")
    or only join clauses.
    """
    tokens = list(tokenize(rest))
    if one := _ONE.search(rest):
        # "And a redis one?" asks of another kind of thing.
        before = [thing for thing in things_in(tokens) if thing.start < one.start()]
        return one if ASKING.search(rest) or all(map(is_english_deed, before)) else None
    things = things_in(tokens)
    for personal in _STANDS_FOR.finditer(rest):
        before = [token for token in tokens if token.start < personal.start()]
        # The word right before is what is done to it ("list them") or what it has: "образ у неё".
        last = -2 if _has_something(personal) else -1
        if not any(token in things for token in before[:last]):
            return personal
    return None if things else _POINTING.search(rest)


def meant_by(pronoun: re.Match[str], history: Sequence[Turn]) -> str:
    """Return what a pronoun stands for: "he" for who was named last, "it" for the last topic.

    "У неё" is who has something in the last question too.
    """
    if _has_something(pronoun):
        owners = list(_WHO_HAS.finditer(history[-1].standalone_question))
        if owners:
            return owners[-1]["who"]
    if _OF_A_PERSON.fullmatch(pronoun.group()):
        recent = reversed(history[-_REMEMBERED:])
        named = (last_name(turn.standalone_question) for turn in recent)
        if person := next(filter(None, named), ""):
            return person
    return topic(history[-1].standalone_question)


def _has_something(pronoun: re.Match[str]) -> bool:
    """Tell whether a pronoun says who has something: "у неё"."""
    return _HAS_IT.search(pronoun.string, 0, pronoun.start()) is not None
