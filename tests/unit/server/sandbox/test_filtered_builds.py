"""A build that Compose asks for: its Dockerfile is judged with the arguments it comes with."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any
from urllib.parse import urlencode

import pytest

from kb.commands.limits import DEFAULT_RULES
from kb.errors import CommandRefusedError
from server.sandbox.driver import Endpoint
from server.sandbox.runner.gate import Gate, judge
from tests.cases_files import load_jsonl

ENDPOINT = Endpoint(base_url="unix:///nowhere", label="kb.sandbox=x", ports_host="192.0.2.1")
GATE = Gate(endpoint=ENDPOINT, rules=DEFAULT_RULES)


def context_of(dockerfile: str) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("Dockerfile")
        data = dockerfile.encode()
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    return archive.getvalue()


@pytest.mark.parametrize(
    "case", load_jsonl("commands/dockerfile.jsonl"), ids=lambda case: ascii(case["file"])
)
def test_a_build_is_judged(case: dict[str, Any]) -> None:
    body = context_of(case["file"])
    target = "/v1.41/build?" + urlencode({"buildargs": json.dumps(case.get("build_args", {}))})
    if "code" not in case:
        assert judge(GATE, "POST", target, body).body == body
        return
    with pytest.raises(CommandRefusedError) as caught:
        judge(GATE, "POST", target, body)
    assert caught.value.code == case["code"]
