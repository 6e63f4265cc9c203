"""Ended runs with what they wrote, kept beyond the server: a file each, for its owner alone."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from kb.model import CommandRun, Remark, RunEvent, RunId, RunOrigin, RunState
from kb.reasons import is_reason
from server.sandbox.remarks import ROOM_FOR_REMARKS
from server.sandbox.sanitize import cut_text
from server.state import write_private


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """A run that is over."""

    run: CommandRun
    """Without its output."""
    output: tuple[RunEvent, ...]
    """Its events of the kinds `stdout` and `stderr`, in order."""


class KeptRuns:
    """Keeps ended runs in a folder; how many is for the caller to say, by forgetting.

    Args:
        folder: The folder; made, readable by its owner alone, at the first run.
        most_chars: So much of a run's output is kept, from its beginning.
    """

    def __init__(self, folder: Path, *, most_chars: int) -> None:
        self._folder = folder
        self._most_chars = most_chars

    def keep(self, run: CommandRun, output: Sequence[RunEvent]) -> None:
        """Write a run down.

        Raises:
            OSError: It cannot be written.
        """
        too_much = sum(len(event.text) for event in output) > self._most_chars
        facts = {
            "id": run.id,
            "text": run.text,
            "state": run.state.value,
            "exit_code": run.exit_code,
            "truncated": run.truncated or too_much,
            "started": run.started,
            "duration_s": run.duration_s,
            "origin": asdict(run.origin),
        }
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = _beginning(output, self._most_chars)
        content = {"run": facts, "output": [_kept(event) for event in kept]}
        write_private(self._path(run.id), json.dumps(content, ensure_ascii=False))

    def read(self) -> list[EndedRun]:
        """Return the runs, oldest first, without those whose file is damaged."""
        found = (_parse(path) for path in self._folder.glob("*.json"))
        return sorted(filter(None, found), key=lambda each: each.run.started)

    def forget(self, run_id: RunId) -> None:
        """Delete a run; harmless where it is not there."""
        with contextlib.suppress(OSError):
            self._path(run_id).unlink(missing_ok=True)

    def _path(self, run_id: RunId) -> Path:
        return self._folder / f"{run_id}.json"


def _beginning(output: Sequence[RunEvent], most_chars: int) -> tuple[RunEvent, ...]:
    """Return the events that fit, the last output cut; remarks have room beyond it.

    A remark from beyond that says where output was cut is left out: it was cut here.
    """
    kept: list[RunEvent] = []
    for event in output:
        size = len(event.text)
        if event.remark is None and most_chars > 0:
            kept.append(replace(event, text=cut_text(event.text, most_chars)))
            most_chars = max(most_chars - size, 0)
        elif event.remark is not None and _has_room(event.remark, most_chars):
            kept.append(event)
            most_chars -= size
    return tuple(kept)


def _has_room(remark: Remark, left_chars: int) -> bool:
    beyond = len(remark.text) > left_chars
    tells_of_cut = remark.code == "output_cut"
    return not beyond or (not tells_of_cut and len(remark.text) <= left_chars + ROOM_FOR_REMARKS)


def _parse(path: Path) -> EndedRun | None:
    try:
        content: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        facts = dict(content["run"])
        run = CommandRun(
            **{
                **facts,
                "id": RunId(facts["id"]),
                "state": RunState(facts["state"]),
                "origin": RunOrigin(**facts["origin"]),
            }
        )
        output = tuple(_event(*each) for each in content["output"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return EndedRun(run=run, output=output)


def _kept(event: RunEvent) -> list[object]:
    """Return an event's kind and text, and what a remark is besides."""
    told = () if event.remark is None else (_facts_of(event.remark),)
    return [event.kind, event.text, *told]


def _facts_of(remark: Remark) -> Mapping[str, object]:
    return {"code": remark.code, "values": remark.values, "reasons": remark.reasons}


def _event(kind: str, text: str, told: Mapping[str, Any] | None = None) -> RunEvent:
    remark = None
    if told is not None:
        reasons = tuple(filter(is_reason, told["reasons"]))
        remark = Remark(code=told["code"], values=told["values"], reasons=reasons, text=text)
    known_kind = cast("Literal['stdout', 'stderr']", kind)
    return RunEvent(kind=known_kind, text=str(text), remark=remark)
