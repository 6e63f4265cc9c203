"""Creates containers as `docker run` and `docker create` do, pulling a missing image first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from kb.commands.container.spec import ContainerSpec
from kb.commands.requests import check_body, create_body
from server.sandbox.runner.collisions import explain_collision
from server.sandbox.runner.job import EXIT_DAEMON, Job, StreamError, daemon_error
from server.sandbox.runner.pull import pull_image
from server.sandbox.runner.reference import split_reference

Pull = Literal["always", "missing", "never"]
_NOT_FOUND = 404
RUN_LABEL = "kb.run"
"""Label of our own on every container: the id of the run that made it."""


def create_container(
    job: Job, spec: ContainerSpec, *, detach: bool = True, remove: bool, pull: Pull
) -> str | int:
    """Create a container; tells on the error output what goes wrong.

    Returns:
        The container's id, or the exit code where it was not created.
    """
    from docker.errors import APIError

    body = create_body(
        spec,
        host_ip=job.engine.endpoint.ports_host,
        labels={RUN_LABEL: job.run.id},
        detach=detach,
        remove=remove,
        rules=job.rules,
    )
    check_body(body, rules=job.rules)
    job.sent["create"] = body
    try:
        if pull == "always":
            pull_image(job, spec.image, platform=spec.platform, to_stderr=True)
        return _create(job, spec, body, pull=pull)
    except (APIError, StreamError) as error:
        return fail(job, error)


def fail(job: Job, error: Exception, *, made: str = "") -> int:
    """Tell of a failed `docker run` as the CLI does, and return its code.

    Args:
        job: Where to tell it.
        error: What the daemon refused with.
        made: Id of the container, where it was made and could not be started.
    """
    job.error(f"docker: {daemon_error(error)}\n\nRun 'docker run --help' for more information")
    explain_collision(job, error, made=made)
    return EXIT_DAEMON


def _create(job: Job, spec: ContainerSpec, body: Mapping[str, Any], *, pull: Pull) -> str | int:
    from docker.errors import APIError

    try:
        return _send(job, spec, body)
    except APIError as error:
        if error.status_code != _NOT_FOUND or "No such image" not in str(error.explanation):
            raise
        if pull == "never":
            raise
    job.say("image_absent", image=split_reference(spec.image).familiar)
    pull_image(job, spec.image, platform=spec.platform, to_stderr=True)
    return _send(job, spec, body)


def _send(job: Job, spec: ContainerSpec, body: Mapping[str, Any]) -> str:
    created: Mapping[str, Any] = job.client.create_container_from_config(
        dict(body), name=spec.name, platform=spec.platform
    )
    for warning in created.get("Warnings") or []:
        job.error(f"WARNING: {warning}")
    return str(created["Id"])
