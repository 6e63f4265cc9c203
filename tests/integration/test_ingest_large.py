"""A note of ten megabytes takes twice the time of one of five."""

from __future__ import annotations

import time

import pytest

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import NoteId

_ENTRY = """# Контейнер {number}

Слой хранит файл, а том переживает контейнер.

```bash
docker rm web-{number}  # убрать
```

Удаляет контейнер, образ остаётся.

* -f - даже если он работает
* -v - вместе с томами

| Port | Who |
|------|-----|
| {number} | registry |

> Где лежит слой {number}?

В папке демона, вероятно.

---
"""


def note_of(megabytes: int) -> str:
    """Return a note of this size, of entries of all kinds."""
    size = megabytes * 1024 * 1024
    count = size // len(_ENTRY.encode()) + 1
    return "\n".join(_ENTRY.format(number=number) for number in range(count))


def cut(text: str) -> tuple[int, float]:
    """Return how many chunks a note gives, and the processor's time for it in seconds."""
    started = time.process_time()
    chunks = chunk_note(parse_note(NoteId("large.md"), text))
    return len(chunks), time.process_time() - started


@pytest.mark.timeout(300)
def test_time_is_linear_up_to_ten_megabytes() -> None:
    half, half_s = cut(note_of(5))
    whole, whole_s = cut(note_of(10))
    assert whole == pytest.approx(2 * half, rel=0.01)
    assert whole_s < 3 * half_s
