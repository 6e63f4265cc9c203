"""A deed in the place of the last question's: "а удалить?", "and stop it?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.answering.conversation.replaced_thing import beside_things
from kb.text.language import detect_language
from kb.text.tokens import Token, fold, tokenize
from kb.text.wordforms import PREPOSITIONS, is_adjective, is_english_deed, is_infinitive

_DEED_IN_ENGLISH: Final = re.compile(
    r"\b(?:(?:do|can|should|could|must)\s+(?:i|we|you)|how\s+to|to)\s+(?P<deed>[a-z]+)",
    re.IGNORECASE,
)


def with_deed(said: str, content: Sequence[Token], asked: str) -> str | None:
    """Put a deed in the place of the old one; None where none is said.

    Args:
        said: What was typed, without its mark.
        content: Its content tokens, at least one.
        asked: The last question, without its mark.
    """
    first = content[0]
    if is_infinitive(first):
        old = next(filter(is_infinitive, tokenize(asked)), None)
        span = (old.start, old.start + len(old.surface)) if old else None
    elif first.start == 0 and is_english_deed(first) and detect_language(said) == "en":
        match = _DEED_IN_ENGLISH.search(asked)
        span = match.span("deed") if match else None
    else:
        return None
    if span is None:
        return beside_things(said, asked) if is_infinitive(first) else None
    own = [token for token in content[1:] if not is_adjective(token)]
    phrase = _phrase_start(said)
    if own and own[0].start > phrase:  # "добавить в группу": to what, but not what
        return asked[: span[0]] + said[:phrase].rstrip() + asked[span[1] :] + f" {said[phrase:]}"
    return asked[: span[0]] + said + ("" if own else asked[span[1] :])


def _phrase_start(said: str) -> int:
    """Return where the first phrase with a preposition begins; the length where none does."""
    # After a deed "to" is one.
    starts = (t.start for t in tokenize(said) if fold(t.surface) in PREPOSITIONS | {"to"})
    return next(starts, len(said))
