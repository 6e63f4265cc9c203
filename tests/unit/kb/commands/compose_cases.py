"""The Compose files of `tests/cases/commands/compose.yaml`."""

from __future__ import annotations

from typing import Any

import yaml

from tests.cases_files import CASES as FOLDER

COMPOSE_CASES: list[dict[str, Any]] = yaml.safe_load(
    (FOLDER / "commands" / "compose.yaml").read_text(encoding="utf-8")
)


def compose_text(case: dict[str, Any]) -> str:
    """Return the whole file of a case, which may give the lines of one service alone."""
    if "file" in case:
        return str(case["file"])
    image = "" if case["service"].startswith(("image:", "build:")) else "    image: nginx\n"
    return f"services:\n  web:\n{image}    {case['service']}\n"


def compose_name(case: dict[str, Any]) -> str:
    """Return what a case is called in a test's output."""
    return str(case.get("service") or case["file"])
