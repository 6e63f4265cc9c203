"""Notes over the API: read, saved, deleted, and no byte of the user's lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from ingest.vault import NoteSource, Vault
from kb.errors import InvalidInputError, NotFoundError
from kb.model import NoteId
from server.note_files import NoteFiles, Precondition, PreconditionError, check_note_path, etag_of
from server.storage import StorageError
from tests.unit.server.conftest import PORT, TOKEN, Bench, make_bench
from tests.unit.server.fakes import NOTE_TEXT

MARKDOWN = {"Content-Type": "text/markdown; charset=utf-8"}
NEW = {**MARKDOWN, "If-None-Match": "*"}


def put(client: TestClient, path: str, content: bytes | str, **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = client.put(f"/api/notes/{path}", content=content, headers={**MARKDOWN, **named})
    body = response.json()
    return response.status_code, body.get("etag") or body["error"]["code"]


def kept(bench: Bench) -> list[bytes]:
    return [file.read_bytes() for file in sorted(bench.trash.glob("*"))]


def test_a_note_is_shown_with_source_html_and_tag(client: TestClient) -> None:
    response = client.get("/api/notes/docker.md")
    note = response.json()
    assert note["source"] == NOTE_TEXT
    assert 'id="L6"' in note["html"]
    assert note["lines"] == NOTE_TEXT.count("\n")
    assert note["etag"] == response.headers["etag"] == etag_of(NOTE_TEXT.encode())
    again = client.get("/api/notes/docker.md", headers={"If-None-Match": note["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_source_and_tag_are_of_one_reading(
    bench: Bench, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = Vault.load

    def changed(vault: Vault, note: NoteId) -> NoteSource:
        (bench.notes / note).write_bytes(b"# by an editor\n")
        return load(vault, note)

    monkeypatch.setattr(Vault, "load", changed)
    note = client.get("/api/notes/docker.md").json()
    assert note["etag"] == etag_of(note["source"].encode())


def test_a_note_that_is_no_text_says_so(bench: Bench, client: TestClient) -> None:
    (bench.notes / "bin.md").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(20)) * 4)
    response = client.get("/api/notes/bin.md")
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "note_binary"


def test_an_empty_note_is_saved(bench: Bench, client: TestClient) -> None:
    assert put(client, "empty.md", b"", if_none_match="*") == (201, etag_of(b""))
    assert (bench.notes / "empty.md").read_bytes() == b""


def test_notes_are_listed_in_pages(bench: Bench, client: TestClient) -> None:
    for name in ("a.md", "b.md"):
        (bench.notes / name).write_text("# x\n", encoding="utf-8")
    page = client.get("/api/notes", params={"limit": 2}).json()
    assert [note["path"] for note in page["notes"]] == ["a.md", "b.md"]
    assert (page["total"], page["next_offset"], page["editable"]) == (3, 2, True)
    found = client.get("/api/notes", params={"q": "DOCK"}).json()
    assert [note["path"] for note in found["notes"]] == ["docker.md"]


def test_a_save_follows_what_was_read(bench: Bench, client: TestClient) -> None:
    etag = client.get("/api/notes/docker.md").json()["etag"]
    status, new_etag = put(client, "docker.md", "# Новое\n", If_Match=etag)
    assert (status, new_etag) == (200, etag_of("# Новое\n".encode()))
    assert (bench.notes / "docker.md").read_text(encoding="utf-8") == "# Новое\n"
    assert kept(bench) == [NOTE_TEXT.encode()]


def test_a_save_that_breaks_off_changes_nothing(bench: Bench) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": NOTE_TEXT.encode()[:40], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {
        "host": f"127.0.0.1:{PORT}",
        "authorization": f"Bearer {TOKEN}",
        "if-match": etag_of(NOTE_TEXT.encode()),
        **MARKDOWN,
    }
    scope = {
        "type": "http",
        "method": "PUT",
        "scheme": "http",
        "path": "/api/notes/docker.md",
        "raw_path": b"/api/notes/docker.md",
        "query_string": b"",
        "headers": [(key.lower().encode(), value.encode()) for key, value in headers.items()],
    }
    asyncio.run(bench.app(scope, receive, send))
    assert (bench.notes / "docker.md").read_text(encoding="utf-8") == NOTE_TEXT
    assert sent == []


def test_a_stale_save_changes_nothing(bench: Bench, client: TestClient) -> None:
    etag = client.get("/api/notes/docker.md").json()["etag"]
    (bench.notes / "docker.md").write_text("by an editor\n", encoding="utf-8")
    assert put(client, "docker.md", "mine", If_Match=etag) == (412, "changed_since_read")
    assert (bench.notes / "docker.md").read_text(encoding="utf-8") == "by an editor\n"
    assert kept(bench) == []


def test_a_save_must_say_what_it_replaces(bench: Bench, client: TestClient) -> None:
    assert put(client, "docker.md", "x") == (428, "precondition_required")
    assert put(client, "new.md", "x") == (428, "precondition_required")
    assert put(client, "docker.md", "x", If_None_Match="*") == (412, "changed_since_read")
    assert put(client, "new.md", "x", If_Match='"abc"') == (412, "changed_since_read")
    assert put(client, "new.md", "x", If_Match="*") == (412, "changed_since_read")
    assert (bench.notes / "docker.md").read_text(encoding="utf-8") == NOTE_TEXT
    assert not (bench.notes / "new.md").exists()


def test_a_new_note_is_made_with_its_folders_and_indexed(bench: Bench, client: TestClient) -> None:
    response = client.put("/api/notes/a/b/новая.md", content=b"# x\n", headers=NEW)
    assert response.status_code == 201
    assert response.json()["created"] is True
    assert response.headers["etag"] == response.json()["etag"]
    assert (bench.notes / "a" / "b" / "новая.md").read_bytes() == b"# x\n"
    bench.services.jobs.close()
    assert bench.library.syncs == 1


def test_a_deleted_note_is_in_the_trash(bench: Bench, client: TestClient) -> None:
    response = client.delete("/api/notes/docker.md")
    assert response.status_code == 200
    assert not (bench.notes / "docker.md").exists()
    assert (bench.trash / response.json()["trash"]).read_bytes() == NOTE_TEXT.encode()
    assert client.delete("/api/notes/docker.md").status_code == 404


def test_a_stale_delete_changes_nothing(bench: Bench, client: TestClient) -> None:
    response = client.delete("/api/notes/docker.md", headers={"If-Match": '"old"'})
    assert response.status_code == 412
    assert (bench.notes / "docker.md").exists()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[TestClient]:
    for bench in make_bench(tmp_path, editable=False):
        with TestClient(
            bench.app,
            base_url=f"http://127.0.0.1:{PORT}",
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as client:
            yield client


def test_without_edit_nothing_is_written(reader: TestClient) -> None:
    etag = reader.get("/api/notes/docker.md").json()["etag"]
    assert put(reader, "docker.md", "x", If_Match=etag) == (403, "editing_off")
    assert put(reader, "new.md", "x", If_None_Match="*") == (403, "editing_off")
    assert reader.delete("/api/notes/docker.md").status_code == 403
    assert reader.get("/api/notes/docker.md").json()["source"] == NOTE_TEXT


BAD_PATHS = [
    "../x.md",
    "a/../../x.md",
    "..%2fx.md",
    "%2e%2e/x.md",
    "/etc/x.md",
    "a//b.md",
    "./x.md",
    "a/./b.md",
    "..\\x.md",
    "a\\b.md",
    "C:/x.md",
    "x.md:stream",
    "x.txt",
    "x",
    "x.md/",
    ".md",
    ".hidden.md",
    ".git/x.md",
    "con.md",
    "a/nul.md",
    "x\x00.md",
    "x\n.md",
    " x.md",
    "x /y.md",
    "a\u202e.md",
    "a" * 300 + ".md",
    "a/" * 600 + "x.md",
    "?.md",
    "*.md",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_bad_paths_are_refused(bench: Bench, client: TestClient, path: str) -> None:
    before = sorted(bench.notes.parent.rglob("*"))
    quoted = "".join(f"%{byte:02x}" for byte in path.encode()) if "%" not in path else path
    response = client.put(f"/api/notes/{quoted}", content=b"x", headers=NEW)
    assert response.status_code in {400, 404, 405}, response.text
    assert client.delete(f"/api/notes/{quoted}").status_code in {400, 404, 405}
    assert client.get(f"/api/notes/{quoted}").status_code in {400, 404, 405}
    after = {path for path in bench.notes.parent.rglob("*") if path.suffix != ".sqlite3-wal"}
    assert set(before) >= after - {bench.notes.parent / "kb.sqlite3-shm"}


@given(st.text(max_size=30))
def test_a_path_that_passes_stays_inside(path: str) -> None:
    try:
        check_note_path(path)
    except InvalidInputError:
        return
    assert ".." not in path.split("/")
    assert not path.startswith("/")
    assert path.lower().endswith(".md")


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_links_out_of_the_folder_are_not_followed(bench: Bench, client: TestClient) -> None:
    secret = bench.notes.parent / "secret.md"
    secret.write_text("secret", encoding="utf-8")
    (bench.notes / "link.md").symlink_to(secret)
    (bench.notes / "out").symlink_to(bench.notes.parent)
    for path in ("link.md", "out/secret.md"):
        assert client.get(f"/api/notes/{path}").status_code == 404
        assert client.delete(f"/api/notes/{path}").status_code == 404
        etag = etag_of(b"secret")
        assert put(client, path, "x", If_Match=etag)[0] in {400, 404}
    assert client.put("/api/notes/out/new.md", content=b"x", headers=NEW).status_code == 400
    assert secret.read_text(encoding="utf-8") == "secret"


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_of_a_linked_note_the_link_is_deleted(bench: Bench, client: TestClient) -> None:
    (bench.notes / "link.md").symlink_to(bench.notes / "docker.md")
    response = client.delete("/api/notes/link.md")
    assert response.status_code == 200
    assert not (bench.notes / "link.md").is_symlink()
    assert (bench.notes / "docker.md").read_text(encoding="utf-8") == NOTE_TEXT


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_a_linked_note_is_saved_where_it_leads(bench: Bench, client: TestClient) -> None:
    (bench.notes / "link.md").symlink_to(bench.notes / "docker.md")
    assert put(client, "link.md", "new", If_Match="*")[0] == 200
    assert (bench.notes / "link.md").is_symlink()
    assert (bench.notes / "docker.md").read_text(encoding="utf-8") == "new"


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_a_linked_folder_holds_no_notes_to_change(bench: Bench, client: TestClient) -> None:
    (bench.notes / "real").mkdir()
    (bench.notes / "real" / "x.md").write_text("x", encoding="utf-8")
    (bench.notes / "linked").symlink_to(bench.notes / "real")
    assert client.delete("/api/notes/linked/x.md").status_code == 404
    assert put(client, "linked/x.md", "y", If_Match="*") == (400, "invalid_request")
    assert put(client, "linked/new.md", "y", If_None_Match="*") == (400, "invalid_request")
    assert [file.name for file in (bench.notes / "real").iterdir()] == ["x.md"]
    assert (bench.notes / "real" / "x.md").read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize(
    "path", ["node_modules/x.md", "~$x.md", "drafts/x.md", "drafts/deep/x.md", "docker.md/x.md"]
)
def test_what_the_index_would_never_show_is_not_saved(
    bench: Bench, client: TestClient, path: str
) -> None:
    (bench.notes / ".kbignore").write_text("drafts/\n", encoding="utf-8")
    response = client.put(f"/api/notes/{path}", content=b"x", headers=NEW)
    error = response.json()["error"]
    assert (response.status_code, error["reasons"]) == (400, ["note_path"])
    assert error["hint"]
    assert not (bench.notes / path).exists()


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_the_umask_counts_for_new_notes(tmp_path: Path) -> None:
    files = NoteFiles(tmp_path, trash=tmp_path / "trash", editable=True)
    before = os.umask(0o077)
    try:
        files.save(NoteId("a.md"), b"x", Precondition(if_none_match="*"))
    finally:
        os.umask(before)
    assert (tmp_path / "a.md").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_devices_are_no_notes(bench: Bench, client: TestClient) -> None:
    os.mkfifo(bench.notes / "pipe.md")
    assert client.get("/api/notes/pipe.md").status_code == 404
    assert put(client, "pipe.md", "x", If_Match="*")[0] == 400
    assert client.delete("/api/notes/pipe.md").status_code == 404


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("new.md", b"\xff\xfe", "note_not_utf8"),
        ("new.md", b"caf\xe9", "note_not_utf8"),
        ("new.md", b"a\x00b", "note_nul"),
        (".hidden.md", b"a", "note_path"),
    ],
)
def test_what_can_be_no_note_is_refused_with_a_reason(
    client: TestClient, path: str, content: bytes, reason: str
) -> None:
    response = client.put(f"/api/notes/{path}", content=content, headers=NEW)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")
    assert response.json()["error"]["reasons"] == [reason]


def test_content_is_kept_byte_for_byte(bench: Bench, client: TestClient) -> None:
    content = "\ufeff# a\r\nb\rc\n\n\n  d\t".encode()
    assert client.put("/api/notes/x.md", content=content, headers=NEW).status_code == 201
    assert (bench.notes / "x.md").read_bytes() == content


def test_no_temporary_file_is_left(bench: Bench, client: TestClient) -> None:
    client.put("/api/notes/x.md", content=b"1", headers=NEW)
    put(client, "x.md", "2", If_Match="*")
    put(client, "x.md", "3", If_Match='"stale"')
    assert sorted(file.name for file in bench.notes.iterdir()) == ["docker.md", "x.md"]


def test_a_write_in_the_last_moment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor that writes in place between our look and our rename loses nothing."""
    note = tmp_path / "n.md"
    note.write_bytes(b"old")
    files = NoteFiles(tmp_path, trash=tmp_path / "trash", editable=True)
    replace = Path.replace

    def late(source: Path, target: Path) -> Path:
        if target == note:
            note.write_bytes(b"by an editor")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", late)
    files.save(NoteId("n.md"), b"new", Precondition(if_match=etag_of(b"old")))
    assert note.read_bytes() == b"new"
    contents = {file.read_bytes() for file in (tmp_path / "trash").iterdir()}
    assert contents == {b"old", b"by an editor"}


