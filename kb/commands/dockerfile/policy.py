"""What the Dockerfile of a note may not ask for.

What a `RUN` does happens in a container of the sandbox and is held by its network and limits; here
it is seen to that nothing is asked of the daemon itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from kb.commands.dockerfile.lines import Dialect, Instruction, dialects, read_instructions
from kb.commands.dockerfile.scope import Scope
from kb.commands.dockerfile.words import Word, expand_word
from kb.commands.texts import refused
from kb.commands.values.references import is_public_host, parse_reference

_FLAG = re.compile(r"--(?P<name>[a-z-]+)(?:=(?P<value>\S*))?")
_SCHEMES = ("http://", "https://", "git://", "ssh://", "ftp://", "git@")
_HEREDOC = re.compile(r"(?<!\S)\d*<<-?(?!\d)[^\s<]+")
_QUOTED = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.""", re.DOTALL)
_TAKES_HEREDOC = frozenset({"RUN", "COPY", "ADD"})
_MAX_LINE = 16_384
_ALLOWED_FLAGS = {
    "FROM": frozenset({"platform"}),
    "COPY": frozenset({"from", "chown", "chmod", "link", "parents", "exclude"}),
    "ADD": frozenset({"chown", "chmod", "link", "checksum", "exclude"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
}


def check_dockerfile(text: str, *, build_args: Mapping[str, str] | None = None) -> None:
    """Let the policy read a Dockerfile before it is built.

    Args:
        text: The Dockerfile.
        build_args: What `--build-arg` sets.

    Raises:
        CommandRefusedError: `private_registry`, `dockerfile_address`, `dockerfile_variable` or
            `dockerfile_instruction`.
    """
    for dialect in dialects(text):
        _check_as(text, dialect, build_args or {})


def _check_as(text: str, dialect: Dialect, build_args: Mapping[str, str]) -> None:
    """Judge a file as one kind of builder reads it."""
    scope = Scope(build_args=build_args, escape=dialect.escape)
    for instruction in read_instructions(text, dialect):
        flags, operands = _split_flags(instruction, dialect.escape)
        _refuse_heredoc(instruction, operands)
        match instruction.name:
            case "ARG" if not instruction.deferred:
                scope.set_args(operands)
            case "ENV" if not instruction.deferred:
                scope.set_env(operands)
            case "FROM":
                _check_from(instruction, operands.split(), scope)
            case "COPY" if "from" in flags:
                _check_copied_image(instruction, flags["from"], scope)
            case "ADD":
                _check_sources(instruction, operands, scope)


def _split_flags(instruction: Instruction, escape: str) -> tuple[dict[str, str], str]:
    """Return the options of an instruction and what follows them.

    Raises:
        CommandRefusedError: `dockerfile_instruction`, for one that is not known.
    """
    flags: dict[str, str] = {}
    rest = instruction.rest.lstrip()
    while rest.startswith("--"):
        word = rest.split(maxsplit=1)[0]
        rest = rest[len(word) :].lstrip()
        match = _FLAG.fullmatch(word)
        allowed = _ALLOWED_FLAGS.get(instruction.name, frozenset())
        if match is None or match["name"] not in allowed or set(word) & {"'", '"', escape}:
            part = f"{instruction.name} {word.partition('=')[0]}"
            raise refused("dockerfile_instruction", line=instruction.line, part=part)
        flags[match["name"]] = match["value"] or ""
    return flags, rest


def _refuse_heredoc(instruction: Instruction, operands: str) -> None:
    """Refuse text on lines of its own: BuildKit reads it, the builder that is used here does not.

    After `heredocsFromLine` of BuildKit's `frontend/dockerfile/parser`.
    """
    bare = _QUOTED.sub(lambda quoted: "x" * len(quoted.group()), operands)
    found = _HEREDOC.search(bare) if instruction.name in _TAKES_HEREDOC else None
    if found:
        part = f"{instruction.name} {operands[found.start() : found.end()]}"
        raise refused(
            "dockerfile_instruction", key="dockerfile_instruction.heredoc",
            line=instruction.line, part=part,
        )  # fmt: skip


def _check_from(instruction: Instruction, words: list[str], scope: Scope) -> None:
    if not words:
        return
    base = scope.expand_base(words[0])
    if not base.whole:
        raise refused("dockerfile_variable", line=instruction.line, part=words[0])
    if not scope.knows_stage(base.text):
        _check_image(base.text)
    named = len(words) > 2 and words[1].upper() == "AS"
    scope.begin_stage(base.text, words[2] if named else "")


def _check_copied_image(instruction: Instruction, name: str, scope: Scope) -> None:
    if "$" in name:
        raise refused("dockerfile_variable", line=instruction.line, part=name)
    if not scope.knows_stage(name):
        _check_image(name)


def _check_image(name: str) -> None:
    registry = _registry_of(name)
    if registry and not is_public_host(registry):
        raise refused("private_registry", part=registry)


def _registry_of(name: str) -> str:
    """Return the registry of an image, also where the rest of its name is not understood."""
    if reference := parse_reference(name):
        return reference.domain
    first, slash, _ = name.partition("/")
    is_host = "." in first or ":" in first or first == "localhost"
    return first if slash and is_host else ""


def _check_sources(instruction: Instruction, operands: str, scope: Scope) -> None:
    if len(operands) > _MAX_LINE:
        raise refused("dockerfile_instruction", line=instruction.line, part=instruction.name)
    for raw in _sources(operands):
        word = _resolve(raw, scope, deferred=instruction.deferred)
        if not word.whole and _may_become_address(word.text):
            raise refused("dockerfile_variable", line=instruction.line, part=raw[:80])
        if _is_address(word.text) and not is_public_host(_host_of(word.text)):
            raise refused("dockerfile_address", line=instruction.line, part=word.text)


def _resolve(raw: str, scope: Scope, *, deferred: bool) -> Word:
    """Resolve a word; what is deferred sees the variables of a build that is not known."""
    if not deferred:
        return scope.expand(raw)
    known, dollar, _ = raw.partition("$")
    word = expand_word(known, {}, escape=scope.escape)
    return Word(text=word.text, whole=word.whole and not dollar)


def _sources(operands: str) -> list[str]:
    """Return what an `ADD` takes: all words but the last, of a JSON list too."""
    sources = operands.split()[:-1]
    try:
        listed, _ = json.JSONDecoder().raw_decode(operands)
    except (ValueError, RecursionError):
        return sources
    texts = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    return [*sources, *texts[:-1]]


def _is_address(word: str) -> bool:
    return word.lower().startswith(_SCHEMES)


def _may_become_address(head: str) -> bool:
    """Tell whether a word that begins so may turn out to be an address of any server."""
    lowered = head.lower()
    return any(
        scheme.startswith(lowered)
        or (lowered.startswith(scheme) and "/" not in lowered.removeprefix(scheme))
        for scheme in _SCHEMES
    )


def _host_of(address: str) -> str:
    """Return the server of an address; empty where it cannot be told."""
    if "://" not in address:
        return re.split(r"[:/]", address.partition("@")[2], maxsplit=1)[0]
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
