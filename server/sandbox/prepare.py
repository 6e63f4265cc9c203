"""From a command line to a run: plan, ask for confirmation, execute on the daemon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from kb.commands.actions import Action, RunCompose
from kb.commands.limits import Rules
from kb.commands.messages.removal import ask_to_confirm
from kb.commands.plan import Plan, plan
from kb.model import Language
from server.sandbox.engine import Engine
from server.sandbox.remarks import remark
from server.sandbox.run import Run
from server.sandbox.runner.compose_files import KeptFiles, name_project
from server.sandbox.victims import find_victims

EXIT_STOPPED = 130
"""What a program that Ctrl+C has ended gives back."""


class CommandPreparer:
    """Plans command lines and binds them to the sandbox.

    Args:
        engine: Returns the running daemon, started if need be.
        rules: Limits and reserved ports.
        context_dir: The folder that build contexts may lie in.
        compose_dir: Where the Compose files of running projects are kept.
    """

    def __init__(
        self, engine: Callable[[], Engine], *, rules: Rules, context_dir: Path, compose_dir: Path
    ) -> None:
        self._engine = engine
        self._rules = rules
        self._context_dir = context_dir
        self._compose_dir = compose_dir

    def prepare(
        self,
        text: str,
        *,
        confirm: bool,
        files: Mapping[str, bytes] | None = None,
        note: str = "",
        language: Language = "en",
    ) -> PlannedCommand:
        """Parse and check a command line.

        Only where a destroying command is to be confirmed is the daemon asked, and only asked.

        Raises:
            CommandRefusedError: The policy does not let it run.
            NeedsValuesError: Placeholders are left in the line.
            NeedsConfirmationError: It destroys something and `confirm` is False.
            InvalidInputError: It is no docker command.
            SandboxError: There is no daemon to ask.
        """
        planned = plan(text, confirmed=confirm, rules=self._rules, language=language)
        planned = replace(planned, action=self._named(planned.action, files or {}, note))
        if planned.needs_confirmation and not confirm:
            victims = find_victims(planned.action, self._engine(), language=language)
            if victims:
                raise ask_to_confirm(planned.text, victims, language)
        return PlannedCommand(
            planned,
            self._engine,
            files=dict(files or {}),
            rules=self._rules,
            context_dir=self._context_dir,
            compose_dir=self._compose_dir,
            language=language,
        )

    def _named(self, action: Action, files: Mapping[str, bytes], note: str) -> Action:
        """Return a Compose command with the name of its project; any other as it is."""
        if not isinstance(action, RunCompose):
            return action
        kept = KeptFiles(self._compose_dir)
        return replace(action, project=name_project(action.project, files, kept, note=note))


class PlannedCommand:
    """A command that may run.

    Args:
        planned: What the policy let pass.
        engine: Returns the running daemon, started if need be.
        files: The note's own files.
        rules: Limits that go into every container.
        context_dir: The folder that build contexts may lie in.
        compose_dir: Where the Compose files of running projects are kept.
        language: Of what we say about it.
    """

    def __init__(
        self,
        planned: Plan,
        engine: Callable[[], Engine],
        *,
        files: Mapping[str, bytes],
        rules: Rules,
        context_dir: Path,
        compose_dir: Path,
        language: Language = "en",
    ) -> None:
        self._plan = planned
        self._engine = engine
        self._files = files
        self._rules = rules
        self._context_dir = context_dir
        self._compose_dir = compose_dir
        self._language = language
        self._sent: dict[str, object] = {}

    @property
    def text(self) -> str:
        """The final command line."""
        return self._plan.text

    def execute(self, run: Run) -> int:
        """Do it on the daemon, started if need be.

        Raises:
            SandboxError: There is no daemon, or it went away.
        """
        from server.sandbox.runner.job import Job
        from server.sandbox.runner.perform import perform

        engine = self._engine()
        if run.stop_asked.is_set():
            return EXIT_STOPPED
        run.running()
        for note in self._plan.notes:
            run.say(remark("note", text=note))
        with engine.client() as client:
            job = Job(
                engine=engine,
                client=client,
                run=run,
                files=self._files,
                rules=self._rules,
                context_dir=self._context_dir,
                compose_dir=self._compose_dir,
                language=self._language,
                sent=self._sent,
            )
            return perform(self._plan.action, job)

    def describe(self) -> Mapping[str, object]:
        """Return what was sent to the daemon, as far as it matters."""
        return dict(self._sent)
