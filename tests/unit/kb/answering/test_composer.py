from __future__ import annotations

import pytest

from kb.answering.composer import compose
from kb.model import Chunk, ChunkKind, Citation, LineRange
from tests.chunks import make_chunk

FRONT_MATTER = "---\ntitle: Relocation\nowner: Marta Keller\n---"


def cited(chunk: Chunk) -> tuple[Chunk, Citation]:
    citation = Citation(n=1, note=chunk.note, lines=chunk.lines, quote=chunk.text, chunk=chunk.id)
    return chunk, citation


def test_front_matter_is_told_without_its_rules_line_by_line() -> None:
    text = compose([cited(make_chunk(FRONT_MATTER))], (), "en")
    assert text == "```yaml\ntitle: Relocation\nowner: Marta Keller\n```\n\n[1]"


def test_rules_further_down_are_no_front_matter() -> None:
    text = compose([cited(make_chunk(FRONT_MATTER, start=9))], (), "en")
    assert text == f"{FRONT_MATTER} [1]"


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        (FRONT_MATTER, ChunkKind.PARAGRAPH, "owner: Marta Keller"),
        ("Port 80.\nLogs in /var/log", ChunkKind.PARAGRAPH, "Logs in /var/log"),
        ("Docker - a tool.\nIts port is 80", ChunkKind.DEFINITION, "Its port is 80"),
    ],
)
def test_of_a_text_that_is_quoted_in_part_that_part_is_told(
    text: str, kind: ChunkKind, line: str
) -> None:
    chunk = make_chunk(text, kind=kind)
    number = 1 + text.split("\n").index(line)
    lines = LineRange(start=number, end=number)
    citation = Citation(n=1, note=chunk.note, lines=lines, quote=line, chunk=chunk.id)
    assert compose([(chunk, citation)], (), "en") == f"{line} [1]"


STEPS = [
    f"{n}. Do step {n} of the way with care, and read the log of it twice. It is the {n}th."
    for n in range(1, 7)
]
TABLE = ["| Port | Who |", "|------|-----|"] + [
    f"| 80{n} | service {n}. It listens there. And nowhere else |" for n in range(10, 19)
]
PROSE = " ".join(f"Sentence {n} tells of the garden and its many old trees." for n in range(12))


@pytest.mark.parametrize(
    "lines",
    [
        STEPS,
        [f"- {line[3:]}" for line in STEPS],
        [f"> {line}" for line in STEPS],
        TABLE,
        [line.strip("| ") for line in TABLE],
        ["1. Begin.", "", f"   {PROSE}", "", "2. End."],
        ["```", PROSE, "```"],
    ],
    ids=["steps", "bullets", "quoted", "table", "bare table", "loose", "code"],
)
@pytest.mark.parametrize("kind", [ChunkKind.QUESTION, ChunkKind.PARAGRAPH])
def test_what_is_no_prose_is_never_shortened(lines: list[str], kind: ChunkKind) -> None:
    text = "\n".join(["> How?", "", *lines, "", PROSE])
    chunk = make_chunk(text, kind=kind, question_lines=(1, 1))
    told = compose([cited(chunk)], (), "en")
    assert "\n".join(lines) in told
    assert (told.endswith("… [1]")) is ("```" not in lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- where are passwords? In grafana.db", "where are passwords? In grafana.db [1]"),
        ("> Where are passwords? In grafana.db", "Where are passwords? In grafana.db [1]"),
        ("> Where?\n>\n", "Where? [1]"),
    ],
)
def test_a_line_that_asks_and_answers_is_told_itself(text: str, told: str) -> None:
    chunk = make_chunk(text, kind=ChunkKind.QUESTION, question_lines=(1, 1))
    assert compose([cited(chunk)], (), "en") == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\t- `docker pause web` - freezes", "- `docker pause web` - freezes"),
        ("\t- one\n\t\t- two", "- one\n\t- two"),
        ("    - one\nand more", "- one\nand more"),
        ("  - one\n    - two", "- one\n  - two"),
    ],
)
def test_a_nested_item_is_told_as_an_item(text: str, told: str) -> None:
    chunk = make_chunk(text, kind=ChunkKind.COMMAND)
    assert compose([cited(chunk)], (), "en").split("\n\n")[0].removesuffix(" [1]") == told


def test_what_is_nested_in_a_flag_is_told_as_a_list() -> None:
    chunk = make_chunk("\t- -p - ports\n\t\t- one\n", kind=ChunkKind.FLAG, flags=("-p",))
    assert compose([cited(chunk)], (), "en") == "Flag `-p`:\n\n-p - ports\n- one\n\n[1]"
