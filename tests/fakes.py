"""Stand-ins for the real parts; each passes the contract tests of what it stands in for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from kb.errors import NotFoundError
from kb.model import NoteId
from kb.ports import NO_NEEDS, NO_TOKENS, Embedding, FloatArray
from kb.text.tokens import analyze
from kb.text.translation import translations


class FakeEmbedder:
    """Vectors from hashed stems: texts that share words, or their translations, are near.

    Token vectors are one for each stem, so late interaction finds the words of the question.
    """

    name = "fake"
    dimension = 64
    fingerprint = "fake-64"
    needs = NO_NEEDS
    reranker = None

    def __init__(self, window_chars: int = 2000) -> None:
        self.window_chars = window_chars
        self.embedded: list[str] = []
        """Every document that was embedded, in order."""

    def embed_documents(self, texts: Sequence[str]) -> list[Embedding]:
        self.embedded.extend(texts)
        return [Embedding(self._vector(text), self._tokens(text)) for text in texts]

    def embed_query(self, text: str) -> Embedding:
        tokens = self._tokens(text)
        return Embedding(self._vector(text), tokens / np.float32(max(1, len(tokens))))

    def split_windows(self, context: str, text: str) -> list[str]:
        step = self.window_chars
        pieces = [text[i : i + step] for i in range(0, len(text), step)] or [""]
        return [f"{context}\n{piece}" if context else piece for piece in pieces]

    def _tokens(self, text: str) -> FloatArray:
        terms = list(analyze(text))
        return np.stack([self._sum([term]) for term in terms]) if terms else NO_TOKENS

    def _vector(self, text: str) -> FloatArray:
        return self._sum(analyze(text))

    def _sum(self, terms: Sequence[str]) -> FloatArray:
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for term in terms:
            for name in (term, *(other for other, weight in translations(term) if weight > 0.3)):
                vector[_bucket(name) % self.dimension] += 1.0
        unit: FloatArray = vector / np.linalg.norm(vector)
        return unit


def _bucket(term: str) -> int:
    return int.from_bytes(hashlib.sha256(term.encode()).digest()[:4], "big")


class FakeNotes:
    """Notes kept in memory."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = dict(sources)

    def read(self, note: NoteId) -> str:
        if note not in self.sources:
            raise NotFoundError(f"No note {note!r}.")
        return self.sources[note]
