"""When two ways to write a flag are one flag."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_ONE_LETTER: Final = len("-p")


def has_one_letter(flag: str) -> bool:
    """Tell whether a flag is one letter: then its case tells it apart (`-p`, `-P`)."""
    return len(flag) == _ONE_LETTER


def is_same_flag(asked: str, written: str) -> bool:
    """Tell whether a flag is meant by what was asked for, which may be in another case.

    Args:
        asked: As the question has it, with its dashes.
        written: As a note has it.
    """
    if has_one_letter(asked):
        return asked == written
    return asked.lower() == written.lower()


@lru_cache(maxsize=1_000)
def standing_alone(words: str) -> re.Pattern[str]:
    """Return what finds a flag, or other words, where they are no part of longer ones."""
    return re.compile(rf"(?<![\w-]){re.escape(words)}(?![\w-])")
