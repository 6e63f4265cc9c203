"""Dockerfiles of notes: comments that Docker does not know."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TRAILING = re.compile(r"(?<!\s)\s+(?://(?=\s|[^\x00-\x7f])|#(?=\s)).*$")
_OWN_LINE = re.compile(r"\s*//(.*)$")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedDockerfile:
    """A Dockerfile without the comments that would be read as arguments."""

    text: str
    """With each such comment on a `#` line of its own above its instruction."""
    problems: tuple[tuple[int, str], ...] = ()
    """(1-based line, the comment) of the original: Docker takes these words for arguments."""


def clean_dockerfile(text: str) -> CleanedDockerfile:
    """Move `//` and trailing `#` comments to lines of their own, where Docker knows them.

    Quoted text and continued lines are left alone; a line without such a comment stays as it is.
    """
    cleaned: list[str] = []
    problems: list[tuple[int, str]] = []
    heredoc = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if heredoc:
            heredoc = "" if line.strip() == heredoc else heredoc
            cleaned.append(line)
            continue
        comment, rest = _split_comment(line)
        if comment is None:
            cleaned.append(line)
        else:
            problems.append((number, comment))
            continued = bool(cleaned) and cleaned[-1].rstrip().endswith("\\")
            cleaned += [*([] if continued else [f"# {comment}"]), *([rest] if rest else [])]
        if match := _HEREDOC.search(line):
            heredoc = match[1]
    return CleanedDockerfile(text="\n".join(cleaned), problems=tuple(problems))


def _split_comment(line: str) -> tuple[str | None, str]:
    """Return (comment, line without it); (None, line) where Docker would understand the line."""
    if line.lstrip().startswith("#"):
        return None, line
    if own := _OWN_LINE.match(line):
        return own[1].strip(), ""
    hidden = _QUOTED.sub(lambda match: "\0" * len(match.group()), line)
    trailing = _TRAILING.search(hidden)
    if trailing is None:
        return None, line
    comment = line[trailing.start() :].strip().removeprefix("//").removeprefix("#").strip()
    return comment, line[: trailing.start()].rstrip()
