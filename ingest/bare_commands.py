"""Recognising a command that begins a line and is explained after it, mostly without a mark.

A cheat sheet is often typed as plain text: `docker ps -a - all of them`. Many programs are called
like a word (`find`, `make`), and many notes explain terms in the same way (`docker compose - a
tool`), so a line needs a sign that its head is meant to be typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.inline import code_at_head, plain_text
from ingest.shell import is_command, without_prompt
from kb.text.programs import DOCKER_GROUPS, WITHIN_GROUPS, subcommands_of

_HEAD: Final = re.compile(r"(?P<head>[a-z]\S{0,40} \S.{0,400}?)(?:\s+(?:[-–—]|->|→|=>)|:)\s+\S")
_BOLD: Final = re.compile(r"^\*\*(?P<bold>[a-z][^*`]*)\*\*(?:(?<=:\*\*)|(?=\s*(?:[-–—:]|->|→|=>)))")
_EXPLAINED: Final = re.compile(r"[*_]*(?:\s*(?:[-–—]|->|→|=>)|:)[*_]*\s+\S")
_FLAG: Final = re.compile(r"\s--?[A-Za-z]")
_PATH: Final = re.compile(r"\s\S*[/.*$~<\"'|@]")
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
_BRACKETED: Final = re.compile(r"<[^<>]*>")
_NO_WORDS: Final = frozenset(
    "chmod chown cp crontab df dnf du gunzip gzip ifconfig journalctl killall ls lsof lsblk mkdir"
    " mv mysqldump nslookup pg_dump pg_dumpall pg_restore pkill ps pwd rm rsync scp ssh-add"
    " ssh-copy-id ssh-keygen umount unzip wget whoami xargs".split()
)
"""Programs that are called like no word, and by no one but to run them."""


def command_at_head(line: str) -> str:
    """Return the command that a line begins with and then explains; empty where it does not.

    `docker stop web - stops it`, `ssh-add -D: forget all keys` and `git stash pop -> back` do.
    `docker compose - a tool` and `make sure - twice` do not. A bold head is as good as a plain one.
    """
    match = _HEAD.match(_BOLD.sub(r"\g<bold>", line))
    if match is None:
        return ""
    head = match["head"].rstrip()
    return head if is_command(plain_text(head)) and _is_typed(head) else ""


def explained_command(line: str) -> str:
    """Return the command that a line begins with and then explains, marked as code or not.

    What is marked as code is typed, unless it names a thing: `` `docker compose` - a tool ``.
    """
    piece = code_at_head(line)
    if piece is None:
        return command_at_head(line)
    command = without_prompt(piece.code)
    is_explained = is_command(command) and _EXPLAINED.match(line, piece.end)
    return command if is_explained and not _names_thing(command) else ""


def _names_thing(command: str) -> bool:
    has_subcommands = subcommands_of(command.split(maxsplit=1)[0]) is not None
    return has_subcommands and not _is_typed(command) and not _FLAG.search(command)


def _is_typed(head: str) -> bool:
    program, *words = head.removeprefix("sudo ").split()
    known = subcommands_of(program)
    if known is not None:
        return _begins_with(known, words)
    if _FOREIGN.search(_BRACKETED.sub("", head)):
        return False
    return program in _NO_WORDS or bool(_FLAG.search(head) or _PATH.search(head))


def _begins_with(known: frozenset[str], words: Sequence[str]) -> bool:
    if words[:1] and words[0] in DOCKER_GROUPS - known:
        known, words = WITHIN_GROUPS, words[1:]
    return bool(words) and words[0] in known
