"""`docker inspect` of anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from kb.commands.actions import InspectObjects
from server.sandbox.runner.job import Job, daemon_error, execute
from server.sandbox.runner.template import print_object

_NOT_FOUND = 404
Details = Mapping[str, Any]


@execute.register
def inspect(action: InspectObjects, job: Job) -> int:
    """`docker inspect`, `docker volume inspect` and the like."""
    from docker.errors import APIError

    found: list[Details] = []
    failures: list[str] = []
    for target in action.targets:
        try:
            details = _details(job, action, target)
        except APIError as error:
            failures.append(daemon_error(error))
            continue
        if details is None:
            failures.append(f"Error: No such object: {target}")
        else:
            found.append(details)
    code = 1 if failures else 0
    if action.format is None:
        job.line(json.dumps(found, indent=4, ensure_ascii=False))
    else:
        code |= max((print_object(job, each, action.format) for each in found), default=0)
    for failure in failures:
        job.error(failure)
    return code


def _details(job: Job, action: InspectObjects, target: str) -> Details | None:
    """Return what the daemon knows; None where an object of any kind was wanted and none is."""
    from docker.errors import APIError

    client = job.client
    looks: dict[str, Callable[[str], Details]] = {
        "container": client.inspect_container,
        "image": client.inspect_image,
        "network": client.inspect_network,
        "volume": client.inspect_volume,
    }
    if action.kind != "any":
        return looks[action.kind](target)
    for look in looks.values():
        try:
            return look(target)
        except APIError as error:
            if error.status_code != _NOT_FOUND:
                raise
    return None
