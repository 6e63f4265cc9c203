"""The app against its own OpenAPI document: Schemathesis, with all of its checks."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok

from tests.unit.server.conftest import PORT, TOKEN, Bench

Operation = APIOperation[Any, Any, Any, Any]
URL = f"http://127.0.0.1:{PORT}"
EXAMPLES = 25
"""For each operation; the whole takes half a minute."""
MAY_BE_REFUSED = ("2xx", 304, 401, 403, 404, 409, 412, 422, 428, 503)
"""Statuses that a well-formed request may get: 422 is the policy's, 412 and 428 a note's."""


def call(operation: Operation) -> None:
    """Send requests, fit and unfit, to an operation; what comes back is what the document says."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Case[Any]) -> None:
        case.call_and_validate(base_url=URL, headers={"Authorization": f"Bearer {TOKEN}"})

    send()


def may_be(*statuses: int | str) -> dict[str, object]:
    """The check that fit requests are taken, with the statuses that count as taken."""
    return {"positive_data_acceptance": {"expected-statuses": list(statuses)}}


@pytest.mark.timeout(600)
def test_every_operation_does_what_the_document_says(bench: Bench) -> None:
    config = SchemathesisConfig.from_dict(
        {
            "checks": may_be(*MAY_BE_REFUSED),
            # What a note may be called is more than a pattern of the document could say.
            "operations": [
                {"include-name": "PUT /api/notes/{path}", "checks": may_be(*MAY_BE_REFUSED, 400)}
            ],
        }
    )
    schema = schemathesis.openapi.from_dict(bench.app.openapi(), config=config)
    schema.app = bench.app
    problems = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        try:
            call(operation)
        except (FailureGroup, Failure) as problem:
            problems.append(f"{operation.label}\n{problem}")
    assert not problems, "\n\n".join(problems)
