"""`kb doctor`."""

from __future__ import annotations

from typing import Final

import typer

from server.cli.shared import (
    EXIT_ERROR,
    JsonOption,
    NotesOption,
    StateOption,
    command_settings,
    print_json,
    printable,
    stdout_console,
    telling_errors,
)

_MARKS: Final = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "broken": ("✗", "red")}


@telling_errors
def doctor(
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check everything that kb needs, and tell how to mend it; exit code 1 if it cannot work."""
    from dataclasses import asdict

    from server.checkup import check_up

    findings = []
    console = stdout_console()
    for finding in check_up(command_settings(notes, state)):
        findings.append(finding)
        if as_json:
            continue
        mark, style = _MARKS[finding.verdict]
        console.print(f"[{style}]{mark}[/] {finding.check:14} ", end="", highlight=False)
        console.print(printable(finding.message), markup=False, highlight=False)
        if finding.hint:
            console.print(f"  {'':14} → {printable(finding.hint)}", style="yellow", markup=False)
    if as_json:
        print_json({"findings": [asdict(each) for each in findings]})
    if any(each.verdict == "broken" for each in findings):
        raise typer.Exit(EXIT_ERROR)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)
