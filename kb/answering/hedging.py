"""Words by which a note tells that it is not sure."""

from __future__ import annotations

import re
from typing import Final

_HEDGES: Final = re.compile(
    r"\b(?:"
    r"вероятно|наверное|наверно|похоже|кажется|видимо|вроде|возможно|скорее всего|не уверен\w*"
    r"|пока не (?:знаю|понятно|ясно|разобрал\w*)|не знаю|насколько (?:я )?(?:помню|знаю|понимаю)"
    r"|probably|perhaps|maybe|apparently|presumably|possibly|seems?|not (?:quite |entirely )?sure"
    r"|i (?:think|guess|believe)|i don'?t know|as far as i (?:know|remember)|supposedly|likely"
    r")\b",
    re.IGNORECASE,
)


def is_hedged(text: str) -> bool:
    """Tell whether the text doubts what it says."""
    return bool(_HEDGES.search(text))
