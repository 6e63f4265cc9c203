"""What of another program's requests reaches the daemon, and in which form.

Each request is judged by `kb.commands.requests.api_filter`. What is let pass gets a body made anew
from what was understood; a build gets the limits that our own builds have.
"""

from __future__ import annotations

import io
import json
import posixpath
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from kb.commands.dockerfile.policy import check_dockerfile
from kb.commands.limits import Rules
from kb.commands.requests import filter_request
from kb.commands.texts import RefusedError
from kb.errors import CommandRefusedError, InvalidInputError, KbError
from kb.model import Language
from server.sandbox.driver import Endpoint
from server.sandbox.runner.build import build_limits

_READING = frozenset({"GET", "HEAD"})
_MAX_RECORDED = 200
"""So many requests of one run are written down."""
_SHARES = frozenset({"cpushares", "cpusetcpus"})
"""What a build may not choose beside the limits that it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a request is judged by, and where it goes."""

    endpoint: Endpoint
    rules: Rules
    refused: list[str] = field(default_factory=list)
    """What was refused, for the run's output."""
    sent: list[dict[str, object]] = field(default_factory=list)
    """What was let pass and changes something, for the audit log."""
    language: Language = "en"
    """Of what was refused."""

    def keep_refusal(self, error: KbError) -> None:
        """Keep what was refused, and why."""
        told = error.in_language(self.language) if isinstance(error, RefusedError) else error
        self.refused.append(told.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What may be sent in a request's place."""

    target: str
    body: bytes = b""
    recorded: object = None
    """The body as the audit log holds it; None where there is none, or it is files."""


def judge(gate: Gate, method: str, target: str, body: bytes) -> Passed:
    """Return what may be sent: a body of ours, and for a build a query with our limits.

    Raises:
        CommandRefusedError: The request is not let pass.
        InvalidInputError: It cannot be read.
    """
    archive = carries_files(target)
    value = None if archive or not body else _parse_json(body)
    allowed = filter_request(
        method, target, value, host_ip=gate.endpoint.ports_host, rules=gate.rules
    )
    if archive:
        _check_archive(target, body)
        return Passed(target=_with_limits(target, gate.rules), body=body)
    if allowed is None:
        return Passed(target=target)
    return Passed(target=target, body=json.dumps(allowed).encode(), recorded=allowed)


def record(gate: Gate, method: str, passed: Passed) -> None:
    """Keep what is sent for the audit log; reading changes nothing and is left out."""
    if method in _READING or len(gate.sent) >= _MAX_RECORDED:
        return
    kept: dict[str, object] = {"request": f"{method} {passed.target}"}
    if passed.recorded is not None:
        kept["body"] = passed.recorded
    gate.sent.append(kept)


def _with_limits(target: str, rules: Rules) -> str:
    """Return a build's target with the limits of our own builds, whatever it asked for."""
    limits = build_limits(rules)
    asked = parse_qsl(urlsplit(target).query, keep_blank_values=True)
    kept = [pair for pair in asked if pair[0] not in limits and pair[0] not in _SHARES]
    return urlsplit(target)._replace(query=urlencode([*kept, *limits.items()])).geturl()


def _parse_json(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise InvalidInputError("a request's body is no JSON") from error
    if not isinstance(value, dict):
        raise InvalidInputError("a request's body is no JSON object")
    return value


def _check_archive(target: str, body: bytes) -> None:
    """Look at a build's files: the Dockerfile by the policy, and nothing but files and folders."""
    query = parse_qs(urlsplit(target).query)
    name = query.get("dockerfile", ["Dockerfile"])[0]
    text: str | None = None
    try:
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            for entry in tar:
                if not (entry.isfile() or entry.isdir()):
                    raise CommandRefusedError(f"{entry.name} in the build context is no file")
                if ".." in entry.name.split("/"):
                    raise CommandRefusedError(f"{entry.name} leads out of the build context")
                if _place_of(entry.name) == _place_of(name) and (file := tar.extractfile(entry)):
                    text = file.read().decode("utf-8", "replace")
    except tarfile.TarError as error:
        raise InvalidInputError("the build context cannot be read") from error
    if text is None:
        raise InvalidInputError(f"there is no {name} in the build context")
    check_dockerfile(text, build_args=_build_args(query))


def _place_of(name: str) -> str:
    """Return where the daemon puts a file of the context, from its root on."""
    return posixpath.normpath(f"/{name}").lstrip("/")


def _build_args(query: Mapping[str, list[str]]) -> dict[str, str]:
    """Return what a build's request sets; a name without a value keeps its default."""
    given = _parse_json(query.get("buildargs", ["{}"])[0].encode())
    return {name: str(value) for name, value in given.items() if value is not None}


def carries_files(target: str) -> bool:
    """Tell whether a request's body is an archive, as that of a build is."""
    return urlsplit(target).path.endswith("/build")
