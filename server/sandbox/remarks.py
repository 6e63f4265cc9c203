"""What a run says of its own, beside what the command itself writes.

Each remark has a code: a page puts it into words of its own language, everybody else reads the
plain English that stands here. What docker would say too (`Error: No such container`) is no remark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from kb.errors import KbError
from kb.model import Remark
from server.sandbox.sanitize import make_safe

RemarkCode = Literal[
    "broke",
    "comment_as_argument",
    "file_left_out",
    "given_up",
    "image_absent",
    "kept_compose_file",
    "left_running",
    "not_recorded",
    "note",
    "nothing_listed",
    "other_compose_file",
    "output_cut",
    "request_refused",
    "timed_out",
    "unknown_action",
    "unknown_field",
]

ROOM_FOR_REMARKS: Final = 16 * 1024
"""What a run says of its own has so much room beyond its limit, in bytes and in characters."""

_TEXTS: Final[Mapping[RemarkCode, str]] = {
    "broke": "the run broke: {error}",
    "comment_as_argument": "hint: line {line} of the Dockerfile: Docker reads `{comment}` as"
    " arguments",
    "file_left_out": "note: {path} is no plain file and was left out of the context",
    "given_up": "the command did not end when it was stopped, and was given up",
    "image_absent": "Unable to find image '{image}' locally",
    "kept_compose_file": "note: the file of the project {project}, as it was brought up, is taken",
    "left_running": "stopped listening; the program goes on in the container until it ends",
    "not_recorded": "note: the run could not be written to the audit log: {error}",
    "note": "note: {text}",
    "nothing_listed": "nothing is listed, so nothing was done",
    "other_compose_file": "note: there is no file {file} here: the note's Compose file is taken",
    "output_cut": "\n[output cut after {bytes:,} bytes]",
    "request_refused": "note: refused by the sandbox: {text}",
    "timed_out": "\n[stopped: it ran longer than {seconds:g} seconds]",
    "unknown_action": "{action} cannot be executed here",
    "unknown_field": "template: there is no field {{{{.{field}}}}}; fields: {fields}",
}


def remark(code: RemarkCode, **values: str | float) -> Remark:
    """Return a remark, safe to show."""
    safe = {
        name: make_safe(value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    return Remark(code=code, values=safe, text=_TEXTS[code].format_map(safe) + "\n")


def failure(error: KbError) -> Remark:
    """Return the remark that a run has failed, and why: its code is the error's."""
    message, hint = make_safe(error.message), make_safe(error.hint)
    return Remark(
        code=error.code,
        values={"message": message, "hint": hint},
        text=f"{message}\n" + (f"hint: {hint}\n" if hint else ""),
        reasons=error.reasons,
    )
