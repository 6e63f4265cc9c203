"""Which command of a line, or of a fence, has a flag."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunks.chunking import chunk_note
from ingest.chunks.owners import owners_of
from ingest.markdown import parse_note
from kb.model import NoteId


@pytest.mark.parametrize(
    ("command", "flag", "owner"),
    [
        ("docker run -d nginx", "-d", "docker run -d nginx"),
        ("docker exec -i pg pg_restore --clean", "--clean", "pg_restore --clean"),
        ("docker exec -i pg pg_restore --clean", "-i", "docker exec -i pg pg_restore --clean"),
        ("docker exec web tar -czf /tmp/a.tgz /app", "-z", "tar -czf /tmp/a.tgz /app"),
        ("docker exec mysql mysqldump --quick", "--quick", "mysqldump --quick"),
        ("docker exec -u mysql db -x", "-x", "docker exec -u mysql db -x"),
        ("docker compose exec db psql -c 'select 1'", "-c", "psql -c 'select 1'"),
        ("docker run --name nginx -p 80:80 web", "-p", "docker run --name nginx -p 80:80 web"),
        ("docker run -v x:/d alpine tar -xf a", "-x", "tar -xf a"),
        ("docker cp -a web:/x .", "-a", "docker cp -a web:/x ."),
        ("kubectl exec pod -- ls -l /", "-l", "ls -l /"),
        ("du -s * | sort -h", "-h", "sort -h"),
        ("du -sh * | sort -h", "-s", "du -sh * | sort -h"),
        ("cat a.sql | docker exec -i pg psql -U app", "-U", "psql -U app"),
        ("docker rm $(docker ps -aq)", "-q", "docker ps -aq"),
        ("sudo apt-get install -y curl", "-y", "apt-get install -y curl"),
        ("sh -c 'tar -x'", "-x", "sh -c 'tar -x'"),
        ("ssh web 'tar -x'", "-x", "tar -x"),
        ("grep -r x && tar --list", "--list", "tar --list"),
        ("docker run -d nginx", "--rm", "docker run -d nginx"),
        ("ls | -a", "-a", "ls | -a"),
        ("; -a", "-a", "; -a"),
    ],
)
def test_a_flag_is_that_commands_which_has_it(command: str, flag: str, owner: str) -> None:
    assert owners_of([command], [flag]) == (owner,)


@given(st.lists(st.sampled_from("docker exec run sudo ls | && ; -a -xa $(ls -- ' \" $( x".split())))
def test_no_line_is_too_odd(words: list[str]) -> None:
    assert len(owners_of([" ".join(words)], ["-a"])) == 1


def test_a_flag_of_one_command_of_several_is_not_the_others() -> None:
    commands = ["docker restart web", "docker logs -f web"]
    assert owners_of(commands, ["-f"]) == ("docker logs -f web",)
    assert owners_of(commands, ["-t"]) == tuple(commands)
    assert owners_of([], ["-t"]) == ()


def owned(note: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    chunks = chunk_note(parse_note(NoteId("a.md"), note))
    return [(chunk.flags, chunk.commands) for chunk in chunks if chunk.flags]


def test_the_only_command_of_the_paragraph_before_owns_flags() -> None:
    command = "rsync -a --delete x/ y/"
    together = (("-a", "--delete"), (command,))
    lines = f"Every night: `{command}`\n\n`-a` keeps the rights, `--delete` removes the rest."
    assert owned(lines) == [together]
    assert owned(f"`{command}`\n\n- `-a` - all") == [(("-a",), (command,))]
    assert owned("`ls -l` and `ls -a`\n\n- `-a` - all") == [(("-a",), ())]


def test_but_not_where_another_command_has_them() -> None:
    note = "```\ndocker run -d x\n```\n\nSee `docker ps -a` too.\n\n- `-d` - behind"
    assert owned(note) == [(("-d",), ("docker run -d x",))]
    alone = "```\ndocker run -d x\n```\n\nIt runs.\n\nText:\n\n- a\n\n`ls -l`\n\n- `-l` - long"
    assert owned(alone) == [(("-l",), ("ls -l",))]


def test_a_heading_that_is_a_program_owns_them_in_capitals_too() -> None:
    assert owned("# SSH\n\n- `-L` - a tunnel") == [(("-L",), ("ssh",))]
