"""The page has words in both languages for every error code that the server may send."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[3]
_WORDS: Final = _ROOT / "server" / "static" / "js" / "text"
_ROOMS: Final = ("kb", "ingest", "server")
_CLI_ONLY: Final = ("cli_*.py", "cli.py", "mcp_tools.py", "serving.py")
"""Modules whose errors end a program of the command line: no page is there to show them."""
_BUILDERS: Final = frozenset({"error_body", "error_bytes"})


def _modules() -> Iterator[Path]:
    for room in _ROOMS:
        for path in (_ROOT / room).rglob("*.py"):
            if not any(path.match(pattern) for pattern in _CLI_ONLY):
                yield path


def _codes_in(tree: ast.AST) -> Iterator[str]:
    """Yield the codes that a module gives: `default_code`, `code=`, `error_body(code)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id == "default_code":
                yield from _text(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if node.target.id == "default_code" and node.value is not None:
                yield from _text(node.value)
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in _BUILDERS and node.args:
                yield from _text(node.args[0])
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield from _text(keyword.value)


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _server_codes() -> set[str]:
    return {
        code
        for path in _modules()
        for code in _codes_in(ast.parse(path.read_text(encoding="utf-8")))
    }


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_error_code_has_words(language: str) -> None:
    words = (_WORDS / f"{language}-errors.js").read_text(encoding="utf-8")
    known = set(re.findall(r'"error\.(\w+)":', words))
    codes = _server_codes()
    assert {"index_unavailable", "notes_unread", "bad_front_matter"} <= codes
    assert codes - known == set()
