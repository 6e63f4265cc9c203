"""Answers, passages, runs and the sandbox as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from server.cli.shared import printable

if TYPE_CHECKING:
    from rich.console import Console

    from server.api_client import Json

_RISK_STYLE = {"read": "green", "change": "yellow", "destroy": "red"}


def show_answer(answer: Json, console: Console) -> None:
    """Print an answer: its text, then the quotes with their places, then the commands."""
    if answer["standalone_question"] != answer["question"]:
        console.print(f"({printable(answer['standalone_question'])})", style="dim", markup=False)
    _show_text(answer["text"], console)
    if answer["notice"]:
        console.print(printable(answer["notice"]), style="yellow", markup=False)
    for citation in answer["citations"] or answer["nearest"]:
        show_citation(citation, console)
    for command in answer["commands"]:
        show_command(command, console)


def show_citation(citation: Json, console: Console) -> None:
    """Print where a quote stands, and the quote with its line numbers."""
    from rich.text import Text

    trail = " › ".join(citation["heading_trail"])
    head = Text(f"[{citation['n']}] ", style="bold cyan")
    head.append(_place(citation), style="cyan")
    if trail:
        head.append(f"  {printable(trail)}", style="dim")
    console.print(head)
    width = len(str(citation["line_end"]))
    for number, line in enumerate(citation["quote"].split("\n"), start=citation["line_start"]):
        quoted = Text(f"  {number:>{width}} │ ", style="dim")
        quoted.append(printable(line))
        console.print(quoted)


def show_command(command: Json, console: Console) -> None:
    """Print a command line, what it risks, and why it would not run."""
    from rich.text import Text

    line = Text("$ ", style="bold")
    line.append(printable(command["text"]), style="bold")
    line.append(f"  ({command['risk']})", style=_RISK_STYLE[command["risk"]])
    console.print(line)
    if command["refusal"]:
        console.print(f"  {printable(command['refusal']['message'])}", style="red", markup=False)
    for each in command["explanation"]:
        detail = f"  {printable(each['token'])}: {printable(each['text'])}"
        console.print(detail, style="dim", markup=False)


def show_hits(hits: Iterable[Json], console: Console, *, explain: bool) -> None:
    """Print passages, best first."""
    for rank, hit in enumerate(hits, start=1):
        citation = {**hit, "n": rank, "quote": hit["text"]}
        show_citation(citation, console)
        if explain:
            arms = ", ".join(
                f"{name}: rank {arm['rank']}, score {arm['score']:.3f}"
                for name, arm in hit["arms"].items()
            )
            console.print(f"  score {hit['score']:.4f} ({arms})", style="magenta", markup=False)


def show_runs(runs: Iterable[Json], console: Console) -> None:
    """Print records of runs as a table."""
    table = _table("run", "when", "who", "state", "exit", "seconds", "command")
    for run in runs:
        code = "" if run["exit_code"] is None else str(run["exit_code"])
        table.add_row(
            run["run_id"][:12],
            _when(run["started"]),
            run["who"],
            run["state"],
            code,
            f"{run['duration_s']:.1f}",
            _plain(run["text"]),
        )
    console.print(table)


def _when(started: float) -> str:
    from datetime import datetime

    return f"{datetime.fromtimestamp(started).astimezone():%Y-%m-%d %H:%M:%S}"


def show_sandbox(sandbox: Json, console: Console) -> None:
    """Print how the sandbox is and what is in it."""
    message = f"  {printable(sandbox['message'])}" if sandbox["message"] else ""
    console.print(
        f"sandbox: {sandbox['state']}  {printable(sandbox['engine'])}{message}", markup=False
    )
    if sandbox.get("containers"):
        table = _table("container", "name", "image", "status", "ports")
        for each in sandbox["containers"]:
            ports = ", ".join(port["url"] or str(port["host_port"]) for port in each["ports"])
            table.add_row(
                each["id"][:12], _plain(each["name"]), _plain(each["image"]), each["status"], ports
            )
        console.print(table)
    if sandbox.get("images"):
        table = _table("image", "tags", "MB")
        for each in sandbox["images"]:
            identity = each["id"].removeprefix("sha256:")[:12]
            size_mb = f"{each['size_bytes'] / 1e6:.1f}"
            table.add_row(identity, _plain(", ".join(each["tags"])), size_mb)
        console.print(table)
    for volume in sandbox.get("volumes", []):
        console.print(f"volume: {printable(volume['name'])}", markup=False)


def show_report(report: Json, console: Console) -> None:
    """Print what an ingest did."""
    parts = [
        f"{report['notes']} notes, {report['chunks']} chunks",
        *(
            f"{len(report[name])} {name}"
            for name in ("added", "changed", "removed", "renamed", "failed")
            if report[name]
        ),
        f"{report['unchanged']} unchanged",
        f"{report['embedded']} embedded",
        f"{report['duration_s']:.1f} s",
    ]
    console.print(", ".join(parts), markup=False, highlight=False)
    kinds = sorted(report["kinds"].items(), key=lambda kind: (-kind[1], kind[0]))
    if kinds:
        counts = ", ".join(f"{count} {name}" for name, count in kinds)
        console.print(f"chunks: {counts}", markup=False, highlight=False)
    for warning in report["warnings"]:
        place = f"{warning['note']}:{warning['line']}" if warning["line"] else warning["note"]
        hint = f" ({warning['hint']})" if warning["hint"] else ""
        text = f"warning: {place}: {warning['message']}{hint}"
        console.print(printable(text), style="yellow", markup=False)


def _show_text(text: str, console: Console) -> None:
    from rich.markdown import Markdown

    if console.is_terminal:
        console.print(Markdown(printable(text), hyperlinks=False))
    else:
        console.print(printable(text), markup=False, highlight=False)


def _place(citation: Json) -> str:
    start, end = citation["line_start"], citation["line_end"]
    lines = f"{start}" if start == end else f"{start}-{end}"
    return f"{printable(citation['note'])}:{lines}"


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(printable(text))


def _table(*columns: str) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(*columns, box=SIMPLE_HEAD, pad_edge=False)
