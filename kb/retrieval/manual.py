"""Which docker command or flag a question means, in whatever words it asks.

"Copy a file out of a container" means `docker cp`, though notes that know only `docker exec` have
the nearest words. What each command and each flag is for, in the project's own descriptions in both
languages and as people say what they need, is embedded once; a question's vector tells which of
them it is about, so which chunk has it, and whether the notes have it at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from kb.commands.naming import spec_of
from kb.commands.needs import command_needs
from kb.commands.spec import all_commands
from kb.model import Chunk, Language
from kb.ports import Embedder, FloatArray
from kb.retrieval.needs import Need

_LANGUAGES: Final[tuple[Language, Language]] = ("en", "ru")
_NEAR: Final = 0.3
"""Cosine from which on a question has something to do with a command; unrelated ones have less."""
_MEANT: Final = 0.4
"""Cosine from which on a question may mean the command or flag that it is nearest to."""
_CERTAIN: Final = 0.5
"""Cosine from which on a question surely means a command; on other subjects it stays below."""
_AS_GOOD: Final = 0.02
"""What is so little farther than the nearest may be meant as well."""
_NEARER: Final = 0.05
"""A need that is so much nearer than any command's is something else that is asked for."""

Reader = Callable[[Sequence[str]], Sequence[FloatArray]]
"""Returns the vectors of texts."""
FlagPlace: TypeAlias = tuple[str, str]
"""A command's path and a flag's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeMatch:
    """What a chunk's docker commands and flags have to do with what a question means."""

    command: float = 0.0
    """How near the question is to what one of the chunk's commands is for, 0..0.7."""
    command_meant: float = 0.0
    """How surely it means one of them, 0..0.6."""
    flag: float = 0.0
    """How near it is to what one of the flags is for that the chunk explains, 0..0.7."""
    flag_meant: float = 0.0
    """How surely it means one of those, 0..0.6."""


NO_PURPOSE: Final = PurposeMatch()
"""Of a chunk without docker commands."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MeantCommands:
    """How near a question is to what each docker command, and each flag, is for."""

    cosines: Mapping[str, float]
    """By command (`volume ls`), -1..1; empty where nothing is known."""
    flags: Sequence[float] = ()
    """Of each flag in the order of `flag_places`, -1..1; empty where nothing is known."""
    need: float | None = None
    """Of what people commonly need, of docker or not, the highest cosine; see `Need`. None where no
    needs are known."""
    nearest: float = field(init=False)
    """Of the commands' cosines, the highest."""
    nearest_flag: float = field(init=False)
    """Of the flags' cosines, the highest."""

    def __post_init__(self) -> None:
        """Work out once what every chunk is compared with."""
        object.__setattr__(self, "nearest", max(self.cosines.values(), default=-1.0))
        object.__setattr__(self, "nearest_flag", max(self.flags, default=-1.0))

    @property
    def certainty(self) -> float:
        """How surely the question means a docker command at all, 0..0.5."""
        return max(0.0, self.nearest - _CERTAIN) if self._means(self.nearest) else 0.0

    def _means(self, nearest: float) -> bool:
        """Tell whether what is nearest is meant, and no need that is nearer still."""
        return self.need is None or nearest > self.need - _NEARER

    def are_missing(self, held: Collection[str]) -> bool:
        """Tell whether the notes lack the command that is meant.

        Args:
            held: The commands that they have.
        """
        return all(self.cosines.get(command, -1.0) < self.nearest - _AS_GOOD for command in held)

    def meant_flags(self) -> list[FlagPlace]:
        """Return the flags that are meant rather than a command alone: command's path and name."""
        if not self.flags or self.nearest_flag < self.nearest - _AS_GOOD:
            return []
        least = self.nearest_flag - _AS_GOOD
        return [flag for flag, place in flag_places().items() if self.flags[place] >= least]

    @property
    def flag_certainty(self) -> float:
        """How surely the question means a flag, 0..0.5."""
        return max(0.0, self.nearest_flag - _CERTAIN) if self._means(self.nearest_flag) else 0.0

    def nearness(self, command: str) -> float:
        """Return how near the question is to what a command line is for, 0..1; 0 if unknown."""
        spec = spec_of(command)
        return max(0.0, self.cosines.get(spec.path, 0.0)) if spec else 0.0

    def match(self, chunk: Chunk) -> PurposeMatch:
        """Compare what the question means with what a chunk has."""
        if not self.cosines or not chunk.commands:
            return NO_PURPOSE
        paths = _paths_of(chunk.commands)
        command = max((self.cosines.get(path, -1.0) for path in paths), default=-1.0)
        flag = self._flag_cosine(chunk)
        return PurposeMatch(
            command=max(0.0, command - _NEAR),
            command_meant=self._certainty(command, self.nearest),
            flag=max(0.0, flag - _NEAR),
            flag_meant=self._certainty(flag, self.nearest_flag),
        )

    def _certainty(self, own: float, nearest: float) -> float:
        is_meant = own > nearest - _AS_GOOD and self._means(nearest)
        return max(0.0, nearest - _MEANT) if is_meant else 0.0

    def _flag_cosine(self, chunk: Chunk) -> float:
        """Return the highest cosine of a chunk's flags; -1 for one without any."""
        if not self.flags:
            return -1.0
        places = _places_of(chunk.commands, chunk.flags)
        return max((self.flags[place] for place in places), default=-1.0)


