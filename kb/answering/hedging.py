"""Words by which a note tells that it is not sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.retrieval.coverage import WeightedTerm, coverage, text_terms
from kb.text.sentences import split_sentences
from kb.text.statements import is_item, statements

_SHORT: Final = 6
"""Sentences up to which a doubt anywhere is a doubt about the answer."""

_HEDGES: Final = re.compile(
    r"\b(?:"
    r"вероятно|наверное|наверно|похоже|кажется|видимо|вроде|возможно|скорее всего|не уверен\w*"
    r"|пока не (?:знаю|понятно|ясно|разобрал\w*)|не знаю|насколько (?:я )?(?:помню|знаю|понимаю)"
    r"|probably|perhaps|maybe|apparently|presumably|possibly|seems?|not (?:quite |entirely )?sure"
    r"|i (?:think|guess|believe)|i don'?t know|as far as i (?:know|remember)|supposedly|likely"
    r")\b",
    re.IGNORECASE,
)


def is_hedged(text: str, terms: Sequence[WeightedTerm] = ()) -> bool:
    """Tell whether the text doubts what it says.

    Args:
        text: What is quoted.
        terms: The question's content; of a list only the items that hold some of it count, and in
            a long text only a sentence that speaks of it.
    """
    text = _without_other_items(text, terms)
    sentences = [one for line in text.split("\n") for one in split_sentences(line) if one.strip()]
    doubtful = [one for one in sentences if _HEDGES.search(one)]
    if len(sentences) <= _SHORT or not terms:
        return bool(doubtful)
    return any(coverage(terms, text_terms(one)) > 0 for one in doubtful)


def _without_other_items(text: str, terms: Sequence[WeightedTerm]) -> str:
    """Return the text without the items that are about something else; all where none is asked."""
    lines = text.split("\n")
    told = ["\n".join(lines[own.start : own.stop]) for own in statements(text)]
    items = [one for one in told if is_item(one)]
    asked = [one for one in items if coverage(terms, text_terms(one)) > 0]
    return "\n".join(one for one in told if one in asked or one not in items) if asked else text