@pytest.mark.parametrize("deed", ["save", "delete"])
def test_a_change_after_the_look_is_kept_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    """An editor that writes while the old content goes to the trash loses nothing."""
    note, trash = tmp_path / "n.md", tmp_path / "trash"
    note.write_bytes(b"old")
    files = NoteFiles(tmp_path, trash=trash, editable=True)
    keep = NoteFiles._keep

    def late(files: NoteFiles, note_id: NoteId, content: bytes) -> Path:
        note.write_bytes(b"by an editor")
        return keep(files, note_id, content)

    monkeypatch.setattr(NoteFiles, "_keep", late)
    written = {"content": b"new"} if deed == "save" else {}
    with pytest.raises(PreconditionError):
        getattr(files, deed)(
            NoteId("n.md"), precondition=Precondition(if_match=etag_of(b"old")), **written
        )
    assert note.read_bytes() == b"by an editor"
    assert list(trash.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["n.md", "trash"]


@pytest.mark.parametrize("name", ["n.markdown", "папка/N.MARKDOWN", "n.MD"])
def test_every_kind_of_note_that_is_read_is_saved(
    bench: Bench, client: TestClient, name: str
) -> None:
    tag = client.put(f"/api/notes/{name}", content=b"# x\n", headers=NEW).headers["etag"]
    assert client.get(f"/api/notes/{name}").json()["source"] == "# x\n"
    assert put(client, name, "# y\n", If_Match=tag)[0] == 200
    assert (bench.notes / name).read_bytes() == b"# y\n"


def test_a_file_made_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = NoteFiles(tmp_path, trash=tmp_path / "trash", editable=True)
    link = os.link

    def late(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"by an editor")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(PreconditionError):
        files.save(NoteId("n.md"), b"new", Precondition(if_none_match="*"))
    assert (tmp_path / "n.md").read_bytes() == b"by an editor"


def test_a_full_disk_leaves_the_note_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "n.md"
    note.write_bytes(b"old")
    files = NoteFiles(tmp_path, trash=tmp_path / "trash", editable=True)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"n\.md cannot be written: No space"):
        files.save(NoteId("n.md"), b"new", Precondition(if_match=etag_of(b"old")))
    assert note.read_bytes() == b"old"
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["n.md", "trash"]


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    note = tmp_path / "n.md"
    note.write_bytes(b"old")
    note.chmod(0o640)
    files = NoteFiles(tmp_path, trash=tmp_path / "trash", editable=True)
    files.save(NoteId("n.md"), b"new", Precondition(if_match="*"))
    assert note.stat().st_mode & 0o777 == 0o640


def test_other_files_are_no_notes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    files = NoteFiles(tmp_path, trash=tmp_path / "trash", editable=True)
    with pytest.raises(NotFoundError):
        files.require(NoteId("a.txt"))