NOTHING_MEANT: Final = MeantCommands(cosines={})
"""Where questions and texts cannot be compared."""


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    """Texts that are of numbered commands or flags."""

    vectors: FloatArray
    """Shape (texts, dimension)."""
    owners: NDArray[np.intp]
    """The number of what each text is of, shape (texts,)."""

    def cosines(self, question: FloatArray, owners: int) -> list[float]:
        """Return the highest cosine of each owner's texts, -1 without any."""
        best = np.full(owners, -1.0, dtype=np.float32)
        np.maximum.at(best, self.owners, self.vectors @ question)
        found: list[float] = best.tolist()
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Purposes:
    """What a model has read."""

    commands: _Texts
    flags: _Texts


_Owned = tuple[str, int]
"""A text and the number of its command or flag."""
_KNOWN: Final[WeakKeyDictionary[Embedder, _Purposes]] = WeakKeyDictionary()


def meant_commands(
    embedder: Embedder, question: FloatArray, need: Need | None = None
) -> MeantCommands:
    """Return which commands and flags a question may mean.

    Args:
        embedder: The model; it reads the descriptions at the first question, unless
            `learn_purposes` was called before.
        question: The question's vector, shape (dimension,).
        need: What it needs, of docker or not; None where that is not known.
    """
    purposes = _purposes(embedder)
    commands = purposes.commands.cosines(question, len(command_places()))
    return MeantCommands(
        cosines=dict(zip(command_places(), commands, strict=True)),
        flags=purposes.flags.cosines(question, len(flag_places())),
        need=need.cosine if need else None,
    )


def learn_purposes(embedder: Embedder, read: Reader | None = None) -> None:
    """Let a model read what all commands and flags are for; it is remembered.

    Args:
        embedder: The model.
        read: Returns its vectors of texts, where some of them may be known; None to embed them.
    """
    _purposes(embedder, read)


def _purposes(embedder: Embedder, read: Reader | None = None) -> _Purposes:
    known = _KNOWN.get(embedder)
    if known is None:
        commands, flags = _of_commands(), _of_flags()
        texts = list(dict.fromkeys(text for text, _ in (*commands, *flags)))
        read_texts = read(texts) if read else [d.vector for d in embedder.embed_documents(texts)]
        vectors = dict(zip(texts, read_texts, strict=True))
        known = _KNOWN[embedder] = _Purposes(_owned(commands, vectors), _owned(flags, vectors))
    return known


def _owned(texts: Sequence[_Owned], vectors: Mapping[str, FloatArray]) -> _Texts:
    return _Texts(
        np.stack([vectors[text] for text, _ in texts]),
        np.array([owner for _, owner in texts], dtype=np.intp),
    )


def _of_commands() -> list[_Owned]:
    """Return what commands are for; what one of its flags does, a command does too."""
    places = command_places()
    described = [
        (f"docker {command.path}: {command.describe(language)}", places[command.path])
        for language in _LANGUAGES
        for command in all_commands()
    ]
    return described + [(n.text, places[n.command]) for n in command_needs()]


def _of_flags() -> list[_Owned]:
    places = flag_places()
    described = [
        (
            f"docker {command.path} {flag.name}: {flag.describe(language)}",
            places[command.path, flag.name],
        )
        for language in _LANGUAGES
        for command in all_commands()
        for flag in command.flags
    ]
    return described + [(n.text, places[n.command, n.flag]) for n in command_needs() if n.flag]


@lru_cache(maxsize=1)
def command_places() -> dict[str, int]:
    """Return the number of each command."""
    return {command.path: place for place, command in enumerate(all_commands())}


@lru_cache(maxsize=1)
def flag_places() -> dict[FlagPlace, int]:
    """Return the number of each flag of each command."""
    flags = [(command.path, flag.name) for command in all_commands() for flag in command.flags]
    return {flag: place for place, flag in enumerate(flags)}


@lru_cache(maxsize=20_000)
def _paths_of(commands: tuple[str, ...]) -> frozenset[str]:
    return frozenset(spec.path for spec in map(spec_of, commands) if spec)


@lru_cache(maxsize=20_000)
def _places_of(commands: tuple[str, ...], flags: tuple[str, ...]) -> list[int]:
    """Return the flags that a chunk explains; where there are none, those it is written with."""
    found: set[int] = set()
    for command in commands:
        if spec := spec_of(command):
            known = map(spec.flag, flags or _written_with(command))
            found |= {flag_places()[spec.path, flag.name] for flag in known if flag}
    return sorted(found)


def _written_with(command: str) -> list[str]:
    return [word.partition("=")[0] for word in command.split() if word.startswith("-")]
