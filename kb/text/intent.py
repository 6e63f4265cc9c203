"""What form of answer a question asks for, read from its words."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from kb.text.words import any_of


class Intent(StrEnum):
    """The form of answer that fits a question."""

    FLAG = "flag"
    """What does this flag do."""
    HOW_TO = "how_to"
    """A command or the steps to do something."""
    DEFINITION = "definition"
    PLACE = "place"
    TROUBLE = "trouble"
    """Something fails; what fixes it."""
    COMPARISON = "comparison"
    LIST = "list"
    YES_NO = "yes_no"
    WHY = "why"
    OTHER = "other"


def _any_of(lines: str, *, anchor: str = r"\b") -> re.Pattern[str]:
    """Compile a pattern that finds any of the lines (each a regular expression) as words."""
    return re.compile(f"{anchor}(?:{'|'.join(lines.split(chr(10))[1:-1])})\\b", re.IGNORECASE)


# In order: the first that fits is taken.
_PATTERNS: Final[tuple[tuple[Intent, re.Pattern[str]], ...]] = (
    (
        Intent.COMPARISON,
        _any_of(r"""
differ\w*|versus|vs\.?|compare\w*
чем\b.*\bотлича\w+|отличи[ея]\w*|отличается
разниц\w+|сравн\w+
"""),
    ),
    (
        Intent.TROUBLE,
        _any_of(r"""
errors?|fails?|failed|failing|broken|crash\w*|doesn'?t work|not working|won'?t|can'?t|cannot
could not|fix|fixed|refused|denied|hangs?|stuck|problem
ошибк\w*|не работает|не запуска\w+|не стартует|не удается|не могу|падает|сломал\w*
исправить|починить|зависа\w+|висит|проблем\w*|ругается
"""),
    ),
    (Intent.WHY, re.compile(r"^\W*(why|почему|зачем|отчего)\b", re.IGNORECASE)),
    (
        Intent.HOW_TO,
        # Before definitions: "what is the command to rename a file" asks for a deed.
        _any_of(r"""
what(?: is|'?s) the (command|flag|option|switch|way) (to|for|that)
"""),
    ),
    (
        Intent.DEFINITION,
        _any_of(r"""
what (is|are|was)|what's|whats|define|definition|meaning of|consists? of
что такое|что за|что значит|что означает|определение|кто такой|состо[ия]т
"""),
    ),
    (
        Intent.PLACE,
        _any_of(r"""
where|which (folder|directory|path|file)
где|куда|откуда|в какой папке
"""),
    ),
    (
        Intent.HOW_TO,
        _any_of(r"""
how (do|to|can|does one|would)|how'?d|command (to|for|that)
как (мне |можно |же )?\w+(ть|ти|чь|ться|тись)
команд\w+ (для|чтобы)|какой командой|чем (можно )?\w+(ть|ти)
"""),
    ),
    (
        Intent.HOW_TO,
        # A bare order: "delete a branch", "посмотреть логи".
        re.compile(rf"^\W*(?:{any_of('deed')}|[а-яё]+(?:ть|ти|чь|ться|тись))\b", re.IGNORECASE),
    ),
    (
        Intent.LIST,
        _any_of(r"""
list|which|what \w+s (are|do|should)
какие|каких|перечисли\w*|список
"""),
    ),
    (
        Intent.YES_NO,
        _any_of(
            r"""
\W*(is|are|does|do|can|could|will|would|should|has|have|must)
.*\bли
""",
            anchor="^",
        ),
    ),
)


_ALL_FLAGS: Final = _any_of(r"""
flags|options|switches|arguments|parameters
флаги|флагов|ключи|ключей|опции|опций|параметры|параметров|аргументы|аргументов
""")
_EXAMPLE: Final = _any_of(r"""
examples?|sample|show me
пример\w*|образец|покажи\w*
""")


_LINK: Final = _any_of(r"""
(?<!to )(?<!i )links? (to|for|about)|links?(?=\W*$)|urls?|hyperlinks?
ссылк\w+|урл\w?
""")


def asks_for_link(text: str) -> bool:
    """Tell whether a question wants the address of a page."""
    return _LINK.search(text) is not None


def asks_for_flags(text: str) -> bool:
    """Tell whether a question asks for the flags of a command, not for a named one."""
    return _ALL_FLAGS.search(text) is not None


def asks_for_example(text: str) -> bool:
    """Tell whether a question wants to see how something looks."""
    return _EXAMPLE.search(text) is not None


def detect_intent(text: str, *, has_flag: bool) -> Intent:
    """Return the form of answer that a question asks for.

    Args:
        text: The question.
        has_flag: The question names a flag; unless it asks for a difference or tells of a
            failure, it asks for the flag's meaning.
    """
    intent = next((intent for intent, pattern in _PATTERNS if pattern.search(text)), Intent.OTHER)
    if has_flag and intent not in {Intent.COMPARISON, Intent.TROUBLE, Intent.WHY}:
        return Intent.FLAG
    return intent
