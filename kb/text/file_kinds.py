"""Whether a block of code is a Dockerfile or a Compose file, as its tag and its lines tell."""

from __future__ import annotations

import re
from typing import Final

_DOCKERFILE_TAGS: Final = frozenset({"dockerfile", "docker"})
_COMPOSE_TAGS: Final = frozenset({"", "yaml", "yml", "compose", "docker-compose"})
_FROM: Final = re.compile(
    r"(?:#.*\n|ARG .*\n|\s*\n)*FROM(?:\s+--\S+)*\s+\S+(?:\s+AS\s+\S+)?"
    r"[ \t]*(?:[ \t](?:#|//).*)?$",  # with what people note behind it
    re.IGNORECASE | re.MULTILINE,
)
"""The first instruction of a Dockerfile, alone on its line (`from os import path` is Python)."""
_INSTRUCTION: Final = re.compile(
    r"^(?:RUN|CMD|COPY|ADD|WORKDIR|EXPOSE|ENV|ENTRYPOINT|USER|VOLUME|LABEL|ARG|HEALTHCHECK)\s+\S",
    re.MULTILINE,
)
_SERVICES: Final = re.compile(r"^services:\s*$", re.MULTILINE)


def is_dockerfile(code: str, info: str) -> bool:
    """Tell whether code is a Dockerfile; `info` is the info string of its fence.

    A tag that is wrong (`java`, for its colours) does not hide one with instructions.
    """
    tag = _tag(info)
    if tag in _DOCKERFILE_TAGS:
        return True
    is_from = _FROM.match(code) is not None
    return is_from and (tag == "" or _INSTRUCTION.search(code) is not None)


def is_compose_file(code: str, info: str) -> bool:
    """Tell whether code is a Compose file; `info` is the info string of its fence."""
    return _tag(info) in _COMPOSE_TAGS and _SERVICES.search(code) is not None


def kind_of_file(code: str, info: str) -> str:
    """Return what code is a file of, as people name it; empty where that is not known."""
    if is_dockerfile(code, info):
        return "Dockerfile"
    return "Docker Compose" if is_compose_file(code, info) else ""


def _tag(info: str) -> str:
    return info.split(maxsplit=1)[0].lower() if info.strip() else ""
