"""`kb eval`: answer and retrieval figures over gold questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kb.errors import InvalidInputError, NotFoundError
from server.cli.shared import (
    EXIT_ERROR,
    JsonOption,
    NotesOption,
    StateOption,
    command_settings,
    print_json,
    stderr_console,
    stdout_console,
    telling_errors,
)

if TYPE_CHECKING:
    from kb.assistant import Assistant
    from kb.evaluation.answers import Outcome
    from kb.evaluation.gold import GoldQuestion
    from kb.evaluation.report import Report
    from kb.ports import Index
    from server.settings import Settings

_DATA = Path("data")
_FLOORS = "floors.json"
_REWORDED = "reworded"


@telling_errors
def evaluate_notes(
    file: Annotated[
        Path | None,
        typer.Argument(help="Gold questions (JSON lines), or a folder of such files."),
    ] = None,
    notes: NotesOption = None,
    state: StateOption = None,
    *,
    split: Annotated[
        Literal["dev", "test"] | None, typer.Option(help="Only questions of this split.")
    ] = None,
    misses: Annotated[bool, typer.Option("--misses", help="List what went wrong.")] = False,
    fit: Annotated[
        bool,
        typer.Option(
            "--fit",
            help="First fit ranking and refusal on dev questions and lessons, and write them.",
        ),
    ] = False,
    wordings: Annotated[
        bool,
        typer.Option(
            "--wordings", help="Ask the questions again as people type them, and compare."
        ),
    ] = False,
    beside: Annotated[
        Path | None, typer.Option(help="Folder of another embedding model to compare with.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure retrieval and answers; exit code 1 where a figure misses its floor."""
    gold = file or _DATA / "evaluation"
    questions = _questions(gold, split)
    folder = gold if gold.is_dir() else gold.parent
    settings = command_settings(notes or (_DATA / "notes" if file is None else None), state)
    if fit:
        practised = _with_chats(_questions(gold, "dev"), folder / _REWORDED)
        _fit(practised, settings, _DATA / "training")
    chats = _chats(folder / _REWORDED) if wordings else None
    report = _measured(settings, questions, beside=beside, chats=chats)
    folders = [folder, folder / _REWORDED] if wordings else [folder]
    missed = _missed(report.figures(), [each / _FLOORS for each in folders])
    _tell(report, missed, questions=len(questions), as_json=as_json)
    if misses:
        _tell_misses(report.outcomes)
    if missed:
        raise typer.Exit(EXIT_ERROR)


def _questions(gold: Path, split: Literal["dev", "test"] | None) -> list[GoldQuestion]:
    """Return the gold questions of a file or folder, at least one."""
    from kb.evaluation.gold import load_gold

    questions = load_gold(_gold_files(gold), split=split)
    if not questions:
        raise InvalidInputError(
            f"{gold.name} holds no gold question{f' of the split {split}' if split else ''}.",
            hint="data/evaluation/README.md tells the fields.",
        )
    return questions


def _measured(
    settings: Settings,
    questions: Sequence[GoldQuestion],
    *,
    beside: Path | None,
    chats: Mapping[str, str] | None,
) -> Report:
    from kb.evaluation.report import evaluate

    with _opened(settings) as (index, assistant), _opened_beside(settings, beside) as others:
        return evaluate(index, assistant, questions, beside=others, chats=chats)


def _tell(report: Report, missed: Sequence[str], *, questions: int, as_json: bool) -> None:
    """Print the figures, and which of them miss their floors."""
    from kb.evaluation.report import as_table

    if as_json:
        print_json({"figures": report.figures(), "questions": questions, "missed": missed})
    else:
        stdout_console().print(as_table(report), markup=False, highlight=False)
    for sentence in missed:
        stderr_console().print(sentence, style="red", markup=False)


def _missed(figures: Mapping[str, float], floors: Sequence[Path]) -> list[str]:
    """Return a sentence for each figure that misses its floor in those files that are there."""
    from kb.evaluation.report import below_floor, load_floors

    there = [path for path in floors if path.is_file()]
    return [sentence for path in there for sentence in below_floor(figures, load_floors(path))]


def _fit(questions: Sequence[GoldQuestion], settings: Settings, lessons: Path) -> None:
    from kb.evaluation.fitting import fit_on

    with (
        _opened(settings) as (index, _),
        _opened_practice(settings, lessons / "practice") as practice,
        _opened_lessons(settings, lessons) as held_out,
    ):
        fitted = fit_on(gold=(index, questions), practice=practice, lessons=held_out)
    shown = ", ".join(f"{signal} {weight:.3g}" for signal, weight in fitted.items())
    stderr_console().print(f"refusal: {shown}", markup=False, highlight=False)


