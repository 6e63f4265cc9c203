"""Which encoding bytes without a byte order mark are in, and whether they are text at all."""

from __future__ import annotations

import codecs
import math
import re
from typing import Final

_SAMPLE_BYTES: Final = 65536
_CONTROL: Final = frozenset(range(32)) - {7, 8, 9, 10, 12, 13, 27}
_FEW_CONTROL: Final = 8
_MOST_CONTROL: Final = 0.005
"""Share of control characters above which a file, unless it has but a few, is no text."""
_WIDE: Final = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_LATER_SCRIPTS: Final = re.compile(r"[^\0-\u052f]+")
"""Letters other than Latin, Greek and Cyrillic ones."""
_MOST_LETTERS: Final = 0.7

_MIXED_WORD: Final = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_NOT_ASCII: Final = re.compile(rb"[^\x80-\xff]+")
_RUSSIAN: Final = ("cp1251", "koi8_r", "cp866")
_PERCENTS: Final = (
    "о10.97 е8.45 а8.01 и7.35 н6.70 т6.26 с5.47 р4.73 в4.54 л4.40 к3.49 м3.21 д2.98 п2.81 у2.62"
    " я2.01 ы1.90 ь1.74 г1.70 з1.65 б1.59 ч1.44 й1.21 х0.97 ж0.94 ш0.73 ю0.64 ц0.48 щ0.36 э0.32"
    " ф0.26 ъ0.04 ё0.20"
)
"""How often each letter stands in Russian text."""
_SCORES: Final = {entry[0]: math.log(float(entry[1:]) / 100) for entry in _PERCENTS.split()}
_PUNCTUATION: Final = dict.fromkeys("«»—–№…“”„’\u00a0", -3.5)
_STRANGE: Final = -9.0
_CAPITAL: Final = 0.2
_CAPITAL_WITHIN: Final = 3.0
_CAPITAL_AFTER_SMALL: Final = re.compile("[а-яё](?=[А-ЯЁ])")
_LEAST_SCORE: Final = -5.0


def is_binary(data: bytes) -> bool:
    """Tell whether bytes of one to a character are no text."""
    return _has_control(data[:_SAMPLE_BYTES].decode("latin-1"))


def unmarked_wide(data: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 without a mark; None where it is neither."""
    if len(data) < 4:
        return None
    sample = data[:_SAMPLE_BYTES]
    return next((encoding for encoding in _WIDE if _is_in(encoding, sample)), None)


def guess_code_page(data: bytes) -> str:
    """Return the code page under which the letters beyond ASCII are most like Russian.

    Their frequencies tell it, and where capitals stand. Where letters beyond ASCII stand within
    words of ASCII letters (`café`), the text is Western.
    """
    start = data[:_SAMPLE_BYTES]
    beyond = sum(byte >= 0x80 for byte in start)
    if len(_MIXED_WORD.findall(start)) * 2 > beyond:
        return "cp1252"
    words = _NOT_ASCII.sub(b" ", start)
    scores = {encoding: _russian_score(words.decode(encoding, "replace")) for encoding in _RUSSIAN}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] > _LEAST_SCORE else "cp1252"


def _is_in(encoding: str, sample: bytes) -> bool:
    try:
        # What the sample, or the file, ends within is left out.
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    if not text or "\0" in text or _has_control(text):
        return False
    if encoding.startswith("utf-32"):
        return True
    return _has_first_scripts(text) or _has_zeros_of_ascii(encoding, sample)


def _has_first_scripts(text: str) -> bool:
    """Tell whether text is of letters that bytes of another encoding hardly ever give."""
    return len(_LATER_SCRIPTS.sub("", text)) >= len(text) * _MOST_LETTERS


def _has_zeros_of_ascii(encoding: str, sample: bytes) -> bool:
    """Tell whether line ends and ASCII characters have their zero bytes, and nothing else has."""
    low = 0 if encoding == "utf-16-le" else 1
    zeros, others = sample[1 - low :: 2], sample[low::2]
    share = zeros.count(0) / len(zeros)
    return b"\n" in others and others.count(0) == 0 and share > 0.1


def _has_control(text: str) -> bool:
    control = sum(text.count(chr(code)) for code in _CONTROL)
    return control > max(_FEW_CONTROL, len(text) * _MOST_CONTROL)


def _russian_score(text: str) -> float:
    letters = text.replace(" ", "")
    if not letters:
        return _STRANGE
    total = sum(_letter_score(letter) for letter in letters)
    total -= _CAPITAL_WITHIN * len(_CAPITAL_AFTER_SMALL.findall(text))
    return total / len(letters)


def _letter_score(letter: str) -> float:
    small = letter.lower()
    score = _SCORES.get(small, _PUNCTUATION.get(letter, _STRANGE))
    return score if small == letter else score - _CAPITAL
