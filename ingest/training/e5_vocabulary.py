"""The pieces that Russian, English and technical notes need of multilingual-e5-small's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from ingest.training.e5 import SPACE, e5_tokenizer
from ingest.training.e5_file import E5File
from ingest.training.pairs import read_rows
from ingest.training.prepare import monolingual

_WRITTEN: Final = (range(0x250), range(0x400, 0x460), range(0x2000, 0x2C00))
"""Latin letters, Cyrillic ones, and the characters of punctuation, arrows, frames and the like."""
_LEAST_IN_LESSONS: Final = 2
_LEAST_IN_CORPUS: Final = 3
_CORPUS_STEP: Final = 3
"""One in so many pairs of the corpus is counted."""
_TEXTS: Final = frozenset({".md", ".jsonl", ".tsv", ".txt"})
_BLOCK: Final = 20_000


@dataclass(frozen=True, slots=True)
class Counted:
    """Texts, and how often a piece stands in them that is kept."""

    texts: Iterable[str]
    least: int


def kept_pieces(file: E5File, counted: Iterable[Counted]) -> list[int]:
    """Return the ids of the pieces that are kept, ascending.

    These are the marks, every single character, and what occurs; of the latter two only what is
    Latin, Cyrillic or no letter.

    Args:
        file: With all pieces.
        counted: What they are counted in.
    """
    texts = file.pieces.texts
    kept = {id_ for id_, text in enumerate(texts) if len(text.removeprefix(SPACE)) <= 1}
    for one in counted:
        kept |= {id_ for id_, count in _counts(file, one.texts).items() if count >= one.least}
    return sorted({id_ for id_ in kept if _is_written(texts[id_])} | file.pieces.marks)


def texts_of_lessons(folder: Path) -> Counted:
    """Return the lines of all texts in a folder and below it."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in _TEXTS)
    lines = chain.from_iterable(path.read_text(encoding="utf-8").splitlines() for path in paths)
    return Counted(lines, _LEAST_IN_LESSONS)


def texts_of_corpus(pairs: Path, russian: Path) -> Counted:
    """Return sentences of a corpus.

    Args:
        pairs: The file of aligned sentences.
        russian: A file of more lines in Russian; there may be none.
    """
    rows = islice(read_rows(pairs), 0, None, _CORPUS_STEP)
    sides = (side for english, translated, _ in rows for side in (english, translated))
    return Counted(chain(sides, monolingual(russian)), _LEAST_IN_CORPUS)


def _counts(file: E5File, texts: Iterable[str]) -> Counter[int]:
    tokenizer = e5_tokenizer(file)
    counts: Counter[int] = Counter()
    for block in _blocks(texts):
        for encoded in tokenizer.encode_batch(block, add_special_tokens=False):
            counts.update(encoded.ids)
    return counts


def _blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    left = iter(texts)
    while block := list(islice(left, _BLOCK)):
        yield block


def _is_written(text: str) -> bool:
    return all(any(ord(char) in block for block in _WRITTEN) for char in text)
