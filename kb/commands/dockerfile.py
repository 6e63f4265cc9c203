"""Dockerfiles of notes: comments that Docker does not know, and what a build may not ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.references import is_public_host, parse_reference
from kb.commands.texts import refused

_TRAILING = re.compile(r"(?<!\s)\s+(?://(?=\s|[^\x00-\x7f])|#(?=\s)).*$")
_OWN_LINE = re.compile(r"\s*//(.*)$")
_INSTRUCTION = re.compile(r"\s*(?P<name>[A-Za-z]+)\s+(?P<rest>.*)", re.DOTALL)
_CONTINUATION = re.compile(r"\\[ \t]*\n")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_FLAG = re.compile(r"--(?P<name>[a-z-]+)(?:=(?P<value>\S+))?\s+")
_ADDRESS = re.compile(r"\b(?:https?|git|ssh|ftp)://\S+|\bgit@\S+", re.IGNORECASE)
_ESCAPE = re.compile(r"(?:\s*#[^\n]*\n)*?\s*#\s*escape\s*=\s*([\\`])", re.IGNORECASE)
"""The directive that chooses which character continues a line."""
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:=|\s+)(\"[^\"]*\"|'[^']*'|\S+)")
_VARIABLE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?::?-(?P<default>[^}]*))?\})"
)
_FETCHING = frozenset({"FROM", "COPY", "ADD"})
_MAX_LINE = 16_384
_MAX_VALUE = 1024
"""Variables that are made of variables must not grow without end."""
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)")
_ALLOWED_FLAGS = {
    "FROM": frozenset({"platform"}),
    "COPY": frozenset({"from", "chown", "chmod", "link", "parents", "exclude"}),
    "ADD": frozenset({"chown", "chmod", "link", "checksum", "exclude"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
}


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


def check_dockerfile(
    text: str, *, build_args: Mapping[str, str] | None = None, rules: Rules = DEFAULT_RULES
) -> None:
    """Let the policy read a Dockerfile before it is built.

    What a `RUN` does happens in a container of the sandbox and is held by its network and limits;
    here it is seen to that nothing is asked of the daemon itself.

    Args:
        text: The Dockerfile.
        build_args: What `--build-arg` sets.
        rules: Limits of this installation.

    Raises:
        CommandRefusedError: `private_registry`, `dockerfile_address` or `dockerfile_instruction`.
    """
    del rules  # the same for every installation so far
    stages: set[str] = set()
    variables = dict(build_args or {})
    for line, instruction, rest in _instructions(text):
        if instruction in {"ARG", "ENV"}:
            _remember(rest, variables, fixed=instruction == "ARG")
            continue
        if instruction in _FETCHING:
            if len(rest) > _MAX_LINE:
                raise refused("dockerfile_instruction", line=line, part=instruction)
            rest = _expand(rest, variables)  # noqa: PLW2901  the same line, filled in
        flags, operands = _split_flags(rest)
        for name in flags:
            if name not in _ALLOWED_FLAGS.get(instruction, frozenset()):
                raise refused("dockerfile_instruction", line=line, part=f"{instruction} --{name}")
        if instruction == "FROM":
            _check_base(operands.split(), stages)
        if instruction == "COPY" and flags.get("from", "0") not in stages:
            _check_image(flags.get("from", "0"))
        if instruction == "ADD":
            _check_addresses(operands, line)


def _remember(rest: str, variables: dict[str, str], *, fixed: bool) -> None:
    """Keep the values of `ARG` and `ENV`; one that `--build-arg` sets stays."""
    for name, value in _ASSIGNMENT.findall(rest):
        if not (fixed and name in variables):
            variables[name] = _expand(value.strip("\"'")[:_MAX_VALUE], variables)[:_MAX_VALUE]


def _expand(text: str, variables: Mapping[str, str]) -> str:
    """Fill in the variables that are known; of `${NAME:-default}` the default counts too."""

    def value(match: re.Match[str]) -> str:
        name = match["plain"] or match["braced"]
        return variables.get(name) or match["default"] or match.group()

    return _VARIABLE.sub(value, text)


def _instructions(text: str) -> list[tuple[int, str, str]]:
    """Return (line, name, rest) of each instruction, continued lines joined."""
    found: list[tuple[int, str, str]] = []
    lines = text.replace("\r\n", "\n").split("\n")
    escape = match[1] if (match := _ESCAPE.match(text)) else "\\"
    at = 0
    while at < len(lines):
        first = at
        whole = lines[at]
        while whole.rstrip().endswith(escape) and at + 1 < len(lines):
            at += 1
            if not lines[at].lstrip().startswith("#"):
                whole = whole.rstrip()[:-1] + " " + lines[at]
        at += 1
        match = _INSTRUCTION.match(whole)
        if match and not whole.lstrip().startswith("#"):
            name, rest = match["name"].upper(), match["rest"]
            found.append((first + 1, name, rest))
            if name == "ONBUILD" and (inner := _INSTRUCTION.match(rest)):
                found.append((first + 1, inner["name"].upper(), inner["rest"]))
    return found


def _split_flags(rest: str) -> tuple[dict[str, str], str]:
    flags: dict[str, str] = {}
    rest = rest.lstrip()
    while match := _FLAG.match(rest):
        flags[match["name"]] = match["value"] or ""
        rest = rest[match.end() :].lstrip()
    return flags, rest


def _check_base(words: list[str], stages: set[str]) -> None:
    if words and words[0] not in stages:
        _check_image(words[0])
    if len(words) > 2 and words[1].upper() == "AS":
        stages.add(words[2])


def _check_image(name: str) -> None:
    reference = parse_reference(name)
    if reference and reference.domain and not is_public_host(reference.domain):
        raise refused("private_registry", part=reference.domain)


def _check_addresses(rest: str, line: int) -> None:
    for address in _ADDRESS.findall(rest):
        host = urlsplit(address).hostname or "" if "://" in address else address[4:].split(":")[0]
        if not is_public_host(host):
            raise refused("dockerfile_address", line=line, part=address)
