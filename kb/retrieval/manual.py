"""Which docker command a question means, in whatever words it asks.

"Copy a file out of a container" means `docker cp`, though notes that know only `docker exec` have
the nearest words. What each command is for, in the project's own descriptions in both languages,
is embedded once; a question's vector tells which of them it is about, and so whether the notes
have it at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from kb.commands.spec import all_commands
from kb.model import Language
from kb.ports import Embedder, FloatArray

_LANGUAGES: Final[tuple[Language, Language]] = ("en", "ru")
_CERTAIN: Final = 0.5
"""Cosine from which on a question may mean a command; questions on other subjects stay below."""
_AS_GOOD: Final = 0.02
"""A command whose cosine is so little below the best one's may be meant as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeantCommands:
    """How near a question is to what each docker command is for."""

    cosines: Mapping[str, float]
    """By command (`volume ls`), -1..1; empty where nothing is known."""

    @property
    def certainty(self) -> float:
        """How surely the question means a docker command at all, 0..0.5."""
        return max(0.0, max(self.cosines.values(), default=0.0) - _CERTAIN)

    def are_missing(self, held: Collection[str]) -> bool:
        """Tell whether the notes lack the command that is meant.

        Args:
            held: The commands that they have.
        """
        best = max(self.cosines.values(), default=-1.0)
        return all(self.cosines.get(command, -1.0) < best - _AS_GOOD for command in held)


NOTHING_MEANT: Final = MeantCommands(cosines={})
"""Where questions and texts cannot be compared."""


_KNOWN: Final[WeakKeyDictionary[Embedder, FloatArray]] = WeakKeyDictionary()


def meant_commands(embedder: Embedder, question: FloatArray) -> MeantCommands:
    """Return which commands a question may mean.

    Args:
        embedder: The model; it reads the descriptions at the first question, unless
            `learn_purposes` was called before.
        question: The question's vector, shape (dimension,).
    """
    cosines = (learn_purposes(embedder) @ question).max(axis=0)
    paths = (command.path for command in all_commands())
    return MeantCommands(cosines=dict(zip(paths, cosines.tolist(), strict=True)))


def learn_purposes(embedder: Embedder) -> FloatArray:
    """Return what a model makes of the commands' descriptions; it is remembered.

    Shape (languages, commands, dimension).
    """
    known = _KNOWN.get(embedder)
    if known is None:
        texts = [
            f"docker {command.path}: {command.describe(language)}"
            for language in _LANGUAGES
            for command in all_commands()
        ]
        vectors = np.stack([one.vector for one in embedder.embed_documents(texts)])
        known = vectors.reshape(len(_LANGUAGES), -1, vectors.shape[1])
        _KNOWN[embedder] = known
    return known
