"""What a note says before its sections holds for them."""

from __future__ import annotations

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import Chunk, NoteId
from kb.retrieval.coverage import chunk_terms

NOTE = """\
Kept since spring.

# Docker at home

Debian 12, one small machine.

Second paragraph about Ubuntu.

## Install

Take the package of the distribution.

```bash
apt-get install docker.io
```

## Behind a proxy

Only from the office.

### Variables

Set them before the proxy.

## Logs

journalctl -u docker
"""


def _chunk(text: str) -> Chunk:
    chunks = chunk_note(parse_note(NoteId("home.md"), NOTE))
    return next(chunk for chunk in chunks if text in chunk.text)


def test_first_paragraphs_above_a_section_are_its_setting() -> None:
    opening = "Kept since spring."
    machine = "Debian 12, one small machine."
    assert _chunk("apt-get").setting == f"{opening}\n{machine}"
    assert _chunk("journalctl").setting == f"{opening}\n{machine}"
    assert _chunk("before the proxy").setting == f"{opening}\n{machine}\nOnly from the office."


def test_an_opening_is_not_its_own_setting() -> None:
    assert _chunk("Debian").setting == "Kept since spring."
    assert _chunk("Kept since").setting == ""


def test_a_sections_neighbours_are_no_setting() -> None:
    assert "distribution" not in _chunk("journalctl").setting
    assert "Ubuntu" not in _chunk("journalctl").setting


def test_a_long_opening_is_cut() -> None:
    note = f"# A\n\n{'word ' * 500}\n\n## B\n\ntext\n"
    last = chunk_note(parse_note(NoteId("a.md"), note))[-1]
    assert 0 < len(last.setting) <= 400


def test_words_of_the_setting_are_terms_of_the_chunk() -> None:
    terms = chunk_terms(_chunk("apt-get"))
    assert "debian" in terms.setting
    assert "debian" not in terms.body | terms.context
