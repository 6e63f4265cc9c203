from __future__ import annotations

import pytest

from ingest.chunks.bare_commands import command_alone, command_at_head, explained_command
from ingest.chunks.chunking import chunk_note
from ingest.markdown import parse_note
from kb.commands.extract import extract_commands
from kb.model import Chunk, ChunkKind, NoteId


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("docker ps -a - показать все", "docker ps -a"),
        ("docker stop web – остановить", "docker stop web"),
        ("docker volume ls: the volumes", "docker volume ls"),
        ("docker exec -it <имя контейнера> bash — войти", "docker exec -it <имя контейнера> bash"),
        ("docker logs -f имя -> смотреть", "docker logs -f имя"),
        ("docker compose up -d - поднять", "docker compose up -d"),
        ("podman image prune - очистить", "podman image prune"),
        ("docker run -p 80:80 nginx - с портом", "docker run -p 80:80 nginx"),
        ("docker-compose up -d => all of it", "docker-compose up -d"),
        ("sudo systemctl restart nginx - заново", "sudo systemctl restart nginx"),
        ("git stash pop → достать", "git stash pop"),
        ("git checkout -- a.txt - as it was", "git checkout -- a.txt"),
        ("ssh-add -D - forget all keys", "ssh-add -D"),
        ("ssh user@host - зайти", "ssh user@host"),
        ('find . -name "*.md" - all notes', 'find . -name "*.md"'),
        ("tar xzf a.tgz - unpack", "tar xzf a.tgz"),
        ("mkdir notes - новая папка", "mkdir notes"),
        ("apt-get update: fresh lists", "apt-get update"),
        ("**docker stop x** - stop", "docker stop x"),
        ("**docker stop x:** stop", "docker stop x"),
    ],
)
def test_a_command_that_is_explained(line: str, command: str) -> None:
    assert command_at_head(line) == command


@pytest.mark.parametrize(
    "line",
    [
        "",
        "docker ps -a",
        "docker ps -a -",
        "docker - a tool",
        "docker compose - инструмент",
        "docker hub - реестр образов",
        "docker volume - тома",
        "docker compose file - где что описано",
        "sudo apt - менеджер пакетов",
        "git flow - a model of branches",
        "git: a tool",
        "npm registry - where packages lie",
        "make sure - twice",
        "find the file - then delete it",
        "top 10 - films",
        "kill time - a hobby",
        "nginx config - вот тут",
        "java heap - память",
        "Docker ps - список",
        "куда делся docker ps - не знаю",
        "`docker ps` - список",
        "**docker compose** - инструмент",
        "**docker ps** and then - nothing",
        "a" * 50_000,
        "docker run " + "x" * 50_000 + " - a",
    ],
)
def test_no_command_that_is_explained(line: str) -> None:
    assert command_at_head(line) == ""


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("`docker ps -a` — список", "docker ps -a"),
        ("**`docker stop web`** - stops it", "docker stop web"),
        ("`$ docker ps`: список", "docker ps"),
        ("`docker --version` -> which one", "docker --version"),
        ("`make build` - all of it", "make build"),
        ("docker ps -a - all", "docker ps -a"),
        ("`docker ps -a`", ""),
        ("`docker ps` shows all", ""),
        ("и `docker ps` - все", ""),
        ("`docker compose` - инструмент", ""),
        ("`git flow` - a model of branches", ""),
        ("`volume` - место", ""),
    ],
)
def test_a_command_that_is_explained_may_be_marked_as_code(line: str, command: str) -> None:
    assert explained_command(line) == command


def chunks_of(text: str) -> list[Chunk]:
    return chunk_note(parse_note(NoteId("a.md"), text))


def commands_of(text: str) -> list[str]:
    return [one.text for chunk in chunks_of(text) for one in extract_commands(chunk)]


def test_items_of_a_cheat_sheet_are_commands_to_run() -> None:
    sheet = "# Шпаргалка\n\n* docker ps -a - показать все\n* docker compose - инструмент\n"
    listed, shown, defined = chunks_of(sheet)
    assert [one.text for one in extract_commands(shown)] == ["docker ps -a"]
    assert (shown.kind, shown.commands) == (ChunkKind.COMMAND, ("docker ps -a",))
    assert (defined.kind, defined.commands) == (ChunkKind.DEFINITION, ())
    assert listed.kind is ChunkKind.LIST


def test_so_are_lines_of_a_paragraph() -> None:
    first, second = chunks_of("docker rm web - удалить\ndocker stop web - остановить\n")
    assert [one.commands for one in (first, second)] == [("docker rm web",), ("docker stop web",)]
    assert [one.lines.start for one in extract_commands(second)] == [2]


def test_so_are_lines_that_mark_it() -> None:
    text = "`docker rm web` - удалить\n**docker stop web** - остановить\n"
    first, second = chunks_of(text)
    assert [one.commands for one in (first, second)] == [("docker rm web",), ("docker stop web",)]
    assert [one.text for one in extract_commands(first)] == ["docker rm web"]
    assert [one.text for one in extract_commands(second)] == ["docker stop web"]


def test_so_is_a_task() -> None:
    (task,) = chunks_of("- [ ] `docker stop web` - stops it\n")
    assert (task.kind, task.commands) == (ChunkKind.COMMAND, ("docker stop web",))


def test_a_paragraph_that_goes_on_stays_whole() -> None:
    (only,) = chunks_of("docker rm web - удалить,\nно сначала остановить\n")
    assert only.lines.end == 2
    assert [one.text for one in extract_commands(only)] == ["docker rm web"]


def test_a_heading_names_its_command_without_the_explanation() -> None:
    (flag,) = (c for c in chunks_of("## docker ps - список\n\n* -a - все\n") if c.flags)
    assert flag.commands == ("docker ps",)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("docker volume inspect NAME", "docker volume inspect NAME"),
        ("docker ps", "docker ps"),
        ("`docker stop web`", "docker stop web"),
        ("**docker pause NAME**", "docker pause NAME"),
        ("docker build -t shop .", "docker build -t shop ."),
        ("docker rm <имя>", "docker rm <имя>"),
        ("sudo systemctl restart", "sudo systemctl restart"),
        ("du -sh *", "du -sh *"),
        ("docker logs rotation", ""),
        ("docker run: flags", ""),
        ("docker run & exec", ""),
        ("docker compose", ""),
        ("docker compose up reads", ""),
        ("docker ps -a shows all of them", ""),
        ("docker ps -a (all)", ""),
        ("docker run флаги", ""),
        ("`docker ps` lists", ""),
        ("`docker compose`", ""),
        ("find files", ""),
        ("make sure", ""),
        ("", ""),
    ],
)
def test_a_line_that_is_a_command_and_nothing_else(line: str, command: str) -> None:
    assert command_alone(line) == command


def test_a_heading_that_is_a_command_is_one_to_run() -> None:
    note = "### docker volume inspect NAME\n\nShows where the volume lies."
    assert commands_of(note) == ["docker volume inspect NAME"]


def test_so_is_a_line_above_what_it_does() -> None:
    assert commands_of("docker kill NAME\n: sends SIGKILL") == ["docker kill NAME"]
    assert commands_of("**docker pause NAME**\nfreezes it") == ["docker pause NAME"]
