"""The web app: routes, errors and guards around the services."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from server import error_responses, openapi
from server.request_log import RequestLogMiddleware
from server.routes import (
    ask,
    commands,
    conversations,
    health,
    ingest,
    metrics,
    notes,
    openai,
    page,
    runs,
    sandbox,
    search,
)
from server.security import SecurityMiddleware
from server.services import Services

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

API_VERSION: Final = "1"

_DESCRIPTION: Final = """\
Version 1. Everything but `/`, `/static/*`, `/openapi.json` and `/api/health` wants
`Authorization: Bearer <token>`. Errors are `{"error": {"code", "message", "hint"}}`.
Lines are 1-based and inclusive. Streams are server-sent events, read with the same header.
"""

_ROUTERS: Final = (
    health.router,
    ask.router,
    search.router,
    notes.router,
    ingest.router,
    commands.router,
    runs.router,
    sandbox.router,
    conversations.router,
    metrics.router,
    openai.router,
    page.router,
)


def create_app(services: Services, *, mcp: MCPServer | None = None) -> FastAPI:
    """Return the app over its services, guarded.

    Args:
        services: The rooms behind the routes.
        mcp: Served at `/mcp`, where it is given.
    """
    mcp_routes = _mcp_routes(mcp) if mcp is not None else []
    app = FastAPI(
        title="kb",
        summary="Ask your own notes; run what they suggest in a sandbox.",
        description=_DESCRIPTION,
        version=f"{API_VERSION} ({version('kb')})",
        docs_url=None,  # the docs pages want a CDN and inline scripts
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_lifespan_of(mcp),
        generate_unique_id_function=_operation_id,
        middleware=[
            Middleware(RequestLogMiddleware, metrics=services.metrics),
            Middleware(
                SecurityMiddleware,
                origins=services.access.origins,
                token=services.access.token,
            ),
        ],
    )
    app.state.services = services
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    error_responses.install(app)
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes.extend(mcp_routes)
    app.mount("/static", page.page_files(), name="static")
    return app


def _mcp_routes(mcp: MCPServer) -> list[BaseRoute]:
    from mcp.server.transport_security import TransportSecuritySettings

    # Host, Origin and token are the guard's business, here as on every other path.
    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return mcp.streamable_http_app(
        stateless_http=True, json_response=True, transport_security=unguarded
    ).routes


def _lifespan_of(mcp: MCPServer | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if mcp is None:
            yield
            return
        async with mcp.session_manager.run():
            yield

    return lifespan


def _operation_id(route: APIRoute) -> str:
    return route.name
