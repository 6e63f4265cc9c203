"""The page has words in both languages for every code and reason that the server may send."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import pytest

from kb.reasons import InputReason, SandboxReason
from server.sandbox.remarks import RemarkCode

_ROOT: Final = Path(__file__).parents[3]
_WORDS: Final = _ROOT / "server" / "static" / "js" / "text"
_ROOMS: Final = ("kb", "ingest", "server")
_CLI_ONLY: Final = ("cli/*.py", "mcp/tools.py", "serving.py")
"""Modules whose errors end a program of the command line: no page is there to show them."""
_FILES_AND_SETTINGS: Final = ("gold.py", "chroma.py", "wiring.py", "origins.py", "training/*.py")
_OTHER_PROGRAMS: Final = ("openai.py", "filter_socket.py", "gate.py")
_NOT_SHOWN: Final = _FILES_AND_SETTINGS + _OTHER_PROGRAMS
"""Modules whose refused input never comes from the page."""
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
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if "code" in given and "reason" not in given:  # else the reason is put into words
                yield from _text(given["code"])


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _server_codes() -> set[str]:
    return {
        code
        for path in _modules()
        for code in _codes_in(ast.parse(path.read_text(encoding="utf-8")))
    }


def _constants(room: str) -> set[str]:
    """Return every text that stands in a room's modules."""
    return {
        node.value
        for path in (_ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _known(file: str, prefix: str) -> set[str]:
    """Return what a module of words has words for."""
    words = (_WORDS / file).read_text(encoding="utf-8")
    return set(re.findall(rf'"{prefix}\.(\w+)":', words))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_error_code_has_words(language: str) -> None:
    codes = _server_codes()
    assert {"index_unavailable", "notes_unread", "bad_front_matter"} <= codes
    assert codes - _known(f"{language}-errors.js", "error") == set()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_reason_has_words_and_is_given_somewhere(language: str) -> None:
    reasons = {*get_args(SandboxReason), *get_args(InputReason)}
    assert reasons == _known(f"{language}-reasons.js", "reason")
    assert reasons - _constants("server") - _constants("kb/commands") == set()


def test_refused_input_has_a_code_or_a_reason_or_the_words_of_a_language() -> None:
    bare = {
        f"{path.name}:{node.lineno}"
        for path in _modules()
        if not any(path.match(pattern) for pattern in _NOT_SHOWN)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InvalidInputError"
        if not {"code", "reason"} & {keyword.arg for keyword in node.keywords}
        and not isinstance(node.args[0], ast.Call)
    }
    assert bare == set()


@pytest.mark.parametrize("codes", [SandboxReason, InputReason, RemarkCode])
def test_every_reason_and_remark_is_documented(codes: object) -> None:
    documented = set(re.findall(r"`(\w+)`", (_ROOT / "docs" / "api.md").read_text("utf-8")))
    assert set(get_args(codes)) - documented == set()
