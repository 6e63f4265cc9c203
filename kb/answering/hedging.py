"""Words by which a note tells that it is not sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.retrieval.coverage import WeightedTerm, coverage, text_terms
from kb.text.dictionary import may_be_genitive
from kb.text.sentences import split_sentences
from kb.text.statements import is_item, statements
from kb.text.tokens import fold

_NEXT_WORD: Final = re.compile(r"\s+([а-яё-]+)", re.IGNORECASE)
_SHORT: Final = 6
"""Sentences up to which a doubt anywhere is a doubt about the answer."""

_HEDGES: Final = re.compile(
    r"\b(?:"
    r"вероятно|наверное|наверно|похоже(?! на)|кажется|видимо|скорее всего|не уверен\w*"
    r"|(?P<like>вроде)(?: бы)?|(?<!это )(?<!не )(?<!как )(?<!если )возможно"
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
    doubtful = list(filter(_doubts, sentences))
    if len(sentences) <= _SHORT or not terms:
        return bool(doubtful)
    return any(coverage(terms, text_terms(one)) > 0 for one in doubtful)


def _doubts(sentence: str) -> bool:
    return any(not _likens(found) for found in _HEDGES.finditer(sentence))


def _likens(found: re.Match[str]) -> bool:
    """Tell whether a word of doubt only gives examples: `ресурсы вроде памяти`."""
    following = _NEXT_WORD.match(found.string, found.end())
    if not found["like"] or following is None:
        return False
    return may_be_genitive(fold(following[1]))


def _without_other_items(text: str, terms: Sequence[WeightedTerm]) -> str:
    """Return the text without the items that are about something else; all where none is asked."""
    lines = text.split("\n")
    told = ["\n".join(lines[own.start : own.stop]) for own in statements(text)]
    items = [one for one in told if is_item(one)]
    asked = [one for one in items if coverage(terms, text_terms(one)) > 0]
    return "\n".join(one for one in told if one in asked or one not in items) if asked else text
