"""`docker pull`, with its progress as lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from kb.commands.actions import PullImage
from server.sandbox.runner.job import Job, StreamError, execute, json_lines
from server.sandbox.runner.reference import split_reference
from server.sandbox.runner.streams import open_stream
from server.sandbox.runner.units import decimal_size

_TELL_EVERY_S = 5.0


@execute.register
def pull(action: PullImage, job: Job) -> int:
    """`docker pull`."""
    reference = split_reference(action.reference)
    plain = not reference.tag and not reference.digest
    if plain and not action.quiet:
        job.line("Using default tag: latest")
    pull_image(
        job,
        action.reference,
        platform=action.platform,
        quiet=action.quiet,
    )
    job.line(reference.full)
    return 0


def pull_image(
    job: Job,
    image: str,
    *,
    platform: str | None = None,
    quiet: bool = False,
    to_stderr: bool = False,
) -> None:
    """Have the daemon pull an image, and tell how it goes.

    Args:
        job: Where to tell.
        image: Its name, as typed.
        platform: `os/architecture`; None for the daemon's own.
        quiet: Tell nothing.
        to_stderr: Tell on the error output, as `docker run` does.

    Raises:
        docker.errors.APIError: The daemon refused.
        StreamError: It failed on the way.
    """
    reference = split_reference(image)
    params = {"fromImage": reference.repository, "tag": reference.tag_or_digest}
    if platform:
        params["platform"] = platform
    job.sent["pull"] = params
    tell = job.error if to_stderr else job.line
    stream = open_stream(job.client, "POST", "/images/create", params=params)
    with job.run.on_stop(stream.close):
        for line in progress_lines(json_lines(stream.pieces())):
            if not quiet:
                tell(line)


def progress_lines(
    messages: Iterator[Mapping[str, object]], *, clock: Callable[[], float] = time.monotonic
) -> Iterator[str]:
    """Yield the lines of a pull: each step once, and every few seconds how much has come.

    Raises:
        StreamError: A message tells of a failure.
    """
    told = clock()
    layers: dict[str, tuple[float, float]] = {}
    for message in messages:
        raise_error(message)
        progress = message.get("progressDetail")
        name, status = str(message.get("id") or ""), str(message.get("status") or "")
        if isinstance(progress, dict) and progress.get("current") is not None:
            if status == "Downloading":
                layers[name] = (float(progress["current"]), float(progress.get("total") or 0))
            if clock() - told >= _TELL_EVERY_S and layers:
                told = clock()
                yield _downloaded(layers)
            continue
        yield f"{name}: {status}" if name else status


def raise_error(message: Mapping[str, object]) -> None:
    """Raise the failure that a message of a stream tells of, if it does.

    Raises:
        StreamError: It does.
    """
    detail = message.get("errorDetail")
    said = detail.get("message") if isinstance(detail, dict) else None
    if said or message.get("error"):
        raise StreamError(str(said or message["error"]))


def _downloaded(layers: Mapping[str, tuple[float, float]]) -> str:
    current = decimal_size(sum(done for done, _ in layers.values()))
    total = decimal_size(sum(whole for _, whole in layers.values()))
    return f"Downloading: {current} of {total}"
