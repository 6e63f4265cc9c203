"""Errors on the wire: `{"error": {"code", "message", "hint"}}` with the status that fits."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from kb.errors import (
    BusyError,
    CommandRefusedError,
    ConflictError,
    IndexUnavailableError,
    InvalidInputError,
    KbError,
    ModelError,
    NeedsConfirmationError,
    NeedsValuesError,
    NotFoundError,
    SandboxError,
    VaultError,
)
from server.command_desk import SlotsWantedError
from server.schemas.commands import SlotBody

STATUS_OF_ERROR: tuple[tuple[type[KbError], int], ...] = (
    (InvalidInputError, 400),
    (NotFoundError, 404),
    (NeedsValuesError, 409),
    (NeedsConfirmationError, 409),
    (ConflictError, 409),
    (CommandRefusedError, 422),
    (BusyError, 429),
    (SandboxError, 503),
    (IndexUnavailableError, 503),
    (ModelError, 503),
    (VaultError, 503),
)
"""The first class that fits decides; any other `KbError` is 500."""

STATUS_OF_CODE: Mapping[str, int] = {
    "changed_since_read": 412,
    "precondition_required": 428,
    "editing_off": 403,
    "too_large": 413,
    "note_binary": 422,
    "note_unreadable": 422,
    "note_too_large": 422,
    "shutting_down": 503,
}
"""Codes that have a status of their own, whatever their class."""

_CODE_OF_STATUS: Mapping[int, tuple[str, str]] = {
    400: ("invalid_request", "see /openapi.json for the shape of the request"),
    401: ("unauthorized", "send the header Authorization: Bearer <token>"),
    403: ("forbidden", ""),
    404: ("not_found", "see /openapi.json for what there is"),
    405: ("method_not_allowed", "see /openapi.json for the methods of this path"),
    413: ("too_large", "send less"),
    415: ("unsupported_media_type", "send the content type that /openapi.json names"),
}


def error_body(code: str, message: str, hint: str = "", **extra: object) -> dict[str, object]:
    """Return the JSON of an error; `extra` stands beside the message (`victims`, `slots`)."""
    return {"error": {"code": code, "message": message, "hint": hint, **extra}, **extra}


def error_bytes(code: str, message: str, hint: str = "") -> bytes:
    """Return the encoded JSON of an error."""
    return json.dumps(error_body(code, message, hint), ensure_ascii=False).encode()


def status_of(error: KbError) -> int:
    """Return the HTTP status of an error."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next((status for kind, status in STATUS_OF_ERROR if isinstance(error, kind)), 500)


def body_of(error: KbError) -> dict[str, object]:
    """Return the JSON of an error, with what a client needs to go on."""
    extra: dict[str, object] = {}
    if isinstance(error, NeedsConfirmationError):
        extra["victims"] = list(error.victims)
    if isinstance(error, CommandRefusedError) and error.suggestion:
        extra["suggestion"] = error.suggestion
    if isinstance(error, NeedsValuesError):
        extra["slot_ids"] = list(error.slot_ids)
    if isinstance(error, SlotsWantedError):
        extra["slots"] = [SlotBody.of(slot).model_dump() for slot in error.slots]
    if error.reasons:
        extra["reasons"] = list(error.reasons)
    return error_body(error.code, error.message, error.hint, **extra)


def broken_error() -> KbError:
    """Return an error of the program itself, which tells nothing; the log tells more."""
    return KbError(
        "the server broke on this request", hint="see the server's log", code="internal_error"
    )


def internal_error_bytes() -> bytes:
    """Return its encoded JSON."""
    return json.dumps(body_of(broken_error()), ensure_ascii=False).encode()


def describe_invalid(error: RequestValidationError) -> str:
    """Say in one line what is wrong with a request, without repeating its content."""
    problems = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"] if part not in {"body", "query"})
        message = str(problem["msg"]).removeprefix("Value error, ")
        problems.append(f"{place}: {message}" if place else message)
    return "; ".join(problems) or "the request cannot be understood"


def install(app: FastAPI) -> None:
    """Let every error of the app leave in the one shape."""
    app.add_exception_handler(KbError, _answer_kb_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http_error)


async def _answer_kb_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, KbError):
        raise error
    status = status_of(error)
    headers = {"Retry-After": "1"} if status in {429, 503} else None
    return JSONResponse(body_of(error), status_code=status, headers=headers)


async def _answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    code, hint = _CODE_OF_STATUS[400]
    return JSONResponse(error_body(code, describe_invalid(error), hint), status_code=400)


async def _answer_http_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code, hint = _CODE_OF_STATUS.get(error.status_code, (f"http_{error.status_code}", ""))
    return JSONResponse(
        error_body(code, str(error.detail), hint),
        status_code=error.status_code,
        headers=error.headers,
    )
