"""What Docker would stumble over in a note's own files."""

from __future__ import annotations

from server.note_context import COMPOSE_FILE, DOCKERFILE
from server.note_file_check import check_files, clean_files

FILES = {
    DOCKERFILE: "FROM python:3.6  // основа\nCOPY . /app/\n".encode(),
    COMPOSE_FILE: b"services:\n  web:\n    image: nginx  # web\n",
    "app.py": b"print(7 // 2)  // no comment of a Dockerfile\n",
}


def test_the_comments_of_a_dockerfile_are_reported_with_their_lines() -> None:
    dockerfile, program, compose = check_files(FILES)
    assert (dockerfile.name, dockerfile.problems) == (DOCKERFILE, ((1, "основа"),))
    assert dockerfile.cleaned == "# основа\nFROM python:3.6\nCOPY . /app/\n"
    assert [(each.problems, each.cleaned) for each in (program, compose)] == [((), "")] * 2


def test_only_the_dockerfile_is_changed_by_cleaning() -> None:
    cleaned = clean_files(FILES)
    assert cleaned[DOCKERFILE] == "# основа\nFROM python:3.6\nCOPY . /app/\n".encode()
    assert {name for name in FILES if cleaned[name] != FILES[name]} == {DOCKERFILE}


def test_a_sound_dockerfile_stays_as_it_is() -> None:
    sound = {DOCKERFILE: b"# base\nFROM debian:12\n"}
    assert clean_files(sound) == sound
    assert check_files(sound)[0].cleaned == ""
