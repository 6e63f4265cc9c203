"""A table of term translations for the lexical arm, learnt from aligned sentences of two kinds.

IBM model 1 (Brown et al. 1993, "The Mathematics of Statistical Machine Translation") is run over
stems in both directions; a pair's weight is the geometric mean of the two probabilities, so that
only terms which translate each other survive.
"""

from __future__ import annotations

import gzip
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.training.phrases import read_everyday
from kb.text.tokens import fold, is_stop_word, tokenize

IntArray = NDArray[np.int64]
Floats = NDArray[np.float64]

_MAX_WORDS = 18
Weights = dict[tuple[str, str], float]
"""Of Russian and English stems, how surely they translate each other, 0..1."""


def terms_of(text: str) -> list[str]:
    """Return the distinct stems of a sentence's words, without function words and code."""
    words = (token for token in tokenize(text) if token.kind == "word" and not is_stop_word(token))
    return list(dict.fromkeys(token.term for token in words if len(fold(token.surface)) > 1))


def read_pairs(corpus: Path, *, limit: int, seed: int = 1) -> Iterator[tuple[list[str], list[str]]]:
    """Yield (English, Russian) term lists of up to `limit` short pairs, human translations first.

    Args:
        corpus: A folder with `pairs.tsv.gz`: English, Russian and source id a line.
        limit: How many pairs at most.
        seed: Fixes which pairs are drawn.
    """
    with gzip.open(corpus / "pairs.tsv.gz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if line.count(" ") < 2 * _MAX_WORDS]
    random.Random(seed).shuffle(rows)  # noqa: S311 - a sample, not a secret
    rows.sort(key=lambda row: not row[2].endswith(":HT"))
    for english, russian, _ in rows[:limit]:
        yield terms_of(english), terms_of(russian)


class Bitext:
    """Pairs of term lists as flat arrays of links (every source term with every target term).

    Args:
        pairs: The term lists.
        min_count: Rarer terms are left out.
    """

    def __init__(
        self, pairs: Iterable[tuple[Sequence[str], Sequence[str]]], *, min_count: int
    ) -> None:
        kept = [pair for pair in pairs if pair[0] and pair[1]]
        self.source_terms = _vocabulary((pair[0] for pair in kept), min_count)
        self.target_terms = _vocabulary((pair[1] for pair in kept), min_count)
        source_ids = {term: number for number, term in enumerate(self.source_terms)}
        target_ids = {term: number for number, term in enumerate(self.target_terms)}
        keys: list[IntArray] = []
        target_tokens: list[IntArray] = []
        source_tokens: list[IntArray] = []
        targets_seen = sources_seen = 0
        for source, target in kept:
            left = np.array([source_ids[t] for t in source if t in source_ids], dtype=np.int64)
            right = np.array([target_ids[t] for t in target if t in target_ids], dtype=np.int64)
            if not (len(left) and len(right)):
                continue
            keys.append((left[:, None] * len(target_ids) + right[None, :]).ravel())
            target_tokens.append(np.tile(targets_seen + np.arange(len(right)), len(left)))
            source_tokens.append(np.repeat(sources_seen + np.arange(len(left)), len(right)))
            targets_seen += len(right)
            sources_seen += len(left)
        self.pairs, self.links = np.unique(np.concatenate(keys), return_inverse=True)
        self.target_of_link = np.concatenate(target_tokens)
        self.source_of_link = np.concatenate(source_tokens)

    def translation_weights(self, *, rounds: int = 6) -> Floats:
        """Return for each pair of `self.pairs` the mean of both directions' probabilities."""
        source = self.pairs // len(self.target_terms)
        target = self.pairs % len(self.target_terms)
        forward = self._estimate(source, self.target_of_link, rounds)
        backward = self._estimate(target, self.source_of_link, rounds)
        weights: Floats = np.sqrt(forward * backward)
        return weights

    def _estimate(self, given: IntArray, token_of_link: IntArray, rounds: int) -> Floats:
        """Return p(other term | `given` term) for each pair, by expectation maximisation."""
        probability: Floats = np.ones(len(self.pairs))
        for _ in range(rounds):
            share = probability[self.links]
            share /= np.bincount(token_of_link, weights=share)[token_of_link]
            counts = np.bincount(self.links, weights=share, minlength=len(self.pairs))
            probability = counts / np.bincount(given, weights=counts)[given]
        return probability


def _vocabulary(sentences: Iterable[Sequence[str]], min_count: int) -> list[str]:
    counts = Counter(term for sentence in sentences for term in sentence)
    return sorted(term for term, count in counts.items() if count >= min_count)


def learn_terms(
    pairs: Iterable[tuple[Sequence[str], Sequence[str]]],
    *,
    min_count: int,
    min_weight: float,
    per_term: int,
) -> Weights:
    """Return the surest translations of each Russian stem.

    Args:
        pairs: Russian and English term lists.
        min_count: Rarer terms are left out.
        min_weight: So sure a translation must be at least.
        per_term: Most translations of a Russian stem.
    """
    bitext = Bitext(pairs, min_count=min_count)
    weights = bitext.translation_weights()
    order = np.argsort(-weights)
    taken: Counter[str] = Counter()
    found: Weights = {}
    for index in order[: int(np.count_nonzero(weights >= min_weight))]:
        source, target = divmod(int(bitext.pairs[index]), len(bitext.target_terms))
        russian, english = bitext.source_terms[source], bitext.target_terms[target]
        if russian == english or taken[russian] >= per_term:
            continue
        taken[russian] += 1
        found[russian, english] = float(weights[index])
    return found


def documented_terms(corpus: Path, *, pairs: int = 700_000) -> Weights:
    """Return what the corpus's documentation tells, over so many pairs at most."""
    lists = ((russian, english) for english, russian in read_pairs(corpus, limit=pairs))
    return learn_terms(lists, min_count=12, min_weight=0.08, per_term=4)


def everyday_terms(lessons: Path) -> Weights:
    """Return what the everyday sentences and questions of the lessons' folder tell.

    They are few, and written with care: a word is learnt from three sentences, and must be surer.
    """
    pairs = read_everyday(lessons)
    columns = zip(pairs.russian, pairs.english, strict=True)
    lists = ((terms_of(russian), terms_of(english)) for russian, english in columns)
    return learn_terms(lists, min_count=3, min_weight=0.25, per_term=3)


def table_of(*learnt: Weights) -> list[str]:
    """Return the lines `russian<TAB>english<TAB>weight` of all, the greater weight of each."""
    best: Weights = {}
    for weights in learnt:
        for pair, weight in weights.items():
            best[pair] = max(weight, best.get(pair, 0.0))
    return sorted(f"{russian}\t{english}\t{w:.2f}" for (russian, english), w in best.items())
