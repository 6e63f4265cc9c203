"""`docker build`, by the daemon's own builder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from kb.commands.actions import BuildImage
from kb.commands.dockerfile.comments import clean_dockerfile
from kb.commands.dockerfile.policy import check_dockerfile
from kb.commands.limits import Rules
from server.sandbox.runner.context import Context, context_of_files, context_of_folder
from server.sandbox.runner.job import Job, StreamError, daemon_error, execute, json_lines
from server.sandbox.runner.pull import progress_lines, raise_error
from server.sandbox.runner.streams import Param, open_stream
from server.sandbox.runner.units import decimal_size

_PERIOD_US = 100_000


@execute.register
def build(action: BuildImage, job: Job) -> int:
    """`docker build`."""
    from docker.errors import APIError

    context = _context(action, job)
    for path in context.left_out:
        job.say("file_left_out", path=path)
    check_dockerfile(context.dockerfile, build_args=dict(action.build_args))
    params = _params(action, job.rules)
    job.sent["build"] = params
    if not action.quiet:
        size = decimal_size(len(context.archive), digits=4)
        job.line(f"Sending build context to Docker daemon  {size}")
    try:
        stream = open_stream(job.client, "POST", "/build", params=params, data=context.archive)
        with job.run.on_stop(stream.close):
            image = _copy(job, json_lines(stream.pieces()), quiet=action.quiet)
    except (APIError, StreamError) as error:  # at once where it cannot be read, else on the way
        job.error(daemon_error(error))
        _explain(job, context.dockerfile)
        return 1
    if action.quiet and image:
        job.line(image)
    return 0


def _context(action: BuildImage, job: Job) -> Context:
    dockerfile = action.dockerfile or "Dockerfile"
    if action.context == "." and job.files:
        return context_of_files(job.files, dockerfile)
    return context_of_folder(Path(job.context_dir), action.context, dockerfile)


def build_limits(rules: Rules) -> dict[str, int]:
    """Return the part of a build's query that limits what its steps may take."""
    limits = rules.limits
    return {
        "memory": limits.memory_bytes,
        "memswap": limits.memory_bytes,
        "cpuperiod": _PERIOD_US,
        "cpuquota": limits.nano_cpus * _PERIOD_US // 10**9,
        "shmsize": limits.shm_bytes,
    }


def _params(action: BuildImage, rules: Rules) -> dict[str, Param]:
    params: dict[str, Param] = {
        "version": "1",
        "dockerfile": action.dockerfile or "Dockerfile",
        "rm": 1,
        "forcerm": 1,
        "nocache": int(action.no_cache),
        "pull": int(action.pull),
        "q": int(action.quiet),
        **build_limits(rules),
        "buildargs": json.dumps(dict(action.build_args)),
        "labels": json.dumps(dict(action.labels)),
    }
    optional = {"target": action.target, "platform": action.platform, "networkmode": action.network}
    params.update({key: value for key, value in optional.items() if value})
    if action.tags:
        params["t"] = action.tags
    return params


def _copy(job: Job, messages: Iterator[Mapping[str, object]], *, quiet: bool) -> str:
    """Write what the builder says, and return the id of the image it made."""
    image = ""
    for message in messages:
        raise_error(message)
        made = message.get("aux")
        if isinstance(made, dict) and made.get("ID"):
            image = str(made["ID"])
        if quiet:
            continue
        if message.get("stream") is not None:
            job.run.stdout(str(message["stream"]))
        elif message.get("status") is not None:
            for line in progress_lines(iter([message])):
                job.line(line)
    return image


def _explain(job: Job, dockerfile: str) -> None:
    """Say where a note's comments have become arguments."""
    for line, comment in clean_dockerfile(dockerfile).problems:
        job.say("comment_as_argument", line=line, comment=comment)
