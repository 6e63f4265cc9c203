"""The page: `/` and `/static/*`, always revalidated, with types that do not hang on the system."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC_DIR: Final = Path(__file__).resolve().parent.parent / "static"

_MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}

router = APIRouter()


@router.get("/", include_in_schema=False)
@router.head("/", include_in_schema=False)
async def get_page(request: Request) -> Response:
    """Serve the page."""
    response = await _FILES.get_response("index.html", request.scope)
    response.headers["Cache-Control"] = "no-cache"
    return response


class PageFiles(StaticFiles):
    """Static files with fixed media types; a browser asks each time whether they have changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or 304 where the browser has it."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        if isinstance(response, FileResponse):
            suffix = Path(path).suffix.lower()
            media_type = _MEDIA_TYPES.get(suffix, "application/octet-stream")
            response.headers["Content-Type"] = media_type
        return response


_FILES: Final = PageFiles(directory=STATIC_DIR, check_dir=False)


def page_files() -> PageFiles:
    """Return the app for `/static`."""
    return _FILES
