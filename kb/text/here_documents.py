"""The text that a shell script hands to a program, from `<<EOF` to `EOF`: no commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kb.text.prompts import SECOND_PROMPT

_BEGIN: Final = re.compile(r"(?<!<)<<-?\s*(?:\\|(['\"]?))([A-Za-z_]\w*)(?(1)\1)")


def outside_documents(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield each line of a script that is in no here-document, with its index.

    The line that begins a document is yielded, that which ends it is not. What never ends is none.
    """
    last = {_unprompted(line): number for number, line in enumerate(lines)}
    end = ""
    for number, line in enumerate(lines):
        if end:
            end = "" if _unprompted(line) == end else end
            continue
        yield number, line
        match = _BEGIN.search(line)
        if match is not None and last.get(match[2], 0) > number:
            end = match[2]


def _unprompted(line: str) -> str:
    return SECOND_PROMPT.sub("", line.strip())
