"""A phrase, a time or a label in the place of the last question's: "и на сервере?", "а 4.3?"."""

from __future__ import annotations

import re
from typing import Final

from kb.answering.conversation.topics import labels_in
from kb.answering.conversation.whole_words import replaced, surface
from kb.text.tokens import fold, is_stop_word, tokenize
from kb.text.wordforms import PREPOSITION_PAIRS, PREPOSITIONS, TIMES
from kb.text.words import any_of

_ON_SYSTEM: Final = re.compile(
    rf"(?:в|на|под|для|in|on|under|for) {any_of('system')}(?!\w)", re.IGNORECASE
)
_WHICH_ONE: Final = re.compile(r"(?:[еоыи]й|[еоыи]м|[ыи]х)$")
"""How "следующей" ends, and "другом"; what has no noun of its own."""


def with_phrase(said: str, asked: str) -> str | None:
    """Put a phrase with a preposition in the place of one with the same; None where none is."""
    preposition = fold(next(iter(tokenize(said))).surface)
    same = {preposition, *PREPOSITION_PAIRS.get(preposition, ())}
    tokens = list(tokenize(asked))
    places = [n for n, token in enumerate(tokens) if fold(token.surface) in same]
    if _ON_SYSTEM.fullmatch(said):
        # "В линуксе" takes the place of "на винду".
        places = [n for n, token in enumerate(tokens) if _ON_SYSTEM.match(asked, token.start)]
    if not places:
        return None
    begin = places[-1]
    after = (n for n in range(begin + 1, len(tokens)) if fold(tokens[n].surface) in PREPOSITIONS)
    end = next(after, None)
    tail = f" {asked[tokens[end].start :]}" if end is not None else _noun_left_out(said, asked)
    return asked[: tokens[begin].start] + said + tail


def _noun_left_out(said: str, asked: str) -> str:
    """Return the noun that "на следующей" means after "на этой неделе"."""
    own, words = list(tokenize(said)), list(tokenize(asked))
    is_open = len(own) == 2 and _WHICH_ONE.search(own[1].surface)
    if is_open and len(words) > 1 and fold(words[-2].surface) not in PREPOSITIONS:
        return f" {surface(asked, words[-1])}"
    return ""


def at_another_time(said: str, asked: str) -> str | None:
    """Put "зимой" in the place of "летом"; None where there is no such place."""
    old = next((token for token in tokenize(asked) if fold(token.surface) in TIMES), None)
    is_time = all(fold(token.surface) in TIMES for token in tokenize(said))
    return replaced(asked, old, said) if old and is_time else None


def with_label(said: str, asked: str, kept: str) -> tuple[str, str, str]:
    """Put a label in the place of the last question's: E15 for UE, 4.3 for 4.2.

    Returns:
        What is said beside it; the last question, and as much of it as is kept, with the label.
    """
    own, old = labels_in(said), labels_in(asked)
    if len(own) != 1 or len(old) != 1:
        return said, asked, kept
    label = surface(said, own[0])
    rest = " ".join(replaced(said, own[0], "").split())
    if all(is_stop_word(one) or fold(one.surface) in PREPOSITIONS for one in tokenize(rest)):
        rest = ""
    also = labels_in(kept)
    kept = replaced(kept, also[0], label) if also else kept
    return rest, replaced(asked, old[0], label), kept
