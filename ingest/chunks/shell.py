"""Recognising command lines in code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from kb.text.command_lines import called_words
from kb.text.here_documents import outside_documents
from kb.text.programs import PROGRAMS
from kb.text.prompts import PROMPT, without_prompt
from kb.text.shell_lines import join_continued, logical_lines, without_comment

_SHELL_INFO: Final = frozenset(
    "bash sh shell console zsh fish powershell ps1 pwsh cmd bat batch terminal shellsession".split()
)
_QUERY_INFO: Final = frozenset("sql psql mysql postgresql plsql".split())
_BEFORE_QUERY_COMMENT: Final = re.compile(r"""(?:'[^']*'|"[^"]*"|[^'"-]|-(?!-(?:\s|$)))*""")
_FILE_INFO: Final = frozenset(
    "yaml yml json jsonc toml ini conf xml html css dockerfile docker-compose makefile properties"
    " diff csv tsv markdown md text-file nginx env log http mermaid".split()
)
_KEYWORD: Final = re.compile(
    r"(?:for|do|done|if|fi|then|elif|else|while|until|case|esac|[{}])(?=[\s;]|$)"
)
_BEFORE_COMMAND: Final = re.compile(r"(?:(?:if|then|elif|else|do|while|until|\{)(?:\s+|$))+")
_PROGRAM: Final = re.compile(r"^(?:\./|~/|/)?[A-Za-z][\w./-]*$")
_HAS_FLAG: Final = re.compile(r"\s--?[A-Za-z]")
_SETTING: Final = re.compile(r"[\w.-]+\s*(?:=|:)\s")


def command_lines(code: str, info: str = "") -> tuple[str, ...]:
    """Return the commands in a code block, each on one line; empty where it is something else.

    Prompts, trailing comments, here-documents and the keywords of loops are removed, continued
    lines joined. What the fence calls itself is believed where it names a shell or a file format;
    a wrong tag (`java`) does not hide a block in which every line calls a well-known program.
    """
    tag = _tag(info)
    if tag in _QUERY_INFO:
        return tuple(_statements(code))
    if tag in _FILE_INFO:
        return ()
    lines = [line for line in _shell_lines(code) if not line.startswith(("#", "//", "REM "))]
    prompted = [PROMPT.sub("", line) for line in lines if PROMPT.match(line)]
    if tag in _SHELL_INFO:
        typed = prompted or lines
        return tuple(_without_keywords(typed, _names_program)) or tuple(typed)
    for typed in (prompted, lines):
        commands = tuple(_without_keywords(typed, _calls_program))
        if commands and all(map(_calls_program, commands)):
            return commands
    return ()


def is_query(info: str) -> bool:
    """Tell whether a fence calls itself SQL."""
    return _tag(info) in _QUERY_INFO


def _tag(info: str) -> str:
    return info.split(maxsplit=1)[0].lower().strip("{}.") if info.split() else ""


def is_command(text: str) -> bool:
    """Tell whether a piece of inline code is a whole command (`docker ps -a`), no mere word."""
    line = without_prompt(text)
    words = line.split()
    if "\n" in text or len(words) < 2:
        return False
    return _program_of(line) in PROGRAMS and _calls_program(line)


def is_program(text: str) -> bool:
    """Tell whether a text is the name of a well-known program, and nothing else."""
    return text in PROGRAMS


def _shell_lines(code: str) -> Iterator[str]:
    """Yield the lines of a script as a shell reads them, each on one line, without comments."""
    lines = [line.strip() for _, line in outside_documents(code.split("\n"))]
    for line in logical_lines(lines, _calls_program):
        if joined := without_comment(join_continued(line.text)):
            yield " ".join(part.strip() for part in joined.split("\n"))


def _without_keywords(lines: Iterable[str], is_call: Callable[[str], bool]) -> Iterator[str]:
    """Yield commands; of a line that a keyword of the shell begins, the ones within it."""
    for line in lines:
        # What ends in a colon is Python.
        if not _KEYWORD.match(line) or line.endswith(":"):
            yield line
            continue
        for part in line.split(";"):
            command = _BEFORE_COMMAND.sub("", part.strip(), count=1)
            if not _KEYWORD.match(command) and is_call(command):
                yield command


def _statements(code: str) -> list[str]:
    flat = " ".join(without_query_comment(line).strip() for line in code.split("\n"))
    return [statement.strip() for statement in flat.split(";") if statement.strip()]


def without_query_comment(line: str) -> str:
    """Return a line of SQL without the comment behind it."""
    code = _BEFORE_QUERY_COMMENT.match(line)
    is_commented = code is not None and line.startswith("--", code.end())
    return line[: code.end()].rstrip() if code and is_commented else line


def _program_of(line: str) -> str:
    called = called_words(line)
    return called[0].rsplit("/", 1)[-1] if called else ""


def _names_program(line: str) -> bool:
    """Tell whether a command of a shell is no test (`[ -f x ]`) and no comment."""
    return bool(_PROGRAM.match(_program_of(line)))


def _calls_program(line: str) -> bool:
    words = line.split()
    if line.endswith((":", "{")) or _SETTING.match(line) or _KEYWORD.match(line):
        return False
    if _program_of(line) in PROGRAMS:
        return True
    if not words or not _PROGRAM.match(words[0]):
        return False
    return words[0].startswith("./") or bool(words[0].islower() and _HAS_FLAG.search(line))
