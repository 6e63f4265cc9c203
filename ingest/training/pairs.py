"""The corpus of aligned sentence pairs, and how often each of them is drawn."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.errors import KbError

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

MACHINE_TRANSLATION_WEIGHT = 0.35
QUESTION_WEIGHT = 5.0
SUBJECT_WEIGHT = 2.5

_NEAR_SOURCES = {
    "ms-containers", "dockge", "dozzle", "werf", "werf-old", "harbor", "gogs", "lazygit", "nginx",
    "jenkins", "openstack", "deckhouse-virt", "uptime-kuma", "fastapi", "django", "nodejs",
    "tarantool", "ms-wsl", "win-terminal", "anything-llm", "netbox", "jupyterlab", "home-assistant",
    "rust-book", "rust-example", "vue", "react", "electron", "yandex-cloud", "php",
}  # fmt: skip
_NEAR_SOURCE_WEIGHT = 1.8

_SUBJECT = re.compile(
    r"\b(docker\w*|containers?|images?|kubernetes|kubectl|pods?|linux|ubuntu|debian|bash|shell|git"
    r"|commits?|branch\w*|repositor\w+|volumes?|ports?|network\w*|hosts?|daemon|sql|postgres\w*"
    r"|mysql|redis|databases?|tables?|commands?|command-line|options?|flags?|files?|director\w+"
    r"|folders?|processe?s?|logs?|ssh|nginx|servers?|install\w*|environment variables?|mount\w*"
    r"|registry|tags?|python|pip|node|npm|yaml|config\w*|backups?|users?|permissions?|errors?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Aligned sentences, one index for all columns."""

    english: Sequence[str]
    russian: Sequence[str]
    source: Sequence[str]
    """Where each pair comes from, with `:HT` (human) or `:MT` (machine translation) at its end."""

    def __len__(self) -> int:
        return len(self.english)

    def __add__(self, other: Pairs) -> Pairs:
        """Return the pairs of both, in order."""
        return Pairs(
            english=[*self.english, *other.english],
            russian=[*self.russian, *other.russian],
            source=[*self.source, *other.source],
        )


def read_rows(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (English, Russian, source id) for every line of a plain or gzipped TSV file.

    Raises:
        KbError: The file is missing or a line has not three columns.
    """
    if not path.is_file():
        raise KbError(f"no file {path}", hint="give the corpus folder with --corpus")
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            columns = line.rstrip("\n").split("\t")
            if len(columns) != 3:
                raise KbError(
                    f"{path}:{number} has {len(columns)} columns, not 3",
                    hint="a line is: English, tab, Russian, tab, source id",
                )
            yield columns[0], columns[1], columns[2]


def read_pairs(path: Path) -> Pairs:
    """Read a whole file of pairs into memory (about 1 GB for a million pairs)."""
    rows = list(read_rows(path))
    return Pairs(
        english=[row[0] for row in rows],
        russian=[row[1] for row in rows],
        source=[row[2] for row in rows],
    )


def sampling_weight(english: str, source: str) -> float:
    """Return how much likelier than a plain human-translated pair this pair is to be drawn.

    Questions, and sentences about the things that developers' notes are about, count more; machine
    translation counts less.
    """
    name, _, translation = source.partition(":")
    weight = MACHINE_TRANSLATION_WEIGHT if translation == "MT" else 1.0
    if name in _NEAR_SOURCES:
        weight *= _NEAR_SOURCE_WEIGHT
    if english.rstrip().endswith("?"):
        weight *= QUESTION_WEIGHT
    if _SUBJECT.search(english):
        weight *= SUBJECT_WEIGHT
    return weight


def sampling_weights(pairs: Pairs) -> Floats:
    """Return `sampling_weight` of every pair, shape (pairs,)."""
    columns = zip(pairs.english, pairs.source, strict=True)
    return np.array([sampling_weight(*column) for column in columns], dtype=np.float64)


def weighted_order(weights: Floats, *, seed: int) -> Indices:
    """Return all indices in the order of a weighted draw without replacement.

    Efraimidis & Spirakis 2006, "Weighted random sampling with a reservoir": ordering by an
    exponential variate divided by the weight draws heavy items earlier. The same seed gives the
    same order, which is what makes a run resumable.
    """
    variates = np.random.default_rng(seed).exponential(size=len(weights))
    order: Indices = np.argsort(variates / weights, kind="stable").astype(np.int64)
    return order
