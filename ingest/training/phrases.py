"""What documentation lacks: questions as developers type them, and everyday words.

The tables in `data/` are this project's own: actions and terms in both languages (with the slang
and the transliterations that are spoken), and the frames that a question puts around them. So
are the sentences of `data/training/everyday`, each written around a Russian word that is common in
speech and rare in the corpus, the questions of `data/training/translated`: what is asked in the
lessons in Russian, with its English, and the needs of `data/training/phrasings`: what documentation
would call each, and what people type instead, in both languages. `data/training/needs` names more
of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from ingest.training.pairs import Pairs
from kb.errors import KbError

_FOLDER = Path(__file__).parent / "data"
SOURCE = "own-phrases:HT"
EVERYDAY_SOURCE = "own-everyday:HT"
PHRASINGS_SOURCE = "own-phrasings:HT"
PHRASINGS = 7
"""Ways to ask for one need: its plain English, two more in English, four in Russian."""


def read_phrases(folder: Path = _FOLDER) -> Pairs:
    """Return every action, term and flag, bare and in each frame of its kind, in both languages.

    Raises:
        KbError: A table has a line without its columns.
    """
    rows = list(dict.fromkeys(_rows(folder)))
    return Pairs(
        english=[english for english, _ in rows],
        russian=[russian for _, russian in rows],
        source=[SOURCE] * len(rows),
    )


def everyday_rows(folder: Path) -> list[tuple[str, str, str]]:
    """Return the lines of all `*.tsv` files: lemma, Russian sentence, English sentence.

    Raises:
        KbError: There is no such file, or a line has not three columns.
    """
    return [(row[0], row[1], row[2]) for row in _rows_of_all(folder, columns=3)]


def read_everyday(folder: Path) -> Pairs:
    """Return the pairs of a folder's `everyday` and `translated`.

    Raises:
        KbError: One of them has no `*.tsv`, or a line not its columns.
    """
    rows = [(russian, english) for _, russian, english in everyday_rows(folder / "everyday")]
    rows += [(row[0], row[1]) for row in _rows_of_all(folder / "translated", columns=2)]
    return Pairs(
        english=[english for _, english in rows],
        russian=[russian for russian, _ in rows],
        source=[EVERYDAY_SOURCE] * len(rows),
    )


def phrasing_rows(folder: Path) -> list[list[str]]:
    """Return the needs of a folder's `phrasings`, each with its ways to ask for it.

    The plain name in English is the first, the plain one in Russian the fourth.

    Raises:
        KbError: There is no `*.tsv`, or a line has not its columns.
    """
    return _rows_of_all(folder / "phrasings", columns=PHRASINGS)


def read_phrasings(folder: Path) -> Pairs:
    """Return what people type for each need of a folder's `phrasings`, beside its plain name.

    The sides are the plain English and another way to ask for it, in Russian or in English.

    Raises:
        KbError: There is no `*.tsv`, or a line has not its columns.
    """
    rows = [(plain, other) for plain, *others in phrasing_rows(folder) for other in others]
    return Pairs(
        english=[plain for plain, _ in rows],
        russian=[other for _, other in rows],
        source=[PHRASINGS_SOURCE] * len(rows),
    )


def read_needs(folder: Path) -> list[str]:
    """Return the plain names of what people need, each once: of `phrasings` and of `needs`.

    Raises:
        KbError: There is no `*.txt` in `needs`, or `phrasings` cannot be read.
    """
    files = sorted((folder / "needs").glob("*.txt"))
    if not files:
        raise KbError(f"no *.txt in {folder / 'needs'}", hint="give the folder of the lessons")
    listed = [line for path in files for line in _lines(path)]
    return list(dict.fromkeys([*read_phrasings(folder).english, *listed]))


def _rows_of_all(folder: Path, *, columns: int) -> list[list[str]]:
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise KbError(f"no *.tsv in {folder}", hint="give the folder of the lessons")
    return [_columns(line, columns, path) for path in files for line in _lines(path)]


def _rows(folder: Path) -> Iterator[tuple[str, str]]:
    fillings = {
        "action": _table(folder / "actions.tsv"),
        "term": _table(folder / "terms.tsv"),
        "flag": [(flag, flag) for flag in _lines(folder / "flags.txt")],
    }
    for kind in ("action", "term"):
        yield from fillings[kind]
    for line in _lines(folder / "templates.tsv"):
        kind, english, russian = _columns(line, 3, folder / "templates.tsv")
        for filling in fillings[kind]:
            yield english.format(filling[0]), russian.format(filling[1])


def _table(path: Path) -> list[tuple[str, str]]:
    rows = [_columns(line, 2, path) for line in _lines(path)]
    return [pair for english, russian in rows for pair in product([english], russian.split("|"))]


def _columns(line: str, count: int, path: Path) -> list[str]:
    columns = line.split("\t")
    if len(columns) != count:
        raise KbError(f"{path.name}: {line!r} has not {count} columns", hint="separate by tabs")
    return columns


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line]
