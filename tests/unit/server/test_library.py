"""The library remembers why there is no index, whatever went wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ingest.vault import Vault
from kb.errors import IndexUnavailableError, KbError
from server.error_responses import status_of
from server.library import IndexPart, NotesLibrary


@pytest.mark.parametrize(
    "error",
    [sqlite3.DatabaseError("it broke"), IndexUnavailableError("it broke"), OSError(5, "it broke")],
    ids=lambda error: type(error).__name__,
)
def test_an_index_that_cannot_be_opened_is_told(tmp_path: Path, error: Exception) -> None:
    def fail() -> IndexPart:
        raise error

    library = NotesLibrary(Vault(tmp_path), fail)
    with pytest.raises(type(error)):
        library.sync(lambda _: None, lambda: False)
    assert library.status.state == "degraded"
    assert "it broke" in library.status.message
    with pytest.raises(KbError, match="it broke") as caught:
        library.require_index()
    assert status_of(caught.value) == 503
