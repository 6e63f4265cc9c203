"""Prints listings and objects: the default table, bare ids, or a `--format` template."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from kb.commands.values.template import Template, TemplatePart, parse_template
from server.sandbox.runner.job import Job
from server.sandbox.runner.table import Column, Row, align, table


def print_rows(
    job: Job,
    shown: Sequence[Column],
    rows: Sequence[Row],
    *,
    quiet: bool,
    template: str | None,
    name: str = "ID",
) -> int:
    """Print a listing and return the exit code.

    Args:
        job: Where to print.
        shown: The columns of the default table.
        rows: One for each object.
        quiet: Only ids.
        template: The user's `--format`; `table` alone means the default one.
        name: The field that `quiet` prints.
    """
    if quiet:
        for row in rows:
            job.line(row[name])
        return 0
    if template in {None, "", "table"}:
        job.run.stdout(table(shown, rows))
        return 0
    parsed = parse_template(str(template))
    unknown = _unknown_fields(parsed, rows)
    if unknown:
        job.say("unknown_field", field=unknown, fields=_known(rows))
        return 1
    lines = [_filled(parsed, row) for row in rows]
    if parsed.table:
        headers = {column.field: column.header for column in shown}
        cells = [_filled(parsed, _Headers(headers)).split("\t")]
        job.run.stdout(align([*cells, *(line.split("\t") for line in lines)]))
        return 0
    for line in lines:
        job.line(line)
    return 0


def print_object(job: Job, value: Mapping[str, object], template: str) -> int:
    """Print an object by a template and return the exit code."""
    job.line(_filled(parse_template(template), value))
    return 0


class _Headers(dict[str, str]):
    """Column headers by field; a field that no table shows is its own name in capitals."""

    def __missing__(self, key: str) -> str:
        return key.upper()


def _filled(template: Template, value: Mapping[str, object]) -> str:
    return "".join(_part(part, value) for part in template.parts)


def _part(part: TemplatePart, value: Mapping[str, object]) -> str:
    if part.path is None:
        return part.text
    found: object = value
    for name in part.path:
        found = _member(found, name)
    if part.as_json:
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return go_text(found)


def _member(value: object, name: str) -> object:
    if isinstance(value, _Headers):
        return value[name]
    if isinstance(value, Mapping):
        return value.get(name, _NO_VALUE)
    return _NO_VALUE


_NO_VALUE = "<no value>"


def go_text(value: object) -> str:
    """Return a value as Go prints it: `true`, `[a b]`, `map[key:value]`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "<nil>"
    if isinstance(value, Mapping):
        pairs = (f"{key}:{go_text(each)}" for key, each in sorted(value.items()))
        return f"map[{' '.join(pairs)}]"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{' '.join(go_text(each) for each in value)}]"
    return str(value)


def _unknown_fields(template: Template, rows: Sequence[Row]) -> str:
    for part in template.parts:
        if rows and part.path and part.path[0] not in rows[0]:
            return ".".join(part.path)
    return ""


def _known(rows: Sequence[Row]) -> str:
    return ", ".join(sorted(rows[0])) if rows else ""
