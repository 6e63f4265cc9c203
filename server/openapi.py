"""The OpenAPI document, as the API really is."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from server.security import OPEN_PATHS

_METHODS: Final = {"get", "put", "post", "delete", "patch", "head", "options"}
_FRAMEWORKS_OWN: Final = ("HTTPValidationError", "ValidationError")


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
        schemes = {"token": {"type": "http", "scheme": "bearer"}}
        components = document.setdefault("components", {})
        components["securitySchemes"] = schemes
        for name in _FRAMEWORKS_OWN:
            components.get("schemas", {}).pop(name, None)
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if method in _METHODS:
                    _correct(operation, is_open=path in OPEN_PATHS)
        app.openapi_schema = document
    return app.openapi_schema


def _correct(operation: dict[str, Any], *, is_open: bool) -> None:
    """A malformed request is 400 here, and 422 is a refused command."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    if not is_open:
        operation["security"] = [{"token": []}]
