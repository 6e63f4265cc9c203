"""The OpenAPI document, as the API really is."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from server.routes.shared import MEANINGS
from server.security import OPEN_PATHS, SAFE_METHODS

_METHODS: Final = {"get", "put", "post", "delete", "patch", "head", "options"}
_FRAMEWORKS_OWN: Final = ("HTTPValidationError", "ValidationError")
_OF_ANY_BODY: Final = (413, 415)
"""The guard looks at the body of every unsafe request, whatever the route makes of it."""


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the document: one error shape everywhere, and the token where it is wanted."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
        )
        _complete_components(document.setdefault("components", {}))
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if method in _METHODS:
                    _correct(operation, method, is_open=path in OPEN_PATHS)
        app.openapi_schema = document
    return app.openapi_schema


@functools.cache
def examples() -> dict[str, Any]:
    """Return an example for every body of the API, by the name of its schema."""
    text = files("server").joinpath("openapi_examples.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _complete_components(components: dict[str, Any]) -> None:
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    schemas = components.setdefault("schemas", {})
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    for name, example in examples().items():
        if name in schemas:
            schemas[name]["examples"] = [example]


def _correct(operation: dict[str, Any], method: str, *, is_open: bool) -> None:
    """A malformed request is 400 here, and 422 is a refused command."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    if method.upper() not in SAFE_METHODS:
        responses.update({str(status): _error_response(status) for status in _OF_ANY_BODY})
    if not is_open:
        operation["security"] = [{"token": []}]


def _error_response(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ErrorBody"}
    return {
        "description": MEANINGS[status],
        "content": {"application/json": {"schema": schema}},
    }
