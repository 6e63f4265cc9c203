"""The note's own files that a build or a Compose command takes, read by the policy."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kb.commands.actions import Action, BuildImage, ComposeProject, RunCompose
from kb.commands.compose.policy import ComposeFile, check_compose
from kb.commands.compose.yaml import load_yaml
from kb.commands.dockerfile.policy import check_dockerfile
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.texts import RefusedError
from kb.model import Language

COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""What Compose looks for where no file is named."""
_DOCKERFILE = "Dockerfile"
_BUILDING = frozenset({"up", "create", "build"})
"""Commands of Compose that make images."""
_ANY_ADDRESS = "127.0.0.1"
"""In the place of the sandbox's own, which no verdict depends on."""


def judge_files(
    action: Action,
    files: Mapping[str, bytes],
    *,
    rules: Rules = DEFAULT_RULES,
    language: Language = "en",
) -> None:
    """Let the policy read the file that an action is about; a file that is missing is no matter.

    Args:
        action: What is to run.
        files: The note's own files by name.
        rules: Limits and reserved ports of this installation.
        language: Of a refusal.

    Raises:
        CommandRefusedError: The file asks for what the sandbox does not give.
    """
    if isinstance(action, RunCompose) and action.needs_file:
        text = find_compose_file(action.project, files)
        if text is not None:
            check_project(text, action, files, rules=rules, language=language)
    elif isinstance(action, BuildImage) and action.context == ".":
        text = _read(files, action.dockerfile or _DOCKERFILE)
        if text is not None:
            _judge_dockerfile(text, dict(action.build_args), language)


def check_project(
    text: str,
    action: RunCompose,
    files: Mapping[str, bytes],
    *,
    host_ip: str = _ANY_ADDRESS,
    rules: Rules = DEFAULT_RULES,
    language: Language = "en",
) -> ComposeFile:
    """Let the policy read a Compose file and, where images are built, their Dockerfiles.

    Args:
        text: YAML.
        action: What is to run.
        files: The note's own files by name; a Dockerfile that is missing is no matter.
        host_ip: The sandbox's address that ports are published at.
        rules: Limits and reserved ports of this installation.
        language: Of notes and refusals.

    Raises:
        CommandRefusedError: One of the files asks for what the sandbox does not give.
    """
    checked = check_compose(text, host_ip=host_ip, rules=rules, language=language)
    for build in checked.builds if action.verb in _BUILDING else ():
        dockerfile = _read(files, build.path)
        if dockerfile is not None:
            _judge_dockerfile(dockerfile, dict(build.args), language)
    return checked


def find_compose_file(project: ComposeProject, files: Mapping[str, bytes]) -> str | None:
    """Return the Compose file of the name that is asked for, or else of a usual one."""
    for name in (compose_file_name(project), *COMPOSE_NAMES):
        text = _read(files, name)
        if text is not None:
            return text
    return None


def list_services(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the services of the note's Compose file in its order; none where it is unreadable."""
    text = find_compose_file(ComposeProject(), files)
    try:
        content = load_yaml(text or "")
    except RefusedError:
        return ()
    services = content.get("services") if isinstance(content, dict) else None
    return tuple(services) if isinstance(services, dict) else ()


def compose_file_name(project: ComposeProject) -> str:
    """Return the name of the file that is asked for, without its folder; empty for the usual."""
    return re.split(r"[/\\]", project.file)[-1] if project.file else ""


def _read(files: Mapping[str, bytes], name: str) -> str | None:
    return files[name].decode("utf-8", "replace") if name in files else None


def _judge_dockerfile(text: str, build_args: Mapping[str, str], language: Language) -> None:
    try:
        check_dockerfile(text, build_args=build_args)
    except RefusedError as error:
        raise error.in_language(language) from None
