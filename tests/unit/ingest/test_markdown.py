from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import Note, NoteId
from tests.unit.ingest.invariants import check_blocks, check_chunks

LINES = st.sampled_from(
    [
        "",
        "  ",
        "\t",
        "text",
        "Том - это место для данных.",
        "# heading",
        "### docker ps",
        "Setext",
        "===",
        "---",
        "***",
        "* item",
        "- -a - all of them",
        "  - nested",
        "    deep text",
        "1. step",
        "- [ ] task",
        "> Где это лежит?",
        "> error: no such file",
        ">",
        "> - -q - names alone",
        "> ```sh",
        "> | a | b |",
        "> |---|---|",
        "```",
        "```bash",
        "~~~~",
        "docker run -p 80:80 nginx",
        "$ docker ps -a",
        "| -p | `--publish` |",
        "|---|---|",
        "<div>",
        "</div>",
        "<!-- ",
        "-->",
        "[^1]: note",
        "text with a note[^1] and[^2]",
        "[^2]: another",
        "[ref]: http://x",
        "Term",
        ": meaning",
        "была ошибка:",
        "`-v` - том",
        "\\",
        "**bold `code",
        "\u00a0",
        "\ufeff",
        "a\u2028b\x0cc\x85d",
        "🐳 конец",
    ]
)
FIELDS = st.sampled_from(
    ["title: Том", "tags: [a, b]", "aliases: x", "created: 2024-05-01", "id: 7", "mood: good", ""]
)
FRONT_MATTER = st.lists(FIELDS, max_size=4, unique=True).map(
    lambda fields: "\n".join(["---", *fields, "---"])
)
DOCUMENTS = st.one_of(
    st.lists(LINES, max_size=25).map("\n".join),
    st.tuples(FRONT_MATTER, st.lists(LINES, max_size=5).map("\n".join)).map("\n".join),
    st.text(max_size=200),
    st.text(alphabet="#*->` \n\t|:[]()~_=+.1a?", max_size=120),
)


def parse(text: str) -> Note:
    return parse_note(NoteId("папка/note.md"), text)


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_blocks_are_whole_lines_in_order_and_leave_nothing_out(text: str) -> None:
    note = parse(text)
    assert note.source == text
    front = note.blocks[0].lines if note.blocks else None
    assert all(front and front.start <= one.line <= front.end for one in note.warnings)
    check_blocks(note)


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_chunks_are_whole_lines_and_lose_no_text(text: str) -> None:
    note = parse(text)
    check_chunks(note, chunk_note(note))


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS)
def test_chunking_is_repeatable(text: str) -> None:
    assert chunk_note(parse(text)) == chunk_note(parse(text))


def test_a_title_from_a_file_name_has_its_letters_put_together() -> None:
    name = unicodedata.normalize("NFD", "Мой ёж.md")
    note = parse_note(NoteId(name), "текст\n")
    assert (note.id, note.title) == (name, "Мой ёж")
    (chunk,) = chunk_note(note)
    assert chunk.context == ""


def test_an_edit_leaves_the_ids_of_other_chunks() -> None:
    before = {chunk.text: chunk.id for chunk in chunk_note(parse("# A\n\none\n\ntwo\n\none\n"))}
    after = {
        chunk.text: chunk.id for chunk in chunk_note(parse("# A\n\nnew\n\none\n\ntwo\n\none\n"))
    }
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    "text",
    [
        "> " * 3000 + "a",
        "- " * 3000 + "a",
        "[" * 50_000,
        "`" * 50_000 + "a",
        "`a ``" * 20_000,
        "`a` ``b " * 60_000,
        "| a " * 5000 + "\n" + "|---" * 5000 + "\n" + "| a " * 5000,
        "*a " * 50_000,
        "**a" * 50_000,
        "<div>\n" * 20_000 + "a",
        "<b> " * 20_000 + " " * 20_000 + "a",
        "%%a%% " * 20_000 + "a",
        "1. a\n" * 5000,
        "\n> ".join("a" * 10_000),
        "[a]: b\n" * 10_000,
        "| a | b |\n|---|---|\n" + "| c d e | f |\n" * 15_000,
        "* one two three\n" * 15_000,
        "```\n" + "log line\n" * 100_000,
        "[[" * 20_000,
        "[a](" * 20_000,
        "-a, " * 20_000,
        "- -a, " + "-b, " * 20_000,
        "a - " * 20_000,
        "Слово " * 30_000 + "?",
        "> " + "как " * 30_000,
        "слово[^a] " * 20_000 + "\n\n[^a]: сноска",
        "[^a]" * 20_000 + "?",
        "слово.[^a]\n[^a]: сноска\n" * 5000,
        "".join(f"слово[^{n}].\n" for n in range(5000))
        + "\n"
        + "".join(f"[^{n}]: сноска\n" for n in range(5000)),
    ],
    ids=lambda text: str(text)[:8].replace("\n", " "),
)
def test_hostile_text_is_parsed_in_linear_time(text: str) -> None:
    started = time.process_time()
    chunks = chunk_note(parse(text))
    assert time.process_time() - started < 6.0
    assert chunks


def test_past_the_nesting_limit_text_is_kept() -> None:
    text = "".join(f"{'> ' * depth}level {depth}\n\n" for depth in range(1, 80))
    chunks = chunk_note(parse(text))
    assert "level 79" in "".join(chunk.text for chunk in chunks)


def test_a_parser_that_fails_costs_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RecursionError

    monkeypatch.setattr("ingest.markdown._parser", fail)
    note = parse("# a\n\ntext\n")
    assert [block.text for block in note.blocks] == ["# a", "text"]
    assert "RecursionError" in note.warnings[0].message


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: Given\n---\n# Other\n", "Given"),
        ("# Only `one`\n\n## Sub\n", "Only one"),
        ("# First\n\n# Second\n", "note"),
        ("no heading", "note"),
        ("---\ntitle: 2024\n---\n", "2024"),
        ("---\ntitle: [a\n---\n", "note"),
    ],
)
def test_title(text: str, title: str) -> None:
    assert parse(text).title == title


def test_broken_front_matter_is_said_and_kept() -> None:
    note = parse("---\ntitle: [a\n---\ntext\n")
    assert note.warnings[0].line == 2
    assert "YAML" in note.warnings[0].message
    assert "title: [a" in "".join(chunk.text for chunk in chunk_note(note))
