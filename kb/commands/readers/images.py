"""`docker pull`, `build`, `rmi`, `tag`, `history` and `commit`."""

from __future__ import annotations

import re

from kb.commands.actions import (
    BuildImage,
    BuiltinNetwork,
    CommitContainer,
    PullImage,
    RemoveImages,
    ShowHistory,
    TagImage,
)
from kb.commands.container.confinement import read_labels, read_variables
from kb.commands.dockerfile.policy import check_dockerfile
from kb.commands.limits import Rules
from kb.commands.line.invocation import Invocation
from kb.commands.texts import Saying, refused
from kb.commands.values.kinds import check_folder
from kb.commands.values.references import parse_reference

_NETWORKS: dict[str | None, BuiltinNetwork | None] = {
    None: None, "": None, "default": None, "bridge": "bridge", "none": "none",
}  # fmt: skip
_URL = re.compile(r"[a-z][a-z0-9+.-]*://|git@|github\.com/", re.IGNORECASE)
_COMMIT_INSTRUCTION = re.compile(
    r"(?:CMD|ENTRYPOINT|ENV|EXPOSE|LABEL|STOPSIGNAL|USER|VOLUME|WORKDIR|HEALTHCHECK)\s",
    re.IGNORECASE,
)


def read_pull(call: Invocation, _rules: Rules, _notes: list[Saying]) -> PullImage:
    """`docker pull`."""
    (image,) = call.operand_values("image")
    if parse_reference(image) is None:
        raise refused("invalid_value", key="problem.image", value=image)
    return PullImage(reference=image, platform=call.value("--platform"), quiet=call.on("--quiet"))


def read_build(call: Invocation, rules: Rules, notes: list[Saying]) -> BuildImage:
    """`docker build`."""
    (context,) = call.operand_values("context")
    network = call.value("--network")
    if network not in _NETWORKS:
        raise refused("build_network", part=f"--network {network}")
    return BuildImage(
        context=_read_context(context), dockerfile=_read_file(call.value("--file"), context),
        tags=call.values("--tag"), build_args=read_variables(call.values("--build-arg"), notes),
        labels=read_labels(call.values("--label"), rules, notes),
        target=call.value("--target"), platform=call.value("--platform"),
        no_cache=call.on("--no-cache"), pull=call.on("--pull"), quiet=call.on("--quiet"),
        network=_NETWORKS[network],
    )  # fmt: skip


def _read_context(value: str) -> str:
    if _URL.match(value) or value == "-":
        raise refused("remote_context", part=value)
    if check_folder(value):
        raise refused("outside_context", part=value)
    return value.rstrip("/").removeprefix("./") or "."


def _read_file(value: str | None, context: str) -> str | None:
    """Return the Dockerfile relative to the context; the CLI takes it from where it runs."""
    if value is None:
        return None
    if _URL.match(value) or value == "-":
        raise refused("remote_context", part=value)
    if check_folder(value) or value.rstrip("/") in {"", "."}:
        raise refused("outside_context", part=value)
    path = value.removeprefix("./")
    folder = _read_context(context)
    return path.removeprefix(f"{folder}/") if folder != "." else path


def read_rmi(call: Invocation, _rules: Rules, _notes: list[Saying]) -> RemoveImages:
    """`docker rmi`."""
    return RemoveImages(
        targets=call.operand_values("image"), force=call.on("--force"),
        no_prune=call.on("--no-prune"),
    )  # fmt: skip


def read_tag(call: Invocation, _rules: Rules, _notes: list[Saying]) -> TagImage:
    """`docker tag`."""
    (source,), (target,) = call.operand_values("image"), call.operand_values("new-image")
    return TagImage(source=source, target=target)


def read_history(call: Invocation, _rules: Rules, _notes: list[Saying]) -> ShowHistory:
    """`docker history`."""
    return ShowHistory(
        image=call.operand_values("image")[0], quiet=call.on("--quiet"),
        no_trunc=call.on("--no-trunc"), human=call.value("--human") != "false",
        format=call.value("--format") or None,
    )  # fmt: skip


def read_commit(call: Invocation, _rules: Rules, _notes: list[Saying]) -> CommitContainer:
    """`docker commit`."""
    for change in call.values("--change"):
        if not _COMMIT_INSTRUCTION.match(change):
            raise refused("invalid_value", key="problem.change", value=change)
        check_dockerfile(f"FROM scratch\n{change}")
    names = call.operand_values("new-image")
    return CommitContainer(
        container=call.operand_values("container")[0], reference=names[0] if names else None,
        author=call.value("--author"), message=call.value("--message"),
        changes=call.values("--change"),
        pause=call.value("--pause") != "false" and not call.on("--no-pause"),
    )  # fmt: skip
