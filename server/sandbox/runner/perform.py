"""Executes any action: all handlers are registered here, and the daemon's refusals end here."""

from __future__ import annotations

from kb.commands.actions import Action
from kb.commands.texts import RefusedError
from kb.errors import SandboxError
from server.sandbox.runner import (  # noqa: F401 - importing them registers them
    attached,
    build,
    compose,
    containers,
    daemon,
    each,
    images,
    inspection,
    listings,
    objects,
    prune,
    pull,
    stats,
)
from server.sandbox.runner.collisions import explain_collision
from server.sandbox.runner.job import Job, StreamError, daemon_error, execute


def perform(action: Action, job: Job) -> int:
    """Execute an action and return the exit code that the CLI would give.

    Raises:
        SandboxError: The daemon went away.
        KbError: The action cannot be executed.
    """
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException

    try:
        return execute(action, job)
    except (APIError, StreamError) as error:
        job.error(daemon_error(error))
        explain_collision(job, error)
        return 1
    except RefusedError as error:
        raise error.in_language(job.language) from None
    except (DockerException, RequestException, OSError) as error:
        if job.run.stop_asked.is_set():
            return 130
        raise SandboxError(
            f"the sandbox daemon went away: {error}",
            reason="went_away",
            hint="it is being restarted; run the command again in a moment",
        ) from error
