"""From text to index terms: stemmed words, and code tokens kept whole.

`docker run --rm -v /data:/var/lib/postgresql/data` gives the words' stems, the flags `--rm` and
`-v`, and the paths both whole and in words. English and Russian stems are Snowball's (Porter 2).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from kb.text.dates import date_terms
from kb.text.stopwords import KEYWORDS, STOP_WORDS
from kb.text.transliteration import latin_form

TokenKind = Literal["word", "flag", "code"]

_FLAG: Final = r"(?<![\w-])--?[A-Za-z][\w-]*"
_CODE: Final = (
    r"[\w.$~%@-]*(?:(?::[/\\]{1,2}|[/\\:=_@.$])[\w.$~%@-]+)+[/\\]?"  # paths, name:tag, file.ext
    r"|(?=[A-Za-z]*\d)[A-Za-z\d][\w.-]*"  # numbers, versions, ids
)
_WORD: Final = r"[^\W\d_]+"
_TOKEN: Final = re.compile(f"(?P<flag>{_FLAG})|(?P<code>{_CODE})|(?P<word>{_WORD})")
_WORD_IN_CODE: Final = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])|\d+")
_HEXADECIMAL: Final = re.compile(r"(?=\w*\d)[\da-f]{7,}")
_DASHES: Final = str.maketrans({"‐": "-", "‑": "-", "‒": "-", "−": "-", "\u00a0": " "})
_LONG_ROOT: Final = 5
_MAX_TERM: Final = 120
"""Longer tokens are data (a key, base64), not words anybody asks for."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text as it stands, with the term it is indexed under."""

    surface: str
    kind: TokenKind
    term: str
    start: int
    """Offset of the first character."""


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in order; stop words are yielded too.

    A flag keeps its dashes; a code token (path, `name:tag`, `file.ext`, `NAME_WITH_UNDERSCORE`,
    number, a function word that is a keyword in capitals) is kept whole, and its trailing
    punctuation is not a part of it.
    """
    for match in _matches(text):
        if token := _token(match.group(), match.lastgroup, match.start()):
            yield token


def _matches(text: str) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(text.translate(_DASHES))


def _token(matched: str, group: str | None, start: int) -> Token | None:
    """Return the token of what a group of `_TOKEN` has matched; None where nothing is left."""
    surface = matched.rstrip(".:=@-").lstrip("=:") if group == "code" else matched
    if not surface:
        return None
    if group == "flag":
        return Token(surface, "flag", surface.lower(), start)
    if surface in KEYWORDS or (group == "code" and not surface.isalpha()):
        return Token(surface, "code", fold(surface), start)
    return Token(surface, "word", stem(surface), start)


def fold(text: str) -> str:
    """Return the text in lower case with `ё` as `е`."""
    return text.lower().replace("ё", "е")


def is_stop_word(token: Token) -> bool:
    """Tell whether the token is a function word (never a flag or code)."""
    return token.kind == "word" and fold(token.surface) in STOP_WORDS


def analyze(text: str) -> list[str]:
    """Return the index terms of a text, in order, with repetitions.

    Function words are left out. A code token or a `camelCase` name gives itself and the stems of
    the words in it, so that `compose.yaml` is found by its whole name and by `compose`. The terms
    of the text's dates come last (`date_terms`).
    """
    terms = [term for match in _matches(text) for term in _terms(match.group(), match.lastgroup)]
    held = set(terms)
    return [*terms, *(term for term in date_terms(text) if term not in held)]


@lru_cache(maxsize=100_000)
def _terms(matched: str, group: str | None) -> tuple[str, ...]:
    """Return the index terms of what a group of `_TOKEN` has matched."""
    token = _token(matched, group, 0)
    if token is None or is_stop_word(token) or len(token.term) > _MAX_TERM:
        return ()
    inside = _words_inside(token.surface) if token.kind != "flag" else ()
    return (token.term, *inside)


def _words_inside(surface: str) -> Iterator[str]:
    if _HEXADECIMAL.fullmatch(surface):
        return
    for match in _WORD_IN_CODE.finditer(surface):
        word = match.group()
        if len(word) > 1 and word != surface and fold(word) not in STOP_WORDS:
            yield stem(word)


_local = threading.local()


def _stemmers() -> tuple[object, object]:
    import Stemmer

    if not hasattr(_local, "pair"):
        # A stemmer keeps state while it works, so each thread has its own.
        _local.pair = (Stemmer.Stemmer("english"), Stemmer.Stemmer("russian"))
    pair: tuple[object, object] = _local.pair
    return pair


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return a word's stem; a Russian spelling of a Latin term gives that term's stem.

    `образы` -> `образ`, `images` -> `imag`, `докере` -> `docker`.
    """
    english, _ = _stemmers()
    folded = fold(word)
    if not is_cyrillic(folded):
        return str(english.stemWord(folded))  # type: ignore[attr-defined]
    root = russian_stem(folded)
    latin = spoken_latin(folded)
    root = _without_aspect(root)
    return str(english.stemWord(latin)) if latin else root  # type: ignore[attr-defined]


def spoken_latin(folded: str) -> str | None:
    """Return the Latin term that a lowercase Russian word spells by the table, or None."""
    return latin_form(russian_stem(folded)) or latin_form(folded)


def russian_stem(folded: str) -> str:
    """Return Snowball's stem of a Russian word in lower case, with `ё` as `е`."""
    _, russian = _stemmers()
    return str(russian.stemWord(folded))  # type: ignore[attr-defined]


def _without_aspect(root: str) -> str:
    """Bring both aspects of a Russian verb to one form: `скачива` and `скача` to `скач`.

    Snowball leaves them apart, yet a question says `скачать` where the note says `скачиваем`.
    """
    if len(root) < _LONG_ROOT:
        return root
    for ending in ("ыва", "ива"):
        if root.endswith(ending):
            return root.removesuffix(ending)
    return root[:-1] if root[-1] in "ая" else root


def is_cyrillic(word: str) -> bool:
    """Tell whether a lowercase word has Russian letters."""
    return any("а" <= character <= "я" for character in word)
