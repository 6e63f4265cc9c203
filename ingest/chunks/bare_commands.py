"""Recognising a command that begins a line and is explained after or below it, mostly unmarked.

A cheat sheet is often typed as plain text: `docker ps -a - all of them`. Many programs are called
like a word (`find`, `make`), and many notes explain terms in the same way (`docker compose - a
tool`), so a line needs a sign that its head is meant to be typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.chunks.shell import is_command
from ingest.inline import code_at_head, plain_text
from kb.text.command_lines import called_words, command_name
from kb.text.markers import without_task_box
from kb.text.programs import subcommands_of
from kb.text.prompts import without_prompt

_HEAD: Final = re.compile(r"(?P<head>[a-z]\S{0,40} \S.{0,400}?)(?:\s+(?:[-–—]|->|→|=>)|:)\s+\S")
_TYPED: Final = re.compile(r"(?P<head>[a-z][\w.+-]* [^\s–—,;:].{0,400}?)\s+[-–—]\s+\S")
_FILE: Final = re.compile(r"\s[\w.~-]*/[\w./-]+\.\w+(?=\s|$)")
_BOLD: Final = re.compile(r"^\*\*(?P<bold>[a-z][^*`]*)\*\*(?:(?<=:\*\*)|(?=\s*(?:[-–—:]|->|→|=>)))")
_EXPLAINED: Final = re.compile(r"[*_]*(?:\s*(?:[-–—]|->|→|=>)|:)[*_]*\s+\S")
_FLAG: Final = re.compile(r"\s--?[A-Za-z]")
_PATH: Final = re.compile(r"\s\S*[/.*$~<\"'|@]")
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
_BRACKETED: Final = re.compile(r"<[^<>]*>")
_VALUE: Final = re.compile(r"--?\w|[<\[{$~./\"'*]|[A-Z][A-Z\d_]|\w+[\d_:./@*=]")
"""How what a command is given begins, where it is no plain word."""
_SENTENCE: Final = re.compile(
    r"[,;:!?.]$|\s\(|\s(?:[A-Za-z][a-z]+\s+[a-z]+|[A-Za-z]+[,;:]|[-–—&+/])(?=\s|$)"
)
"""What shows that words go on after a command, and that the line is no command alone."""
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


def typed_head(line: str, *, is_sure: bool = False) -> str:
    """Return what a line begins with and explains, if it looks like a call of some program.

    Args:
        line: A line as it stands in the note, without its indent.
        is_sure: What stands around the line shows already that it is about a command.
    """
    match = _TYPED.match(line)
    if match is None:
        return ""
    head = match["head"].rstrip()
    is_foreign = _FOREIGN.search(_BRACKETED.sub("", head))
    is_typed = is_sure or _FLAG.search(head) or _FILE.search(head)
    return head if is_typed and not is_foreign else ""


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


def command_alone(line: str) -> str:
    """Return the command that a line consists of, marked as code, bold or plain; else empty.

    What is not marked as code may be a sentence or a title (`docker logs rotation`): what such a
    command is given has to look like a value (`NAME`, `<name>`, `-f`, `web:80`).
    """
    text = line.strip()
    piece = code_at_head(text)
    if piece is None:
        plain = "" if "`" in text else plain_text(text)
        return plain if is_command(plain) and _is_typed(plain) and _has_values(plain) else ""
    command = without_prompt(piece.code)
    is_alone = is_command(command) and not text[piece.end :].strip("*_ ")
    return command if is_alone and not _names_thing(command) else ""


def command_above(line: str, following: str) -> str:
    """Return the command that a line consists of and the next line explains; empty otherwise.

    A colon before what it means says that the line above it is a term, however it is written.
    """
    if following.lstrip().startswith(": "):
        return explained_command(f"{line.strip()}{following.strip()}")
    return command_alone(line.rstrip().removesuffix(":")) if following.strip() else ""


def leading_command(line: str) -> str:
    """Return the command that a line begins with, is it marked as code, explained or alone."""
    piece = code_at_head(line)
    if piece is None:
        return command_at_head(line) or command_alone(line)
    return without_prompt(piece.code) if is_command(piece.code) else ""


def unmarked_commands(text: str) -> Iterator[tuple[int, str]]:
    """Yield the commands that lines begin with, or consist of, without a mark as code.

    Yields:
        The number of the line, from 0 on, and the command.
    """
    lines = text.split("\n")
    for number, (line, following) in enumerate(zip(lines, [*lines[1:], ""], strict=True)):
        bare = without_task_box(line).lstrip("# ")
        command = command_at_head(bare)
        if not command and code_at_head(bare) is None:
            command = command_above(bare, following) or command_alone(bare)
        if command:
            yield number, command


def _has_values(command: str) -> bool:
    """Tell whether what follows the name of an unmarked command can be its values."""
    if _FOREIGN.search(_BRACKETED.sub("", command)):
        return False
    words, name = command.split(), command_name(command).split()
    given = words[words.index(name[-1]) + 1 :]
    if given[-1:] == ["."]:
        given.pop()
    if not given:
        return True
    return bool(_VALUE.match(given[0])) and not _SENTENCE.search(" ".join(["", *given]))


def _names_thing(command: str) -> bool:
    has_subcommands = subcommands_of(called_words(command)[0]) is not None
    return has_subcommands and not _is_typed(command) and not _FLAG.search(command)


def _is_typed(head: str) -> bool:
    program = called_words(head)[0]
    if subcommands_of(program) is not None:
        group, _, last = command_name(head).rpartition(" ")
        return last in (subcommands_of(group) or ())
    if _FOREIGN.search(_BRACKETED.sub("", head)):
        return False
    return program in _NO_WORDS or bool(_FLAG.search(head) or _PATH.search(head))
