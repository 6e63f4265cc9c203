"""What of a folder is no note: other programs' files, and what `.kbignore` lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

IGNORE_FILE: Final = ".kbignore"
NOTE_SUFFIXES: Final = (".md", ".markdown")
_IGNORED_FOLDERS: Final = frozenset({"node_modules", "__pycache__"})
_TEMPORARY: Final = re.compile(r"^~\$|(~|#|\.(tmp|temp|swp|bak|crdownload|part))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    folders_only: bool
    negated: bool


class IgnoreRules:
    """The rules of one notes folder.

    Hidden files and folders (`.git`, `.obsidian`, editors' swap files), `node_modules` and
    temporary files are always left out. A `.kbignore` in the notes folder adds rules in the
    syntax of `.gitignore`: `*`, `**`, `?`, `[…]`, `!`, a leading and a trailing `/`, `#` comments.

    Args:
        lines: The lines of `.kbignore`.
    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._rules = [rule for line in lines if (rule := _parse_rule(line))]

    def ignores_folder(self, path: str) -> bool:
        """Tell whether the folder (relative, with `/`) is left out with all that is in it."""
        name = path.rsplit("/", 1)[-1]
        if name.startswith(".") or name in _IGNORED_FOLDERS:
            return True
        return self._is_listed(path, is_folder=True)

    def ignores_file(self, path: str) -> bool:
        """Tell whether the file (relative, with `/`) is no note; its folders are not looked at."""
        name = path.rsplit("/", 1)[-1]
        if name.startswith(".") or _TEMPORARY.search(name):
            return True
        return not name.lower().endswith(NOTE_SUFFIXES) or self._is_listed(path, is_folder=False)

    def ignores(self, path: str) -> bool:
        """Tell whether the file is no note, its own name and all its folders considered."""
        parts = path.split("/")
        folders = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        return any(map(self.ignores_folder, folders)) or self.ignores_file(path)

    def _is_listed(self, path: str, *, is_folder: bool) -> bool:
        listed = False
        for rule in self._rules:
            if (is_folder or not rule.folders_only) and rule.pattern.fullmatch(path):
                listed = not rule.negated
        return listed


def _parse_rule(line: str) -> _Rule | None:
    line = _without_trailing_space(line)
    if not line or line.startswith("#"):
        return None
    negated = line.startswith("!")
    line = line.removeprefix("!")
    folders_only = line.endswith("/")
    line = line.rstrip("/")
    anchored = "/" in line
    prefix = "" if anchored else "(?:.*/)?"
    pattern = re.compile(prefix + _to_regex(line.lstrip("/")), re.DOTALL)
    return _Rule(pattern, folders_only, negated) if line else None


def _without_trailing_space(line: str) -> str:
    stripped = line.rstrip()
    is_escaped = (len(stripped) - len(stripped.rstrip("\\"))) % 2 == 1
    return f"{stripped} " if is_escaped and stripped != line else stripped


_GLOB: Final = re.compile(
    r"\\.|(?<![^/])\*\*/|/\*\*$|\*+|\?|\[[!^]?\]?(?:\\.|[^\]])*\]|.", re.DOTALL
)
_WILDCARDS: Final = {"**/": "(?:.*/)?", "/**": "/.*", "?": "[^/]"}


def _to_regex(glob: str) -> str:
    parts = []
    for match in _GLOB.finditer(glob):
        part = match.group()
        if part in _WILDCARDS:
            parts.append(_WILDCARDS[part])
        elif part.startswith("*"):
            parts.append("[^/]*")
        elif part.startswith("\\"):
            parts.append(re.escape(part[1:] or part))
        elif part.startswith("[") and len(part) > 1:
            parts.append(_character_class(part))
        else:
            parts.append(re.escape(part))
    return "".join(parts)


def _character_class(part: str) -> str:
    """Turn `[a-z]` into a set that never has a slash in it; a broken one stands for itself."""
    negation = "^" if part[1] in "!^" else ""
    letters = "".join(re.findall(r"\\?(.)", part[1 + len(negation) : -1], re.DOTALL))
    body = re.sub(r"(?<=[^-])\\-(?=[^-\\])", "-", re.escape(letters))
    try:
        re.compile(f"[{body}]")
    except re.error:
        return re.escape(part)
    return f"(?!/)[{negation}{body}]"
