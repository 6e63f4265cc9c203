"""Words as they are spelt in haste: `чё` is `что`, `incl` is `including`, `dont` is `don't`.

They are no typing errors, so nothing else puts them right, and models read them as something else.
Only spellings are listed that mean nothing else in a technical note.
"""

from __future__ import annotations

import re
from typing import Final

from kb.text.words import INTERROGATIVE

_TABLE: Final = """
что че чё чо шо што
сейчас щас ща щаз
сколько скока скок сколко
вообще ваще вобще
когда када кагда
чтобы чтоб шоб
только токо
надо нада
почему почемуто почиму
нормально норм
including incl
without w/o
with w/
something smth sth
about abt
between btwn
don't dont
doesn't doesnt
can't cant
isn't isnt
won't wont
what's whats
where's wheres
how's hows
I'm im
want_to wanna
going_to gonna
have_to gotta
"""
_SPELT_OUT: Final[dict[str, str]] = {
    short: full.replace("_", " ")
    for full, *shorts in map(str.split, _TABLE.strip().splitlines())
    for short in shorts
}
_SHORT: Final = re.compile(
    rf"(?<![\w/.@-])(?:{'|'.join(map(re.escape, _SPELT_OUT))})(?![\w/.@-])",
    re.IGNORECASE,
)
_PARTICLE: Final = re.compile(
    rf"\b(?!(?:{INTERROGATIVE}|чей|чья|чь[её]|чьи)-)"
    r"([А-Яа-яЁё]{3,})-(?:то|ка|таки)\b"
)
"""A word with a particle that says nothing (`где-то` is a word of its own)."""


def spelt_out(text: str) -> str:
    """Return a text with its colloquial spellings written out, without particles."""
    plain = _PARTICLE.sub(r"\1", text)
    return _SHORT.sub(lambda short: _SPELT_OUT[short.group().lower()], plain)
