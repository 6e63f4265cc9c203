"""Which Compose file a command means, and how its project is called."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from kb.commands.actions import ComposeProject
from kb.errors import InvalidInputError
from server.sandbox.remarks import remark
from server.sandbox.runner.compose_files import (
    KeptFiles,
    find_file,
    name_project,
    project_of_note,
)

USUAL = ComposeProject()
NOTES = [
    "docker.md", "Docker.md", "DOCKER.md", "a/docker.md", "a-docker.md", "b/docker.md",
    "a_docker.md", "Докер.md", "Кафка.md",
    "my notes 2.md", "my-notes-2.md", "_.md", "..md", "x" * 200 + ".md",
    "x" * 201 + ".md", "-.md", "notes.md",
]  # fmt: skip


@pytest.mark.parametrize("note", NOTES)
def test_a_project_of_a_note_is_valid_for_compose_and_stable(note: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}", project_of_note(note))
    assert project_of_note(note) == project_of_note(note)


def test_every_note_has_a_project_of_its_own() -> None:
    assert len({project_of_note(note) for note in NOTES}) == len(NOTES)
    assert project_of_note("docker.md") == "docker"
    assert project_of_note("a/docker.md").startswith("a-docker-")


@pytest.fixture
def kept(tmp_path: Path) -> KeptFiles:
    """Three projects were brought up, `newest` last."""
    made = KeptFiles(tmp_path / "compose")
    for age, name in enumerate(("newest", "docker", "other")):
        made.keep(name, f"of {name}")
        os.utime(tmp_path / "compose" / f"{name}.yaml", (100 - age, 100 - age))
    return made


@pytest.mark.parametrize(
    ("project", "file", "note", "name"),
    [
        (ComposeProject(name="mine"), "name: files", "docker.md", "mine"),
        (USUAL, "name: files\nservices: {}", "docker.md", "files"),
        (USUAL, "services: {}", "kafka.md", "kafka"),
        (USUAL, "name: '../x'", "kafka.md", "kafka"),
        (USUAL, "name: [no", "kafka.md", "kafka"),
        (USUAL, "services: {}", "", "notes"),
        (USUAL, None, "docker.md", "docker"),
        (USUAL, None, "kafka.md", "newest"),
        (USUAL, None, "", "newest"),
    ],
)
def test_how_a_project_is_called(
    kept: KeptFiles, project: ComposeProject, file: str | None, note: str, name: str
) -> None:
    files = {} if file is None else {"docker-compose.yaml": file.encode()}
    assert name_project(project, files, kept, note=note).name == name


def test_the_notes_own_file_is_taken(kept: KeptFiles) -> None:
    files = {"docker-compose.yaml": b"usual", "kafka.yaml": b"named"}
    assert find_file(ComposeProject(name="docker"), files, kept).text == "usual"
    named = find_file(ComposeProject(file=r"e:\tmp\kafka.yaml"), files, kept)
    assert (named.text, named.remark) == ("named", None)


def test_another_name_than_the_files_is_told(kept: KeptFiles) -> None:
    files = {"docker-compose.yaml": b"usual"}
    found = find_file(ComposeProject(file="/x/other.yaml"), files, kept)
    assert found.text == "usual"
    assert found.remark == remark("other_compose_file", file="other.yaml")


def test_without_a_file_that_of_the_project_is_taken_and_told(kept: KeptFiles) -> None:
    found = find_file(ComposeProject(name="other"), {}, kept)
    assert found.text == "of other"
    assert found.remark == remark("kept_compose_file", project="other")


@pytest.mark.parametrize("name", [None, "unknown", "../secret"])
def test_no_file_is_a_clear_error(tmp_path: Path, name: str | None) -> None:
    (tmp_path / "secret.yaml").write_text("no project's")
    for kept in (KeptFiles(tmp_path / "compose"), KeptFiles(None)):
        kept.keep("../secret2", "x")
        with pytest.raises(InvalidInputError) as raised:
            find_file(ComposeProject(name=name, file="a/b.yaml"), {}, kept)
        assert raised.value.code == "no_compose_file"
        assert "b.yaml" in raised.value.message
    assert [path.name for path in tmp_path.iterdir()] == ["secret.yaml"]
