"""Whether an index on disk is whole, told without opening it: that would make what is missing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def is_complete(catalog: Path) -> bool:
    """Tell whether a whole sync has gone into an index once.

    Args:
        catalog: Its database; one that cannot be read belongs to no whole index.
    """
    try:
        with closing(sqlite3.connect(f"{catalog.absolute().as_uri()}?mode=ro", uri=True)) as open_:
            row = open_.execute("SELECT value FROM meta WHERE key = 'complete'").fetchone()
    except sqlite3.Error:
        return False
    return bool(row and row[0])
