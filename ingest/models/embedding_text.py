"""What of a chunk goes through the model: its words and code, without Markdown's marks."""

from __future__ import annotations

import re
from typing import Final

from ingest.inline import plain_text
from kb.model import Chunk
from kb.text.data_uris import without_data
from kb.text.fences import lines_and_code
from kb.text.markers import ITEM, TASK_BOX

_MARKERS: Final = re.compile(rf"^(?:\s*(?:>|{ITEM})(?=\s))*\s*(?:{TASK_BOX}\s)?")
"""All that a line begins with: an item may stand in a quote, and in another item."""
_HEADING: Final = re.compile(r"^#{1,6}\s+|\s+#+\s*$")
_TABLE_RULE: Final = re.compile(r"^[\s|:-]+$")


def embedding_text(text: str) -> str:
    """Return a chunk's text for embedding; never empty unless the text is.

    Quote and list markers, fences, emphasis, link targets and data of pictures are left out; code
    stays as it is.
    """
    text = without_data(text)
    lines: list[str] = []
    for line, is_code in lines_and_code(text):
        if is_code:
            lines.append(line.strip())
        elif not _TABLE_RULE.match(line):
            bare = _HEADING.sub("", _MARKERS.sub("", line))
            lines.append(plain_text(bare).strip())
    return "\n".join(filter(None, lines)) or text.strip()


def passage_text(chunk: Chunk) -> str:
    """Return what goes through a model for a chunk: what stands above it, and its text."""
    text = embedding_text(chunk.text)
    return f"{chunk.context}\n{text}" if chunk.context else text