def _chats(folder: Path) -> Mapping[str, str]:
    from kb.evaluation.wordings import CHATS_FILE, read_wordings

    return read_wordings(folder / CHATS_FILE)


def _with_chats(questions: Sequence[GoldQuestion], folder: Path) -> list[GoldQuestion]:
    """Return questions, and after them those that a folder has in the words of a chat."""
    from kb.evaluation.wordings import reworded

    return [*questions, *reworded(questions, _chats(folder))]


@contextmanager
def _opened_practice(
    settings: Settings, folder: Path
) -> Iterator[tuple[Index, list[GoldQuestion]]]:
    """Open an index of the notes that were written to fit on, with their questions."""
    from kb.evaluation.gold import load_gold

    with _opened_elsewhere(settings, folder / "notes") as index:
        yield index, _with_chats(load_gold([folder / "questions.jsonl"]), folder)


@contextmanager
def _opened_lessons(settings: Settings, folder: Path) -> Iterator[tuple[Index, list[GoldQuestion]]]:
    """Open an index of the lessons that the embedder has not learnt from, with their questions."""
    from ingest.training.lessons import gold_questions, is_held_out, read_lessons, write_notes

    lessons = [lesson for lesson in read_lessons(folder) if is_held_out(lesson)]
    with TemporaryDirectory() as scratch:
        notes = Path(scratch, "notes")
        write_notes(lessons, notes)
        with _opened_elsewhere(settings, notes) as index:
            yield index, gold_questions(lessons)


@contextmanager
def _opened_elsewhere(settings: Settings, notes: Path) -> Iterator[Index]:
    """Open an index of other notes, for the time being."""
    with TemporaryDirectory() as scratch:
        own = settings.model_copy(update={"notes": notes, "state": Path(scratch)})
        with _opened(own) as (index, _):
            yield index


@contextmanager
def _opened_beside(settings: Settings, model: Path | None) -> Iterator[Mapping[str, Index]]:
    """Open the same notes embedded by another model, named as the arm that it is."""
    if model is None:
        yield {}
        return
    with TemporaryDirectory() as scratch:
        own = settings.model_copy(update={"state": Path(scratch), "embedding_model": model})
        with _opened(own) as (index, _):
            yield {index.embedder.name: index}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("eval")(evaluate_notes)


def _gold_files(gold: Path) -> list[Path]:
    files = sorted(gold.glob("*.jsonl")) if gold.is_dir() else [gold]
    if not files or not all(file.is_file() for file in files):
        raise NotFoundError(
            f"no gold questions at {gold}",
            hint="give a .jsonl file, or run it in the project's own folder",
        )
    return files


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Index, Assistant]]:
    """Open an index of its own for measuring, so that a running server is not in the way."""
    from ingest.models.embedding import SentenceTransformerEmbedder
    from ingest.service import IndexService
    from kb.assistant import Assistant
    from kb.retrieval.manual import learn_purposes
    from server.state import default_state_path

    state = settings.state or default_state_path(settings.notes_dir) / "evaluation"
    embedder = SentenceTransformerEmbedder(settings.embedding_model)
    service = IndexService(notes=settings.notes_dir, state=state, embedder=embedder)
    service.open()
    try:
        stderr_console().print("indexing the notes", style="dim")
        service.sync()
        learn_purposes(embedder)
        index = service.index
        if index is None:
            raise NotFoundError("there is no index to measure", hint="run `kb ingest` first")
        yield index, Assistant(index=lambda: index, notes=service.vault)
    finally:
        service.close()


def _tell_misses(outcomes: Sequence[Outcome]) -> None:
    console = stderr_console()
    for outcome in outcomes:
        if outcome.answer.status is outcome.gold.status and (
            outcome.is_right or not outcome.gold.relevant
        ):
            continue
        places = [f"{each.note}:{each.lines.start}" for each in outcome.answer.citations[:1]]
        wanted = [f"{note}:{lines.start}" for note, lines in outcome.gold.relevant[:1]]
        console.print(
            f"{outcome.gold.id}: {outcome.gold.question!r} -> {outcome.answer.status.value}"
            f" {' '.join(places)}, wanted {outcome.gold.status.value} {' '.join(wanted)}",
            markup=False,
            highlight=False,
        )
