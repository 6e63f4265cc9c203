"""The OpenAPI document: every body has an example, and the examples are right."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

import server.schemas
from server.openapi import examples
from tests.unit.server.conftest import Bench


def contents(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield where each body of a request or an answer stands, and its description."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for name, body in bodies.items():
                for media_type, content in body.get("content", {}).items():
                    yield f"{method} {path} {name} {media_type}", content


def has_example(content: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Whether a body has an example, by itself or by its schema."""
    schema = content.get("schema") or content.get("itemSchema") or {}
    named = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
    return bool("example" in content or schema.get("examples") or named.get("examples"))


def test_every_body_has_an_example(bench: Bench) -> None:
    document = bench.app.openapi()
    schemas = document["components"]["schemas"]
    found = dict(contents(document))
    assert len(found) > 100
    assert [place for place, content in found.items() if not has_example(content, schemas)] == []


def models() -> dict[str, type[BaseModel]]:
    """All shapes of the wire by name."""
    found: dict[str, type[BaseModel]] = {}
    for module in pkgutil.iter_modules(server.schemas.__path__, "server.schemas."):
        members = vars(importlib.import_module(module.name)).values()
        shapes = (
            each for each in members if isinstance(each, type) and issubclass(each, BaseModel)
        )
        found.update({shape.__name__: shape for shape in shapes})
    return found


@pytest.mark.parametrize("name", examples())
def test_an_example_is_what_its_shape_says(name: str) -> None:
    example = examples()[name]
    whole = models()[name].model_validate(example, extra="forbid").model_dump(mode="json")
    optional = name.endswith("Request") or name == "ErrorBody"
    assert whole == example or (optional and is_part(example, whole))


def is_part(part: Any, whole: Any) -> bool:
    """Whether all that stands in one value stands in another."""
    if isinstance(part, dict):
        return all(is_part(value, whole[key]) for key, value in part.items())
    return bool(part == whole)
