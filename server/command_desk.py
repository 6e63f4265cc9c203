"""Commands on their way to the sandbox: looked up, filled in, judged, started."""

from __future__ import annotations

from collections.abc import Mapping

from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.offer import offer
from kb.commands.own_files import judge_files
from kb.commands.plan import plan
from kb.commands.slots import fill, find_slots
from kb.errors import CommandRefusedError, NeedsValuesError, SandboxError
from kb.model import (
    Command,
    CommandId,
    CommandRun,
    Language,
    LineRange,
    NoteId,
    RunOrigin,
    Slot,
)
from kb.text.language import detect_language
from server.metrics import Metrics
from server.note_context import NoteContext
from server.note_file_check import OwnFiles, clean_files, own_files
from server.offered_commands import OfferedCommand, OfferedCommands
from server.ports import SandboxPort

_TYPED_NOTE = NoteId("")
_TYPED_LINES = LineRange(start=0, end=0)


class SlotsWantedError(NeedsValuesError):
    """Placeholders are to be filled; the slots tell which.

    Args:
        error: What the filling said.
        slots: The slots of the command line.
    """

    def __init__(self, error: NeedsValuesError, slots: tuple[Slot, ...]) -> None:
        super().__init__(error.message, slot_ids=error.slot_ids, hint=error.hint)
        self.slots = tuple(slot for slot in slots if slot.id in error.slot_ids) or slots


class CommandDesk:
    """Previews and starts commands; safe to use from any thread.

    Args:
        offered: The commands that were offered.
        sandbox: Where they run.
        context: The notes' own files, for builds and Compose.
        metrics: Counts.
        rules: Limits and reserved ports of this installation.
    """

    def __init__(
        self,
        *,
        offered: OfferedCommands,
        sandbox: SandboxPort,
        context: NoteContext,
        metrics: Metrics,
        rules: Rules = DEFAULT_RULES,
    ) -> None:
        self._offered = offered
        self._sandbox = sandbox
        self._context = context
        self._metrics = metrics
        self._rules = rules

    def preview(self, command: CommandId, values: Mapping[str, str]) -> Command:
        """Return an offered command with these values, judged and explained; nothing runs.

        Raises:
            NotFoundError: It was not offered, or its note has changed.
            NeedsValuesError: A placeholder has no value.
            InvalidInputError: A value cannot stand there.
        """
        known = self._offered.get(command)
        text = _fill_or_keep(known.text, values, typed=False, language=known.language)
        return offer(
            text,
            note=known.note,
            lines=known.lines,
            language=known.language,
            rules=self._rules,
        )

    def preview_typed(
        self, text: str, values: Mapping[str, str], *, language: Language | None = None
    ) -> Command:
        """Return a typed line with these values, judged and explained; nothing runs.

        Args:
            text: The line.
            values: Slot id -> value.
            language: Of what is said about it; by default the line's own.

        Raises:
            NeedsValuesError: A placeholder has no value.
            InvalidInputError: The line or a value cannot be understood.
        """
        language = language or detect_language(text)
        filled = _fill_or_keep(text, values, typed=True, language=language)
        return offer(
            filled, note=_TYPED_NOTE, lines=_TYPED_LINES, language=language, rules=self._rules
        )

    def files(self, command: CommandId) -> OwnFiles:
        """Return the note's own files that an offered command takes; none for most.

        Raises:
            NotFoundError: It was not offered, or its note has changed.
        """
        known = self._offered.get(command)
        return own_files(self._context.files_for(known.note, known.lines, known.text) or {})

    def run(
        self,
        command: CommandId,
        values: Mapping[str, str],
        *,
        confirm: bool,
        who: str,
        answer: str = "",
        clean: bool = False,
        instead: bool = False,
    ) -> CommandRun:
        """Start an offered command.

        Args:
            command: As it was offered.
            values: Slot id -> value.
            confirm: The user has agreed to what it removes.
            who: Who asks.
            answer: The answer whose card it is started from, if any.
            clean: Take the note's Dockerfile without the comments that break it.
            instead: Run what is suggested in the place of a refused command, on the same files.

        Raises:
            NotFoundError: It was not offered, or its note has changed.
            NeedsValuesError: A placeholder has no value.
            InvalidInputError: A value cannot stand there.
            CommandRefusedError: The policy does not let it run.
            NeedsConfirmationError: It destroys something and was not confirmed.
            BusyError: Too many runs at once.
            SandboxError: There is no sandbox.
        """
        known = self._offered.get(command)
        language = known.language
        with self._metrics.counting_refusals():
            if instead:
                text = self._suggestion(known, values)
            else:
                text = _fill(known.text, values, typed=False, language=language)
            files = self._context.files_for(known.note, known.lines, text)
            if files and clean:
                files = clean_files(files)
            return self._start(
                text,
                confirm=confirm,
                origin=RunOrigin(who=who, command=command, answer=answer, values=dict(values)),
                files=files,
                note=known.note,
                language=language,
            )

    def _suggestion(self, known: OfferedCommand, values: Mapping[str, str]) -> str:
        """Return what is to run in the place of a refused command; itself where nothing is."""
        text = _fill_or_keep(known.text, values, typed=False, language=known.language)
        try:
            plan(text, confirmed=True, rules=self._rules, language=known.language)
        except CommandRefusedError as refusal:
            return refusal.suggestion or text
        except NeedsValuesError:
            pass  # told when it is to start
        return text

    def run_typed(
        self,
        text: str,
        values: Mapping[str, str],
        *,
        confirm: bool,
        who: str,
        language: Language | None = None,
    ) -> CommandRun:
        """Start a line that the user typed; raises as `run` does.

        Args:
            text: The line.
            values: Slot id -> value.
            confirm: The user has agreed to what it removes.
            who: Who asks.
            language: Of what is said about it; by default the line's own.
        """
        language = language or detect_language(text)
        with self._metrics.counting_refusals():
            filled = _fill(text, values, typed=True, language=language)
            return self._start(
                filled,
                confirm=confirm,
                origin=RunOrigin(who=who),
                files=None,
                note=_TYPED_NOTE,
                language=language,
            )

    def _start(
        self,
        text: str,
        *,
        confirm: bool,
        origin: RunOrigin,
        files: Mapping[str, bytes] | None,
        note: NoteId,
        language: Language,
    ) -> CommandRun:
        try:
            # The policy first: what is refused is refused, sandbox or not.
            planned = plan(text, confirmed=True, rules=self._rules, language=language)
            judge_files(planned.action, files or {}, rules=self._rules, language=language)
            self._require_sandbox()
            return self._sandbox.runs.start(
                text, confirm=confirm, origin=origin, files=files, note=note, language=language
            )
        except NeedsValuesError as error:
            raise SlotsWantedError(error, find_slots(text, language=language)) from error

    def _require_sandbox(self) -> None:
        status = self._sandbox.status()
        if status.driver == "off":
            raise SandboxError(
                "there is no sandbox to run commands in",
                reason="no_sandbox",
                further=status.reasons,
                hint=status.message or "`kb doctor` tells how to get one",
            )


def _fill_or_keep(text: str, values: Mapping[str, str], *, typed: bool, language: Language) -> str:
    """Put the values in; a line that is refused stays as it is, for its judgement tells why."""
    try:
        return _fill(text, values, typed=typed, language=language)
    except CommandRefusedError:
        return text


def _fill(text: str, values: Mapping[str, str], *, typed: bool, language: Language) -> str:
    try:
        return fill(text, values, typed=typed, language=language)
    except NeedsValuesError as error:
        raise SlotsWantedError(error, find_slots(text, language=language)) from error
