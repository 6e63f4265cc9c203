"""Term translations between the two languages, for the lexical arm.

The table `terms.tsv` (Russian stem, English stem, weight 0..1) is learnt from aligned technical
documentation by `ingest.training.terms`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib.resources import files

Translations = tuple[tuple[str, float], ...]
"""(stem in the other language, weight 0..1), heaviest first."""


def translations(stem: str) -> Translations:
    """Return the stems that translate this one; empty where the table knows none."""
    return _table().get(stem, ())


def known_stems() -> Collection[str]:
    """Return the stems of both languages that have a translation."""
    return _table().keys()


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Translations]:
    both_ways: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    text = files("kb.text").joinpath("terms.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        russian, english, weight = line.split("\t")
        both_ways[russian].append((english, float(weight)))
        both_ways[english].append((russian, float(weight)))
    return {
        stem: tuple(sorted(pairs, key=lambda pair: -pair[1])[:6])
        for stem, pairs in both_ways.items()
    }
