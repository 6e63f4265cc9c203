"""Names of programs, services and makers that people ask for, whether their notes have them or not.

Most are in no dictionary, so each would look like a misspelt word. `names.txt` holds one a line, in
lower case, without those that are common words as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

from kb.text.sound import cyrillic_keys, latin_keys, likeness

_SURE: Final = 0.8
"""From here on a Cyrillic word is one of the names as it is spoken."""


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Return the names."""
    return frozenset(files("kb.text").joinpath("names.txt").read_text(encoding="utf-8").split())


def is_spoken_name(word: str, stem: str) -> bool:
    """Tell whether a Cyrillic word is one of the names as it sounds: `свелт`.

    Args:
        word: In lower case, `ё` as `е`.
        stem: Its Russian stem.
    """
    near = (name for key in cyrillic_keys(word, stem) for name in _by_key().get(key, ()))
    return any(likeness(word, stem, name) >= _SURE for name in near)


@lru_cache(maxsize=1)
def _by_key() -> Mapping[str, Sequence[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(names()):
        for key in latin_keys(name):
            found[key].append(name)
    return found
