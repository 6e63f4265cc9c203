"""What people say around a question: greetings, thanks, "could you tell me", "it was in my notes".

It tells nothing of what is asked, yet it moves the question's vector, and hides the words by which
the form of the answer and a follow-up are known. Only what stands at the ends of the question is
taken off, so no word between those of the question itself is lost. What is said stands in
`courtesies.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.text.words import INTERROGATIVE, any_of, read_sections

_SAID: Final = read_sections("courtesies.txt")
_ASKS: Final = rf"(?:{INTERROGATIVE}|{any_of('ask_auxiliary')}|{_SAID['asks']})"
_END: Final = r"(?:[\s,.!?…:;)—–]|-(?=\s))"
"""What may stand between a courtesy and the question."""
_STOP: Final = rf"\s*(?:[,.!…:;)—–]|-(?=\s)){_END}*"
_PAUSE: Final = rf"(?:{_STOP}|\s+)"
_BEFORE_QUESTION: Final = rf"{_PAUSE}(?={_ASKS}\b)"
_BEFORE_SPEECH: Final = rf"(?:{_STOP}|\s+(?=(?:{_ASKS}|{_SAID['speaks']})\b))"

_HEADS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^{_END}*(?:{_SAID['greetings']}|{_SAID['thanks']}){_BEFORE_SPEECH}",
        rf"^{_END}*(?:{_SAID['chatter']}|{_SAID['calls']}){_STOP}",
        rf"^{_END}*(?:\w+\s+){{0,3}}(?:question|вопрос)\b(?![^:]*\b(?:about|on|про|о|об)\b)[^:?.]{{0,30}}:\s*",
        rf"^{_END}*(?:please|pls|пожалуйста|слушай(?:те)?){_PAUSE}",
        rf"^{_END}*{_SAID['interjections']}(?:{_STOP}|{_BEFORE_QUESTION})",
        rf"^{_END}*(?:so|ok(?:ay)?|well|ну){_BEFORE_QUESTION}",
        rf"^{_END}*(?P<link>(?:а|и|ну\s+а|and|but)\s+)?(?:{_SAID['requests']}|{_SAID['wishes']}){_PAUSE}",
        rf"^{_END}*{_SAID['noted_before']}{_PAUSE}",
        rf"^{_END}*{_SAID['asking_for']}(?:{_BEFORE_QUESTION}|\s*[,:—–]\s*)",
    )
)
"""What `link` names stays: it joins a follow-up to the question before it."""
_TAILS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:(?<=[,.!?…;])\s*|\s+)(?:{_SAID['thanks']}|please|pls|plz|пожалуйста|пж|плиз){_END}*$",
        rf"(?<=[,.!?…;])\s*(?:{_SAID['chatter']}|{_SAID['greetings']}|{_SAID['noted_after']}){_END}*$",
        rf"\s+{_SAID['in_notes']}{_END}*$",
        rf"^(?P<link>what(?:'s|\s+(?:was|is|are|were|does|did))\b.*\w)\s+again{_END}*$",
        rf"^(?P<link>\W*{INTERROGATIVE}\b.*\w),?\s+(?:{_SAID['emphasis']}){_END}*$",
    )
)
_BLANKS: Final = re.compile(r"\s{2,}")
_CONDITION: Final = re.compile(r"^(?:if|whether)\s+", re.IGNORECASE)
_MOST: Final = 8
"""Courtesies that are taken off at each end; a longer chain of them is no question of a person."""


def without_courtesies(text: str) -> str:
    """Return a question without what is said around it; as it stands where nothing else is said.

    `Hi! Could you tell me where images are stored? Thanks` -> `where images are stored?`
    """
    plain = _BLANKS.sub(lambda blanks: blanks.group()[0], text)
    asked = _without(_HEADS, plain)
    if asked != plain:
        asked = _CONDITION.sub("", asked)
    asked = _without(_TAILS, asked).rstrip(" ,;")
    return asked if re.search(r"\w", asked) else text


def _without(patterns: Sequence[re.Pattern[str]], text: str) -> str:
    for _ in range(_MOST):
        before = text
        for pattern in patterns:
            text = pattern.sub(_link, text, count=1)
        if text == before:
            break
    return text


def _link(courtesy: re.Match[str]) -> str:
    return courtesy.groupdict().get("link") or ""
