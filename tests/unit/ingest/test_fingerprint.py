"""The fingerprint of an index covers all code that decides what the index holds."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from typing import Final

from ingest.index_files import _CODE

_ROOTS: Final = (
    "ingest.decoding",
    "ingest.markdown",
    "ingest.chunks.chunking",
    "ingest.models.embedding_text",
    "ingest.models.windows",
    "kb.store.catalog",
    "kb.store.manifest",
    "kb.store.lexical",
    "kb.store.chroma",
    "kb.text.tokens",
)
_SHAPES: Final = frozenset({"kb.model", "kb.errors", "kb.ports", "kb.store.database"})
"""They hold values or files; what is in them is decided elsewhere."""


def test_every_module_that_shapes_an_index_is_in_its_fingerprint() -> None:
    covered = {f"{package}.{module}" for package, modules in _CODE for module in modules}
    assert _reached(_ROOTS) <= covered
    assert all(_source_of(module).is_file() for module in covered)


def _reached(modules: tuple[str, ...]) -> set[str]:
    """Return the modules and what they import of the project, but for mere shapes."""
    reached: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in reached | _SHAPES:
            reached.add(module)
            waiting += _imported_by(module)
    return reached


def _imported_by(module: str) -> list[str]:
    tree = ast.parse(_source_of(module).read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = [node.module for node in imports if node.module]
    return [name for name in names if name.startswith(("ingest.", "kb."))]


def _source_of(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)
