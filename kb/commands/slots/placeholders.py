"""Values in notes that stand for something else: `<dir>`, `myImageName`, an id of long ago."""

from __future__ import annotations

import re

from kb.commands.line.tokens import LineToken, Mark

_EXPLICIT = re.compile(
    r"<[^<>]+>|\{\{\s*\w[\w -]*\}\}|\A\[[^\W_][\w .-]*\]\Z|(?<=\w)\[[:@][a-zA-Z][^\[\]]*\]"
)
_VARIABLE = re.compile(r"\$(?:\{\w+\}|[A-Za-z_]\w*)")
_WORDS_OF_A_PROGRAM = frozenset({"args", "ps-args", "any"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_HEX_ID = re.compile(r"(?:sha256:)?(?=[0-9a-f]*[0-9])[0-9a-f]{12,64}")
_ID_LIKE = re.compile(r"(?=(?:[a-z]*[0-9]){5})[0-9][0-9a-z]{7,63}")
_ABBREVIATED_ID = re.compile(r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{4,11}")
_NAMING_WORDS = frozenset({"name", "id", "tag", "hash", "names", "ids"})
_GENERIC_WORDS = _NAMING_WORDS | frozenset(
    {
        "my", "your", "some", "the", "a", "new", "old", "container", "image", "volume", "network",
        "repo", "repository", "dir", "directory", "path", "folder", "user", "username", "or",
        "to", "host", "target", "source", "existing", "context", "port", "service", "object",
    }
)  # fmt: skip
_NOUNS = _GENERIC_WORDS - {"my", "your", "some", "the", "a", "new", "old", "or", "to", "existing"}
_JOINED = re.compile(r"(?:my|your|some|the)_?(?:container|image|volume|network|repo)s?")
_EXISTING = frozenset(
    {"container", "image", "volume", "network", "object", "repository", "context"}
)
_FRESH = frozenset({"new-container", "new-image", "new-volume", "new-network", "mounted-volume"})
_PATH_KINDS = frozenset({"container-path", "context", "build-file"})
_PORTS = frozenset({"host-port", "container-port", "port"})
_BUILTIN_NETWORKS = frozenset({"host", "bridge", "none", "default"})
_PATHS = re.compile(r"/?(?:path|your|absolute|host)(?:/|$).*")
_FREE = frozenset({"args", "ps-args", "value", "text", "format", "filter", "any"})


def is_explicit(token: LineToken) -> bool:
    """Tell whether a token marks its own placeholder: `<dir>`, `[dir]`, `{{name}}`, `$NAME`."""
    return bool(token.marks & {Mark.PLACEHOLDER, Mark.VARIABLE})


def is_placeholder(value: str, kind: str) -> bool:
    """Tell whether a value of a note stands for something else.

    Args:
        value: The value as the note has it.
        kind: A kind of `kb.commands.values.kinds`, or `mounted-volume`.
    """
    if _EXPLICIT.search(value) or (kind not in _WORDS_OF_A_PROGRAM and _VARIABLE.fullmatch(value)):
        return True
    if kind in _FREE or (kind == "network" and value in _BUILTIN_NETWORKS):
        return False
    if any(char.isalpha() and not char.isascii() for char in value):
        return True
    return _stands_for_another(value, kind)


def _stands_for_another(value: str, kind: str) -> bool:
    if kind in _PORTS:
        return not value[:1].isdigit()
    if kind in _PATH_KINDS and _PATHS.fullmatch(value):
        return True
    if kind in _EXISTING:
        return is_foreign_id(value) or _is_generic(value)
    return kind in _FRESH and _names_a_name(value)


def is_foreign_id(value: str) -> bool:
    """Tell whether a value looks like an id that a daemon once gave."""
    return any(p.fullmatch(value) for p in (_HEX_ID, _ID_LIKE, _ABBREVIATED_ID))


def _words(value: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(value)]


def _is_generic(value: str) -> bool:
    words = _words(value)
    if not words or _JOINED.fullmatch(value.lower()):
        return bool(words)
    return _names_a_name(value) or (
        all(word in _GENERIC_WORDS for word in words) and any(word in _NOUNS for word in words)
    )


def _names_a_name(value: str) -> bool:
    """Tell whether a value says that it is a name: `containerName`, `IMAGE_ID`, `NAME`."""
    words = _words(value.partition(":")[0])
    if not words:
        return False
    if value.isupper() and all(word in _GENERIC_WORDS for word in words):
        return True
    return words[-1] in _NAMING_WORDS and len(words) > 1
