"""What Compose's requests become on their way to the daemon."""

from __future__ import annotations

import http.client
import io
import json
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from kb.commands.limits import DEFAULT_RULES
from kb.errors import CommandRefusedError, KbError
from server.sandbox.builtin_image import make_tar
from server.sandbox.connection import open_connection
from server.sandbox.driver import Endpoint
from server.sandbox.runner.build import build_limits
from server.sandbox.runner.filter_socket import FilterAddress, serve_filter
from server.sandbox.runner.gate import Gate, Passed, judge, record
from tests.unit.server.sandbox.fake_engine import serve_engine

_CONTEXT = make_tar({"Dockerfile": b"FROM alpine\n"}, mode=0o644)


def _gate(base_url: str = "unix:///none") -> Gate:
    endpoint = Endpoint(base_url=base_url, label="", ports_host="10.0.0.2")
    return Gate(endpoint=endpoint, rules=DEFAULT_RULES)


@pytest.mark.parametrize(
    "query",
    ["t=mine", "t=mine&memory=0&memswap=-1&shmsize=99999999999",
     "memory=1&memory=2&cpuquota=-1&cpushares=9999&cpusetcpus=0-63&t=mine"],
)  # fmt: skip
def test_a_build_gets_our_limits_whatever_it_asks_for(query: str) -> None:
    passed = judge(_gate(), "POST", f"/v1.41/build?{query}", _CONTEXT)
    assert urlsplit(passed.target).path == "/v1.41/build"
    limits = {key: str(value) for key, value in build_limits(DEFAULT_RULES).items()}
    sent = parse_qsl(urlsplit(passed.target).query)
    assert len(sent) == len(dict(sent))
    assert dict(sent) == {"t": "mine", **limits}
    assert passed.body == _CONTEXT


def test_other_parameters_of_a_build_keep_their_values() -> None:
    arguments = json.dumps({"A": "b c&d=e+f"})
    target = "/v1.41/build?" + urlencode({"buildargs": arguments, "q": ""})
    sent = dict(
        parse_qsl(
            urlsplit(judge(_gate(), "POST", target, _CONTEXT).target).query, keep_blank_values=True
        )
    )
    assert (sent["buildargs"], sent["q"]) == (arguments, "")


def test_a_dockerfile_that_the_policy_refuses_is_refused() -> None:
    context = make_tar({"Dockerfile": b"FROM alpine\nADD http://10.0.0.1/ /x\n"}, mode=0o644)
    with pytest.raises(KbError):
        judge(_gate(), "POST", "/v1.41/build?t=mine", context)


def _tar_of(*entries: tuple[str, bytes, bytes]) -> bytes:
    """Return an archive of entries: name, type (`tarfile.REGTYPE`), content."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, kind, content in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size, entry.linkname = kind, len(content), "/etc"
            tar.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_a_context_holds_nothing_but_files_and_folders(kind: bytes) -> None:
    folder, file = ("src", tarfile.DIRTYPE, b""), ("Dockerfile", tarfile.REGTYPE, b"FROM a\n")
    judge(_gate(), "POST", "/v1.41/build?t=mine", _tar_of(folder, file))
    with pytest.raises(CommandRefusedError):
        judge(_gate(), "POST", "/v1.41/build?t=mine", _tar_of(file, ("x", kind, b"")))


_REFUSED_FILE = b"FROM alpine\nADD http://10.0.0.1/ /x\n"


@pytest.mark.parametrize(
    "name",
    ["x/../Dockerfile", "../Dockerfile", ".//Dockerfile", "/Dockerfile", "././Dockerfile"],
)
def test_the_dockerfile_is_judged_however_its_name_is_written(name: str) -> None:
    context = _tar_of(
        ("Dockerfile", tarfile.REGTYPE, b"FROM a\n"), (name, tarfile.REGTYPE, _REFUSED_FILE)
    )
    with pytest.raises(CommandRefusedError):
        judge(_gate(), "POST", "/v1.41/build?t=mine", context)


@pytest.mark.parametrize("asked", ["Dockerfile", "./Dockerfile", ".//Dockerfile", "././Dockerfile"])
def test_the_dockerfile_that_is_asked_for_is_judged(asked: str) -> None:
    target = "/v1.41/build?" + urlencode({"dockerfile": asked})
    judge(_gate(), "POST", target, _CONTEXT)
    with pytest.raises(KbError):
        judge(_gate(), "POST", target, make_tar({"Dockerfile": _REFUSED_FILE}))


def test_no_more_than_two_hundred_requests_are_kept() -> None:
    gate = _gate()
    for number in range(201):
        record(gate, "POST", Passed(target=f"/v1.41/volumes/{number}"))
    assert [one["request"] for one in gate.sent][-1] == "POST /v1.41/volumes/199"


@pytest.mark.parametrize("unix", [True, False])
def test_what_changes_something_is_kept_for_the_audit_log(tmp_path: Path, *, unix: bool) -> None:
    with serve_engine(tmp_path) as (engine, address):
        gate = _gate(address)
        with serve_filter(gate, folder=tmp_path if unix else None) as at:
            _ask(at, "GET", "/v1.41/info", None)
            _ask(at, "POST", "/v1.41/volumes/create", {"Name": "data", "Labels": {"a": "b"}})
            _ask(at, "POST", "/v1.41/volumes/create", {"Name": "x", "Driver": "nfs"})
        assert list(engine.volumes) == ["data"]
    body = {"Name": "data", "Driver": "local", "Labels": {"a": "b"}}
    assert gate.sent == [{"request": "POST /v1.41/volumes/create", "body": body}]
    assert len(gate.refused) == 1


def test_on_the_loopback_only_who_has_the_key_is_heard(tmp_path: Path) -> None:
    with serve_engine(tmp_path) as (engine, address):
        gate = _gate(address)
        with serve_filter(gate, folder=None) as at:
            assert urlsplit(at.url).hostname == "127.0.0.1"
            (name,) = at.headers
            for headers in ({}, {name: "guessed"}, {name: ""}):
                stranger = replace(at, headers=headers)
                assert _ask(stranger, "POST", "/v1.41/volumes/create", {"Name": "x"}) == 403
            assert _ask(at, "POST", "/v1.41/volumes/create", {"Name": "data"}) == 201
        assert list(engine.volumes) == ["data"]
    assert len(gate.refused) == 3


def _ask(at: FilterAddress, method: str, target: str, body: object) -> int:
    """Return the status of the answer."""
    with closing(http.client.HTTPConnection("sandbox")) as connection:
        connection.sock = open_connection(at.url)
        headers = dict(at.headers)
        connection.request(method, target, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
