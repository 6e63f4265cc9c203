"""Recognising a command that begins a line and is explained after it, without a mark of code.

A cheat sheet is often typed as plain text: `docker ps -a - all of them`. Many programs are called
like a word (`find`, `make`), and many notes explain terms in the same way (`docker compose - a
tool`), so a line needs a sign that its head is meant to be typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.inline import plain_text
from ingest.shell import is_command
from kb.text.programs import DOCKER_GROUPS, WITHIN_GROUPS, subcommands_of

_HEAD: Final = re.compile(r"(?P<head>[a-z]\S{0,40} \S.{0,400}?)(?:\s+(?:[-–—]|->|→|=>)|:)\s+\S")
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
    `docker compose - a tool` and `make sure - twice` do not.
    """
    match = _HEAD.match(line)
    if match is None:
        return ""
    head = match["head"].rstrip()
    return head if is_command(plain_text(head)) and _is_typed(head) else ""


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
