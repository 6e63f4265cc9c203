"""Steps before training: the vocabulary, and the first values of its embedding rows."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from ingest.training.alignment import translation_table
from ingest.training.initialisation import initial_rows
from ingest.training.pairs import Pairs, sampling_weights, weighted_order
from ingest.training.teacher import teacher_folder, token_embeddings
from ingest.training.vocabulary import (
    cyrillic_ids,
    extend_tokenizer,
    learn_tokens,
    load_tokenizer,
)

TOKENIZER_FILE = "tokenizer.json"
ROWS_FILE = "initial-rows.npy"
MONOLINGUAL_FILE = "ru_mono.txt.gz"
IBM1_ITERATIONS = 5
_MOST_TOKENS = 32
_log = logging.getLogger(__name__)


def make_vocabulary(pairs: Pairs, corpus: Path, run: Path, *, size: int, sample: int) -> None:
    """Write `tokenizer.json`: the teacher's, with Russian tokens appended.

    Args:
        pairs: The corpus; `sample` Russian sides of a weighted draw are learnt from.
        corpus: Its folder; `ru_mono.txt.gz` in it is learnt from too, where there is one.
        run: The folder to write to.
        size: Tokens to append, at most.
        sample: Pairs to draw.
    """
    chosen = weighted_order(sampling_weights(pairs), seed=0)[:sample]
    lines = chain((pairs.russian[i] for i in chosen), monolingual(corpus / MONOLINGUAL_FILE))
    tokens = learn_tokens(lines, size=size)
    teacher_json = (teacher_folder() / TOKENIZER_FILE).read_text(encoding="utf-8")
    run.mkdir(parents=True, exist_ok=True)
    (run / TOKENIZER_FILE).write_text(extend_tokenizer(teacher_json, tokens), encoding="utf-8")
    _log.info("vocabulary: %d Russian tokens", len(tokens))


def monolingual(path: Path) -> Iterator[str]:
    """Yield the lines of a gzipped file; none where there is no such file."""
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield from file


def make_initial_rows(pairs: Pairs, run: Path, *, sample: int) -> None:
    """Write `initial-rows.npy`: one start row for every Cyrillic token, in order of id.

    Args:
        pairs: The corpus; up to `sample` short pairs of a weighted draw are aligned.
        run: The folder with `tokenizer.json`, also written to.
        sample: Pairs to align.
    """
    tokenizer = load_tokenizer(run / TOKENIZER_FILE)
    chosen = weighted_order(sampling_weights(pairs), seed=0)[: 2 * sample].tolist()
    russian = tokenizer.encode_batch([pairs.russian[i] for i in chosen], add_special_tokens=False)
    english = tokenizer.encode_batch([pairs.english[i] for i in chosen], add_special_tokens=False)
    links = [
        (left.ids, right.ids)
        for left, right in zip(russian, english, strict=True)
        if 0 < len(left.ids) <= _MOST_TOKENS and 0 < len(right.ids) <= _MOST_TOKENS
    ][:sample]
    width = tokenizer.get_vocab_size()
    table = translation_table(links, vocabulary_size=width, iterations=IBM1_ITERATIONS)
    _log.info("aligned %d pairs, %d translations", len(links), len(table.source))
    rows = initial_rows(table, token_embeddings(), cyrillic_ids(tokenizer))
    np.save(run / ROWS_FILE, rows)
