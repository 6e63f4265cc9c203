"""`docker rmi`, `tag`, `history`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from kb.commands.actions import RemoveImages, ShowHistory, TagImage
from server.sandbox.runner.job import Job, daemon_error, execute
from server.sandbox.runner.reference import split_reference
from server.sandbox.runner.table import Row, columns, short_id
from server.sandbox.runner.template import print_rows
from server.sandbox.runner.units import ago, decimal_size, local_time

_CREATED_BY_WIDTH = 45
HISTORY_COLUMNS = columns(
    ID="IMAGE", CreatedSince="CREATED", CreatedBy="CREATED BY", Size="SIZE", Comment="COMMENT"
)


@execute.register
def remove(action: RemoveImages, job: Job) -> int:
    """`docker rmi`."""
    from docker.errors import APIError

    code = 0
    for target in action.targets:
        try:
            removed: Sequence[Mapping[str, str]] = job.client.remove_image(
                target, force=action.force, noprune=action.no_prune
            )
        except APIError as error:
            job.error(daemon_error(error))
            code = 1
            continue
        print_removed(job, removed)
    return code


@execute.register
def tag(action: TagImage, job: Job) -> int:
    """`docker tag`."""
    name = split_reference(action.target)
    job.client.tag(action.source, name.repository, tag=name.tag or "latest", force=True)
    return 0


@execute.register
def history(action: ShowHistory, job: Job) -> int:
    """`docker history`."""
    found: Sequence[Mapping[str, Any]] = job.client.history(action.image)
    rows = [_history_row(each, action) for each in found]
    return print_rows(job, HISTORY_COLUMNS, rows, quiet=action.quiet, template=action.format)


def print_removed(job: Job, removed: Sequence[Mapping[str, str]]) -> None:
    """Tell which names and layers have gone."""
    for each in removed:
        word = "Untagged" if "Untagged" in each else "Deleted"
        job.line(f"{word}: {each[word]}")


def _history_row(item: Mapping[str, Any], action: ShowHistory) -> Row:
    created, image = float(item.get("Created") or 0), str(item.get("Id") or "<missing>")
    by = str(item.get("CreatedBy") or "").replace("\t", " ")
    if not action.no_trunc:
        image = short_id(image)
        by = by if len(by) <= _CREATED_BY_WIDTH else by[: _CREATED_BY_WIDTH - 1] + "…"
    size = int(item.get("Size") or 0)
    return {
        "ID": image,
        "CreatedSince": ago(created, time.time()) if action.human else local_time(created),
        "CreatedAt": local_time(created),
        "CreatedBy": by,
        "Size": decimal_size(size) if action.human else str(size),
        "Comment": str(item.get("Comment") or ""),
    }
