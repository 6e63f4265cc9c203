"""Russian typed in Latin letters: `kak udalit konteyner` is `как удалить контейнер`.

People do not follow a standard: `y` is `ы` or `й`, `h` and `kh` are `х`, and the soft sign is
left out. So a word has several readings, and whoever knows the words chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Final

_READINGS: Final[dict[str, tuple[str, ...]]] = {
    "shch": ("щ",), "sch": ("щ", "сч"), "zh": ("ж",), "kh": ("х",), "ts": ("ц", "тс"),
    "ch": ("ч",), "sh": ("ш",), "yu": ("ю",), "ju": ("ю",), "ya": ("я",), "ja": ("я",),
    "yo": ("е",), "jo": ("е",), "ye": ("е", "ые"), "je": ("е", "ые"), "a": ("а",), "b": ("б",),
    "v": ("в",), "w": ("в",), "g": ("г",), "d": ("д",), "e": ("е", "э"), "z": ("з",), "i": ("и",),
    "j": ("й", "ж"), "k": ("к",), "l": ("л",), "m": ("м",), "n": ("н",), "o": ("о",), "p": ("п",),
    "r": ("р",), "s": ("с",), "t": ("т",), "u": ("у",), "f": ("ф",), "h": ("х",), "c": ("ц", "к"),
    "y": ("й", "ы"), "x": ("х", "кс"), "q": ("к",), "'": ("ь",),
}  # fmt: skip
_SOUND: Final = re.compile("|".join(sorted(_READINGS, key=len, reverse=True)))
_SOFT: Final = re.compile(r"(?<=[бвджзлмнпрстчшщ])(?=[бвгджзклмнпрстфхцчшщеёюя]|$)")
_CUT_INFINITIVE: Final = re.compile(
    r"\b((?:как|чем|можно|нельзя|нужно|надо|чтобы|хочу|могу)\s+(?:(?:мне|ли|бы|его|ее|их)\s+)?"
    r"[а-яё]*[бвгджзйклмнпрстфхцчшщ][аиеуыяо]т)(ся)?\b",
    re.IGNORECASE,
)
_NO_SYLLABLE: Final = re.compile(r"[бвгджзклмнпрстфхцчшщ]й|(?:^|[аеиоуыэюя])ы")
_MOST: Final = 32


def cyrillic_readings(word: str) -> tuple[str, ...]:
    """Return what a word in Latin letters may be in Russian ones; those with a soft sign last.

    Args:
        word: In lower case.
    """
    if not word or _SOUND.sub("", word):
        return ()
    choices = [_READINGS[sound] for sound in _SOUND.findall(word)]
    plain = ["".join(chosen) for chosen in islice(product(*choices), _MOST)]
    plain = [reading for reading in plain if not _NO_SYLLABLE.search(reading)]
    return tuple(dict.fromkeys([*plain, *(soft for one in plain for soft in _softened(one))]))


def with_infinitives(text: str) -> str:
    """Give verbs that must be infinitives the soft sign that was left out: `как удалит`."""
    return _CUT_INFINITIVE.sub(lambda cut: f"{cut.group(1)}ь{cut.group(2) or ''}", text)


def _softened(reading: str) -> Iterator[str]:
    """Yield a word with one soft sign more, at each place where one may stand."""
    for place in _SOFT.finditer(reading):
        yield f"{reading[: place.start()]}ь{reading[place.start() :]}"
