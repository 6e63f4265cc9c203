"""All routes of an app, however its routers are nested."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route


def flat_routes(routes: Iterable[BaseRoute]) -> Iterator[Route | Mount]:
    """Yield every route, those of included routers too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from flat_routes(included.routes)
        elif isinstance(route, Route | Mount):
            yield route
        else:
            raise TypeError(f"a kind of route that the tests do not know: {route!r}")


def every_request(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield all (method, path) pairs of the app, with a value for each parameter."""
    for route in flat_routes(app.routes):
        if isinstance(route, Mount):
            yield "GET", f"{route.path}/app.css"
            continue
        path = re.sub(r"\{[^}]*\}", "x", route.path)
        for method in sorted(route.methods or ()):
            yield method, path
