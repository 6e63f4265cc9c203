"""The room's own words: both languages, the same values, none missing, none unused."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import kb.commands
from kb.commands.texts import RefusedError, has_text, read_rows, refused, say

ROWS = read_rows("texts.tsv")
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in (Path(kb.commands.__file__).parent,)
    for path in [
        *folder.rglob("*.py"),
        folder / "data" / "flags.tsv",
        folder / "data" / "commands.tsv",
    ]
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_both_languages_name_the_same_values(row: dict[str, str]) -> None:
    assert row["en"]
    assert row["ru"]
    assert fields(row["en"]) == fields(row["ru"])
    if row["key"] not in {"problem.rmi", "problem.pull", "label.build-file", "label.ps-args"}:
        assert row["key"].startswith("explain.") or re.search("[а-яё]", row["ru"])


def test_no_key_is_there_twice() -> None:
    keys = [row["key"] for row in ROWS]
    assert len(keys) == len(set(keys))


def test_every_code_that_is_raised_has_its_text() -> None:
    codes = re.findall(r"refused\(\s*\"([a-z_]+)\"", SOURCES)
    assert len(codes) > 40
    for code in codes:
        assert has_text(f"refuse.{code}"), code
    for key in re.findall(r"key=\"([a-z_.]+)\"", SOURCES):
        assert has_text(key), key
    for key in re.findall(r"saying\(\s*\"([a-z_.]+)\"", SOURCES):
        assert has_text(key), key
    for key in re.findall(r"say\(\s*\"([a-z_.]+)\"", SOURCES):
        assert has_text(key), key


def test_no_text_is_left_over() -> None:
    for row in ROWS:
        group, _, rest = row["key"].partition(".")
        name = rest.removesuffix(".hint")
        if group in {"label", "explain"}:
            continue
        assert re.search(rf"\b{re.escape(name or group)}\b", SOURCES), row["key"]


def test_every_reason_code_is_documented() -> None:
    page = Path(kb.commands.__file__).parents[2] / "docs" / "commands.md"
    documented = set(re.findall(r"^\| `([a-z_]+)`", page.read_text(encoding="utf-8"), re.MULTILINE))
    codes = {row["key"].split(".")[1] for row in ROWS if row["key"].startswith("refuse.")}
    assert codes == documented


def test_a_refusal_changes_its_language_and_keeps_its_values() -> None:
    error = refused("reserved_port", part="80:80", port=80)
    assert isinstance(error, RefusedError)
    assert error.message == "Port 80 is this program's own."
    russian = error.in_language("ru", suggestion="docker ps")
    assert russian.message == "Порт 80 занят самой этой программой."
    assert (russian.code, russian.suggestion) == ("reserved_port", "docker ps")


def test_values_are_never_read_as_templates() -> None:
    assert say("problem.text", "en", value="{key}{0}") == "'{key}{0}' cannot stand there."
