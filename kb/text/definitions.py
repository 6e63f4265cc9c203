"""How a sentence says what a term is: `X - это …`, `X is a …`, `X stands for …`."""

from __future__ import annotations

import re
from typing import Final

from kb.text.dates import dates
from kb.text.words import any_of

_VERB: Final = r"это|означает|обозначает|называется|means|stands\s+for|refers\s+to"
_COPULA: Final = r"is|are"
_DASH: Final = r"[-–—]"
_DASH_DEFINES: Final = re.compile(
    rf"(?P<term>[^\s,:;!?\-–—][^,:;!?\n]{{0,80}}?)\s+{_DASH}\s+(?=\S)"
    r"(?!(?:и|а|но|and|but|or)\b)(?P<is>это\b)?",
    re.IGNORECASE,
)
_VERB_DEFINES: Final = re.compile(
    rf"(?P<term>[^\s,:;!?\-–—][^,:;!?\n]{{0,60}}?)\s+(?:{_VERB}|(?:{_COPULA})\s+(?:an?|the))\s+(?=\S)",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(rf"\s+(?:{_DASH}\s*это|{_DASH}|:|{_VERB}|{_COPULA})\s+|:\s")
"""What stands between a term and its meaning, where it is known that a text defines."""
_NO_TERM: Final = re.compile(
    rf"(?:{any_of('personal', 'this', 'that', 'there')}|we|you|which|what|who|"
    r"мы|я|вы|всё|все|так|если|когда|потом)\b"
    r"|.*\b(?:за|про|из|на|для|в|всё|все|если|that|if)$"
    r"|.*[^\W\d_]{3}\.\s",
    re.IGNORECASE,
)
_INFINITIVE: Final = re.compile(r".*[а-яё]{2,}(?:ть|ться)$", re.IGNORECASE)
_CONDITION: Final = re.compile(r".*\s[<>≤≥≠]=?\s")
_LONGEST_TERM: Final = 7
"""Words."""


def defined_term(plain: str) -> str | None:
    """Return the term that a text begins by defining; None where it begins otherwise.

    Args:
        plain: Text without Markdown's marks.
    """
    match = _DASH_DEFINES.match(plain)
    if match is not None:
        # `Сеть - это …` names a thing, `Удалить - опасно` an action.
        is_action = match["is"] is None and _INFINITIVE.match(match["term"])
        is_case = _begins_with_date(match["term"]) or _CONDITION.match(match["term"])
        return None if is_action or is_case else _as_term(match["term"], _LONGEST_TERM)
    match = _VERB_DEFINES.match(plain)
    if match is None or _INFINITIVE.match(match["term"]):
        return None
    return _as_term(match["term"], _LONGEST_TERM // 2)


def _begins_with_date(text: str) -> bool:
    return any(span.start == 0 for span in dates(text))


def term_and_meaning(text: str) -> tuple[str, str]:
    """Return what stands before and after the first words that define, or a colon.

    Args:
        text: A text or sentence that is known to define, in Markdown; where it has no such words,
            all of it is the term and the meaning is empty.
    """
    term, *meaning = _BETWEEN.split(text, maxsplit=1)
    return term, "".join(meaning)


def _as_term(term: str, most_words: int) -> str | None:
    is_term = len(term.split()) <= most_words and not _NO_TERM.match(term)
    return term if is_term else None
