"""The programs without sub-commands that a question names: `grep`, `tar`.

Many are called like a word (`find`, `sort`, `which`), so it tells where one stands.
"""

from __future__ import annotations

import re
from typing import Final

from kb.text.programs import DOCKER_GROUPS, PROGRAMS, WITH_SUBCOMMANDS

_WORD: Final = re.compile(r"(?<![\w./-])[a-z][\w-]*(?![\w/])")
_BEFORE: Final = re.compile(
    r"(?<![\w-])(?:of|in|for|with|command|program|у|в|для|к|команд\w*|программ\w*|утилит\w*)\s+$"
)
_FLAG_AFTER: Final = re.compile(r"\s+--?\w")
_NO_OWNER: Final = WITH_SUBCOMMANDS | DOCKER_GROUPS | {"which"}


def programs_asked(text: str) -> set[str]:
    """Return the programs whose flags a question may ask for, wherever they stand in it."""
    return {word for word, _, _ in _programs(text.lower())}


def programs_named(text: str) -> set[str]:
    """Return the programs that a question surely names: before a flag, or after "of", "in"."""
    lower = text.lower()
    return {
        word
        for word, start, end in _programs(lower)
        if _FLAG_AFTER.match(lower, end) or _BEFORE.search(lower[:start])
    }


def _programs(text: str) -> list[tuple[str, int, int]]:
    """Return each program with its offsets, but for what is a sub-command there (`docker cp`)."""
    found: list[tuple[str, int, int]] = []
    before = ""
    for match in _WORD.finditer(text):
        word = match.group()
        is_own = before not in WITH_SUBCOMMANDS | DOCKER_GROUPS
        if word in PROGRAMS - _NO_OWNER and is_own:
            found.append((word, match.start(), match.end()))
        before = word
    return found
