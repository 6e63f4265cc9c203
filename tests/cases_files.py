"""Reads test cases that are kept as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"


def load_jsonl(name: str) -> list[dict[str, Any]]:
    """Return the objects of `tests/cases/<name>`, one a line; there must be some."""
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines if line.strip()]
    assert cases, f"{name} holds no case"
    return cases
