"""Stand-ins for the real parts; each passes the contract tests of what it stands in for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from kb.errors import NotFoundError
from kb.model import NoteId
from kb.ports import FloatArray
from kb.text.tokens import analyze
from kb.text.translation import translations


class FakeEmbedder:
    """Vectors from hashed stems: texts that share words, or their translations, are near."""

    name = "fake"
    dimension = 64
    fingerprint = "fake-64"

    def __init__(self, window_chars: int = 2000) -> None:
        self.window_chars = window_chars
        self.embedded: list[str] = []
        """Every document that was embedded, in order."""

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        self.embedded.extend(texts)
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack([self._vector(text) for text in texts])

    def embed_query(self, text: str) -> FloatArray:
        return self._vector(text)

    def split_windows(self, context: str, text: str) -> list[str]:
        step = self.window_chars
        pieces = [text[i : i + step] for i in range(0, len(text), step)] or [""]
        return [f"{context}\n{piece}" if context else piece for piece in pieces]

    def _vector(self, text: str) -> FloatArray:
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for term in analyze(text):
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
