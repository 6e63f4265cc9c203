"""The index service over the real stores; a fake embedder, so that every vector can be counted."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.index_files import IndexFiles
from ingest.report import SyncProgress, SyncReport
from ingest.service import IndexService
from ingest.vault import Vault
from ingest.vector_places import FolderVectors
from kb.answering.frames import frame
from kb.assistant import Assistant
from kb.errors import IndexUnavailableError, StateLockedError, VaultError
from kb.model import Answer, AnswerStatus, ChunkKind, NoteId, Question
from kb.ports import ChatMessage, Embedding, FloatArray, Term
from kb.store.chroma import ChromaStore
from kb.store.database import Database
from kb.store.embeddings import EmbeddingCache
from tests.fakes import FakeEmbedder
from tests.integration.index_states import all_chunks, contents, index_of, opened

COMMANDS = """# Команды

```
docker ps
```

Какие контейнеры работают.

* -a - и остановленные тоже
* -q - только номера

---

```
docker rm web
```

Убрать контейнер.
"""
QUESTIONS = """---
tags: [docker]
---
> Где лежит том?

В папке демона, вероятно.

> А порт?
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    (folder / "папка").mkdir(parents=True)
    (folder / "команды.md").write_text(COMMANDS, encoding="utf-8")
    (folder / "папка" / "вопросы.md").write_text(QUESTIONS, encoding="utf-8")
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def age(notes: Path) -> None:
    """Make all files old enough for their times to be believed."""
    for path in notes.rglob("*.md"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def changes_of(report: SyncReport) -> tuple[object, ...]:
    return (*report.added, *report.changed, *report.removed, *report.renamed, *report.failed)


def test_the_first_sync_indexes_all(notes: Path, state: Path) -> None:
    with opened(notes, state) as service:
        assert service.index is None
        assert service.status.state == "indexing"
        report = service.sync()
        assert report.added == ("команды.md", "папка/вопросы.md")
        assert report.kinds[ChunkKind.FLAG] == 2
        assert report.embedded > 0
        assert (report.notes, report.chunks) == (2, len(all_chunks(index_of(service))))
        status = service.status
        assert (status.state, status.notes, status.model) == ("ok", 2, "fake")
        assert status.fingerprint == index_of(service).fingerprint


def test_a_second_sync_embeds_nothing_and_reads_nothing(
    notes: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(notes)
    embedder = FakeEmbedder()
    with opened(notes, state, embedder) as service:
        service.sync()
        before = contents(service)
        embedder.embedded.clear()
        monkeypatch.setattr("ingest.vault.Vault.load", None)
        report = service.sync()
        assert changes_of(report) == ()
        assert report.unchanged == 2
        assert embedder.embedded == []
        assert contents(service) == before


def test_a_restart_finds_the_index(notes: Path, state: Path) -> None:
    embedder = FakeEmbedder()
    with opened(notes, state, embedder) as service:
        service.sync()
        before = contents(service)
    embedder.embedded.clear()
    with opened(notes, state, embedder) as service:
        assert service.status.state == "ok"
        assert contents(service) == before
        service.sync()
        assert contents(service) == before
    assert embedder.embedded == []


def test_a_touched_file_is_read_but_not_embedded(notes: Path, state: Path) -> None:
    age(notes)
    embedder = FakeEmbedder()
    with opened(notes, state, embedder) as service:
        service.sync()
        embedder.embedded.clear()
        os.utime(notes / "команды.md", (1_700_000_500, 1_700_000_500))
        report = service.sync()
        assert changes_of(report) == ()
        assert report.unchanged == 2
        assert embedder.embedded == []


def edit(notes: Path) -> None:
    text = COMMANDS.replace("только номера", "одни номера, без таблицы")
    (notes / "команды.md").write_text(text, encoding="utf-8")


def insert_above(notes: Path) -> None:
    text = COMMANDS.replace("# Команды\n", "# Команды\n\nНовая строка сверху.\n")
    (notes / "команды.md").write_text(text, encoding="utf-8")


def rename(notes: Path) -> None:
    (notes / "команды.md").rename(notes / "папка" / "шпаргалка.md")


def delete(notes: Path) -> None:
    (notes / "команды.md").unlink()


def rename_heading(notes: Path) -> None:
    (notes / "команды.md").write_text(COMMANDS.replace("# Команды", "# Докер"), encoding="utf-8")


def empty(notes: Path) -> None:
    (notes / "команды.md").write_text("", encoding="utf-8")


def add(notes: Path) -> None:
    (notes / "новое слово.md").write_text("Слово о порте.\n" * 3, encoding="utf-8")


def change_tags(notes: Path) -> None:
    path = notes / "папка" / "вопросы.md"
    path.write_text(QUESTIONS.replace("[docker]", "[докер, новое]"), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "embedded"),
    [
        (edit, 1),
        (insert_above, 1),
        (rename, 0),
        (delete, 0),
        (empty, 0),
        (add, 1),
        (change_tags, 0),
    ],
)
def test_a_change_leaves_what_a_fresh_build_gives(
    notes: Path, state: Path, tmp_path: Path, change: Callable[[Path], None], embedded: int
) -> None:
    age(notes)
    embedder = FakeEmbedder()
    with opened(notes, state, embedder) as service:
        service.sync()
        embedder.embedded.clear()
        change(notes)
        report = service.sync()
        assert changes_of(report)
        assert (len(embedder.embedded), report.embedded) == (embedded, embedded)
        after = contents(service)
    with opened(notes, tmp_path / "fresh") as fresh:
        fresh.sync()
        assert contents(fresh) == after


def test_a_new_heading_is_in_all_its_chunks(notes: Path, state: Path, tmp_path: Path) -> None:
    with opened(notes, state) as service:
        service.sync()
        rename_heading(notes)
        service.sync()
        after = contents(service)
    with opened(notes, tmp_path / "fresh") as fresh:
        fresh.sync()
        assert contents(fresh) == after


def test_a_rename_is_told_as_one(notes: Path, state: Path) -> None:
    with opened(notes, state) as service:
        service.sync()
        rename(notes)
        report = service.sync()
        assert report.renamed == (("команды.md", "папка/шпаргалка.md"),)
        assert (report.added, report.removed) == ((), ())


def test_an_empty_note_that_goes_is_not_renamed_to_another_that_comes(
    notes: Path, state: Path
) -> None:
    (notes / "old.md").write_bytes(b"")
    with opened(notes, state) as service:
        service.sync()
        (notes / "old.md").unlink()
        (notes / "new.md").write_bytes(b"")
        report = service.sync()
        assert report.renamed == ()
        assert (report.added, report.removed) == (("new.md",), ("old.md",))


def test_other_tags_are_found_by_words(notes: Path, state: Path) -> None:
    note = notes / "папка" / "вопросы.md"
    with opened(notes, state) as service:
        service.sync()
        note.write_text(QUESTIONS.replace("tags: [docker]", "tags: [podman]"), encoding="utf-8")
        service.sync()
        lexical = index_of(service).lexical
        found = lexical.search([Term(text="podman")], top_k=5)
        chunks = index_of(service).catalog.chunks_of(NoteId("папка/вопросы.md"))
        assert {hit.chunk for hit in found} == {chunk.id for chunk in chunks}


def test_a_deleted_note_leaves_nothing_behind(notes: Path, state: Path) -> None:
    with opened(notes, state) as service:
        service.sync()
        delete(notes)
        report = service.sync()
        assert report.removed == ("команды.md",)
        assert index_of(service).catalog.flag_entries("-a") == []
    for path in state.rglob("*.sqlite3"):
        if "embeddings" in path.parts:
            assert _rows(path, "vectors") == 2


def _rows(path: Path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


def test_files_that_cannot_be_read_are_said_and_the_rest_is_indexed(
    notes: Path, state: Path
) -> None:
    (notes / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    (notes / "empty.md").write_bytes(b"")
    (notes / "old.md").write_bytes("Старая кодировка, слово в ней.".encode("cp1251"))
    with opened(notes, state) as service:
        report = service.sync()
        assert report.failed == ("picture.md",)
        said = {warning.note: warning for warning in report.warnings}
        assert "binary" in said[NoteId("picture.md")].message
        assert said[NoteId("picture.md")].hint
        assert "cp1251" in said[NoteId("old.md")].message
        assert report.notes == 4
        status = service.status
        assert status.state == "degraded"
        assert "picture.md" in status.message
        assert status.code == "notes_unread"
        codes = {warning.note: warning.code for warning in status.warnings}
        assert codes == {"picture.md": "note_binary", "old.md": "not_utf8"}
        (notes / "picture.md").unlink()
        service.sync()
        assert service.status.state == "ok"


@pytest.mark.parametrize("is_new", [False, True], ids=["known", "new"])
@pytest.mark.parametrize("moment", ["Vault.load", "Vault._read_bytes"])
def test_a_note_deleted_during_a_sync_is_gone_and_not_unreadable(
    notes: Path, state: Path, monkeypatch: pytest.MonkeyPatch, is_new: bool, moment: str
) -> None:
    step: Callable[..., object] = getattr(Vault, moment.removeprefix("Vault."))

    def late(vault: Vault, note: NoteId, *rest: object) -> object:
        if note == "команды.md":
            (notes / note).unlink(missing_ok=True)
        return step(vault, note, *rest)

    with opened(notes, state) as service:
        if not is_new:
            service.sync()
            insert_above(notes)
        with monkeypatch.context() as patched:
            patched.setattr(f"ingest.vault.{moment}", late)
            report = service.sync()
        assert (report.failed, report.warnings) == ((), ())
        assert report.removed == (() if is_new else ("команды.md",))
        assert report.unchanged == (0 if is_new else 1)
        assert service.status.state == "ok"
        assert [note.id for note in index_of(service).catalog.notes()] == ["папка/вопросы.md"]


def test_a_note_that_becomes_unreadable_is_taken_out(notes: Path, state: Path) -> None:
    with opened(notes, state) as service:
        service.sync()
        (notes / "команды.md").write_bytes(bytes(range(256)) * 8)
        report = service.sync()
        assert report.failed == ("команды.md",)
        assert index_of(service).catalog.chunks_of(NoteId("команды.md")) == []
        contents(service)


def test_a_folder_that_goes_away_leaves_the_index(notes: Path, state: Path) -> None:
    with opened(notes, state) as service:
        service.sync()
        before = contents(service)
        shutil.rmtree(notes)
        with pytest.raises(VaultError):
            service.sync()
        assert service.status.state == "degraded"
        assert contents(service) == before
    with pytest.raises(VaultError):
        IndexService(notes=notes, state=state, embedder=FakeEmbedder())


def test_one_owner_of_the_state_folder(notes: Path, state: Path) -> None:
    with opened(notes, state):
        second = IndexService(notes=notes, state=state, embedder=FakeEmbedder())
        with pytest.raises(StateLockedError, match=str(os.getpid())) as caught:
            second.open()
        assert caught.value.hint
    with opened(notes, state):
        pass


def test_a_service_that_is_not_open_says_so(notes: Path, state: Path) -> None:
    service = IndexService(notes=notes, state=state, embedder=FakeEmbedder())
    with pytest.raises(IndexUnavailableError):
        service.sync()


def test_a_stopped_sync_goes_on_later(notes: Path, state: Path) -> None:
    for number in range(200):
        (notes / f"{number}.md").write_text(f"Слово номер {number}.\n", encoding="utf-8")
    steps: list[SyncProgress] = []
    with opened(notes, state) as service:
        report = service.sync(steps.append, cancelled=lambda: steps[-1].chunks_done > 0)
        assert report.cancelled
        assert service.index is None
        done = steps[-1].chunks_done
        assert 0 < done < 200
        embedder = FakeEmbedder()
    with opened(notes, state, embedder) as service:
        report = service.sync()
        assert not report.cancelled
        assert len(embedder.embedded) < 200
        assert report.notes == 202
        contents(service)


def test_progress_reaches_its_totals(notes: Path, state: Path) -> None:
    steps: list[SyncProgress] = []
    with opened(notes, state) as service:
        service.sync(steps.append)
    assert [steps[0].phase, steps[-1].phase] == ["scan", "done"]
    last = steps[-1]
    assert last.files_done == last.files_total == 2
    assert last.chunks_done == last.chunks_total > 0
    assert last.embedded > 0


class OtherEmbedder(FakeEmbedder):
    """Another model: other vectors, another fingerprint."""

    name = "other"
    fingerprint = "other-64"

    def _vector(self, text: str) -> FloatArray:
        return super()._vector(text)[::-1].copy()


def test_another_model_gets_another_index_while_the_old_one_answers(
    notes: Path, state: Path, tmp_path: Path
) -> None:
    with opened(notes, state) as service:
        service.sync()
        old = index_of(service).fingerprint

    class Slow(OtherEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> list[Embedding]:
            seen.append(search())
            return super().embed_documents(texts)

    seen: list[tuple[str, int]] = []
    embedder = Slow()
    with opened(notes, state, embedder) as service:

        def search() -> tuple[str, int]:
            index = index_of(service)
            assert index.vectors.query(embedder.embed_query("порт").vector, top_k=3) == []
            return index.fingerprint, len(all_chunks(index))

        assert "rebuilt" in service.status.message
        assert service.status.is_rebuilding
        service.sync()
        assert {fingerprint for fingerprint, _ in seen} == {old}
        assert (service.status.state, service.status.is_rebuilding) == ("ok", False)
        assert index_of(service).fingerprint != old
        after = contents(service)
        service.sync()
        folders = {path.parent.name for path in (state / "index").glob("*/catalog.sqlite3")}
        assert folders == {index_of(service).fingerprint}
    with opened(notes, tmp_path / "fresh", OtherEmbedder()) as fresh:
        fresh.sync()
        assert contents(fresh) == after


def test_an_answer_from_an_index_of_another_model_says_that_words_alone_were_compared(
    notes: Path, state: Path
) -> None:
    with opened(notes, state) as service:
        service.sync()

    class Asking(OtherEmbedder):
        is_asked = False

        def embed_documents(self, texts: Sequence[str]) -> list[Embedding]:
            if not self.is_asked:  # a question may have documents of its own to embed
                self.is_asked = True
                answers.extend(assistant.ask(Question(text=text)) for text in ("где том", "how?"))
            return super().embed_documents(texts)

    answers: list[Answer] = []
    with opened(notes, state, Asking()) as service:
        assistant = Assistant(index=lambda: service.index, notes=service.vault)
        service.sync()
        assert len(answers) >= 2
        for answer in answers:
            assert answer.notice == frame("words_alone", answer.language)
        assert assistant.ask(Question(text="где том")).notice is None


@pytest.mark.parametrize("lost", ["vectors-1", "lexical", "embeddings", "catalog.sqlite3"])
@pytest.mark.parametrize("how", ["gone", "garbage"])
def test_damaged_parts_are_built_again(notes: Path, state: Path, lost: str, how: str) -> None:
    with opened(notes, state) as service:
        service.sync()
        before = contents(service)
        folder = state / "index" / index_of(service).fingerprint
    target = state / "index" / "embeddings" if lost == "embeddings" else folder / lost
    copy = state.parent / "elsewhere"
    shutil.copytree(state, copy)  # Chroma remembers the folders of its process
    target = copy / target.relative_to(state)
    if how == "gone":
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    else:
        for path in [target] if target.is_file() else target.rglob("*"):
            if path.is_file():
                path.write_bytes(b"garbage" * 100)
    with opened(notes, copy) as service:
        service.sync()
        assert service.status.state == "ok"
        assert contents(service) == before


def test_damaged_pages_of_known_vectors_cost_no_index(notes: Path, state: Path) -> None:
    for number in range(200):
        (notes / f"{number}.md").write_text(f"Слово номер {number}.\n", encoding="utf-8")
    with opened(notes, state) as service:
        service.sync()
        before = contents(service)
        fingerprint = index_of(service).fingerprint
    (path,) = (state / "index" / "embeddings").glob("*.sqlite3")
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
    catalog = state / "index" / fingerprint / "catalog.sqlite3"
    made = catalog.stat().st_ino
    with opened(notes, state) as service:
        assert service.status.state == "ok"
        service.sync()
        assert contents(service) == before
    assert catalog.stat().st_ino == made, "the sound index was built again"


@pytest.mark.parametrize("kind", [sqlite3.DatabaseError, RuntimeError])
def test_every_error_of_a_sync_is_told_until_one_succeeds(
    notes: Path, state: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise kind("it broke")

    with opened(notes, state) as service:
        with monkeypatch.context() as patched:
            patched.setattr("kb.store.manifest.Manifest.finish_change", fail)
            with pytest.raises(kind):
                service.sync()
        status = service.status
        assert (status.state, "it broke" in status.message) == ("degraded", True)
        service.sync()
        assert service.status.state == "ok"


FULL_ERRORS = (
    sqlite3.OperationalError("database or disk is full"),
    OSError(28, "No space left on device"),
    ValueError("An IO error occurred: 'No space left on device (os error 28)'"),
    IndexUnavailableError("Query error: (code: 13) database or disk is full", code="index_damaged"),
)


@pytest.mark.parametrize("full", FULL_ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("what", ["finish_change", "used_keys"])
def test_a_full_disk_is_said_and_costs_no_index(
    notes: Path, state: Path, monkeypatch: pytest.MonkeyPatch, full: Exception, what: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise full

    with opened(notes, state) as service:
        service.sync()
        before = contents(service)
        edit(notes)
        with monkeypatch.context() as patched:
            patched.setattr(f"kb.store.manifest.Manifest.{what}", fail)
            with pytest.raises(IndexUnavailableError, match="disk is full") as caught:
                service.sync()
        assert caught.value.code == service.status.code == "state_unwritable"
        assert caught.value.hint
    with monkeypatch.context() as patched:
        patched.setattr("kb.store.manifest.Manifest.totals", fail)
        service = IndexService(notes=notes, state=state, embedder=FakeEmbedder())
        with pytest.raises(IndexUnavailableError, match="disk is full"):
            service.open()
    (notes / "команды.md").write_text(COMMANDS, encoding="utf-8")
    with opened(notes, state) as service:
        assert service.status.state == "ok"
        service.sync()
        assert contents(service) == before


class Asker(threading.Thread):
    """Asks the same question again and again until it is stopped."""

    def __init__(self, assistant: Assistant, text: str) -> None:
        super().__init__()
        self.answers: list[Answer] = []
        self.errors: list[BaseException] = []
        self._assistant = assistant
        self._text = text
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.is_set():
            try:
                self.answers.append(self._assistant.ask(Question(text=self._text)))
            except BaseException as error:  # noqa: BLE001 - the test looks at it
                self.errors.append(error)
                return

    def stop(self) -> None:
        self._done.set()
        self.join()


def test_questions_are_answered_during_a_sync(notes: Path, state: Path) -> None:
    with opened(notes, state) as service:
        service.sync()
        for number in range(300):
            (notes / f"{number}.md").write_text(f"Слово {number}.\n", encoding="utf-8")
        assistant = Assistant(index=lambda: service.index, notes=service.vault)
        assistant.ask(Question(text="где лежит том"))  # the first one loads what it needs
        asking = Asker(assistant, "где лежит том")
        steps: list[tuple[int, int]] = []
        asking.start()
        service.sync(lambda progress: steps.append((progress.chunks_done, len(asking.answers))))
        asking.stop()
        assert asking.errors == []
        assert {answer.status for answer in asking.answers} == {AnswerStatus.ANSWERED}
        answered_before, answered_after = steps[0][1], steps[-1][1]
        assert answered_after - answered_before >= 3, "the sync kept questions waiting"
        contents(service)


def test_an_index_that_cannot_be_opened_whole_is_left_closed(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    def note_closing(kind: type[ChromaStore | Database]) -> None:
        close = kind.close

        def noting(store: Any) -> None:
            closed.append(kind.__name__)
            close(store)

        monkeypatch.setattr(kind, "close", noting)

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "denied")

    embedder = FakeEmbedder()
    cache = EmbeddingCache(state / "known.sqlite3", dimension=embedder.dimension)
    place = FolderVectors(state / "index", dimension=embedder.dimension)
    note_closing(ChromaStore)
    note_closing(Database)
    monkeypatch.setattr("ingest.index_files.TantivyIndex", fail)
    with pytest.raises(PermissionError):
        IndexFiles(state / "index", embedder=embedder, cache=cache, place=place)
    assert closed == ["ChromaStore", "Database"]
    cache.close()


class Meanwhile:
    """A chat model during whose words something else happens."""

    name = "slow"

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens

    def stream(
        self, messages: Sequence[ChatMessage], *, cancelled: Callable[[], bool]
    ) -> Iterator[str]:
        self._happens()
        yield "`docker rm web` убирает контейнер [1]."


def ask_a_model(service: IndexService, happens: Callable[[], object]) -> Answer:
    assistant = Assistant(
        index=lambda: service.index, notes=service.vault, chat_model=Meanwhile(happens)
    )
    answer = assistant.ask(Question(text="docker rm", mode="llm"))
    assert answer.mode == "llm"
    return answer


def test_a_question_under_way_keeps_the_index_that_was_replaced(
    notes: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(notes, state) as service:
        service.sync()
        old = index_of(service).fingerprint
    monkeypatch.setattr("ingest.index_files._source", lambda *_: b"other code")

    def sync_twice() -> None:
        service.sync()
        service.sync()
        assert (state / "index" / old).exists()

    with opened(notes, state) as service:
        answer = ask_a_model(service, sync_twice)
        assert [command.text for command in answer.commands] == ["docker rm web"]
        assert index_of(service).fingerprint != old
        service.sync()
        assert not (state / "index" / old).exists()


def test_a_question_under_way_keeps_the_vectors_that_are_filled_again(
    notes: Path, state: Path
) -> None:
    with opened(notes, state) as service:
        service.sync()
        before = contents(service)
        old = index_of(service)
        (state / "index" / old.fingerprint / "vectors-1").stat()
        lost = [chunk.id for chunk in all_chunks(old)][:1]
        vector = FakeEmbedder().embed_query("порт").vector

        def fill_again() -> None:
            old.vectors.delete(lost)
            old.lexical.delete(lost)
            service.sync()
            assert index_of(service) is not old
            assert contents(service) == before
            assert old.vectors.query(vector, top_k=3)
            assert old.lexical.search([Term(text="docker")], top_k=3)

        ask_a_model(service, fill_again)
        assert not (state / "index" / old.fingerprint / "vectors-1").exists()
        assert contents(service) == before


def test_new_code_makes_a_new_index_and_embeds_nothing(
    notes: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(notes, state) as service:
        service.sync()
        old = index_of(service).fingerprint
        before = contents(service)
    monkeypatch.setattr("ingest.index_files._source", lambda *_: b"other code")
    embedder = FakeEmbedder()
    with opened(notes, state, embedder) as service:
        assert "the old one answers" in service.status.message
        assert index_of(service).fingerprint == old
        assert contents(service) == before
        embedder.embedded.clear()
        service.sync()
        assert embedder.embedded == []
        assert index_of(service).fingerprint != old
        assert contents(service) == before
        assert service.status.state == "ok"
