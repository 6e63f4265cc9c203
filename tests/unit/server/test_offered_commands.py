"""Offered commands: kept by id while their note holds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.errors import NotFoundError, VaultError
from kb.model import NoteId
from server.database import Database
from server.offered_commands import OfferedCommands
from tests.unit.server.fakes import command


class Unreadable:
    """Notes of which none can be read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, note: NoteId) -> str:
        raise self._error


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "kb.sqlite3")
    yield database
    database.close()


@pytest.mark.parametrize("error", [NotFoundError("gone"), VaultError("no text")])
def test_a_command_whose_note_cannot_be_read_is_left_out(
    database: Database, error: Exception
) -> None:
    offered = OfferedCommands(database, Unreadable(error))
    offered.keep([command()], language="en")
    with pytest.raises(NotFoundError):
        offered.get(command().id)
