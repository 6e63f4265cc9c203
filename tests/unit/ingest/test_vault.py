from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.ignoring import IgnoreRules
from ingest.vault import Vault
from kb.errors import NotFoundError, VaultError
from kb.model import NoteId


def write(folder: Path, name: str, text: str = "text\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def ids(vault: Vault) -> list[str]:
    return [file.id for file in vault.scan().files]


def test_a_walk_finds_notes_and_leaves_other_files_out(tmp_path: Path) -> None:
    for name in (
        "#1 idea.md",
        "b.md",
        "A.MARKDOWN",
        "в папке/заметка с пробелом.md",
        "deep/er/x.md",
    ):
        write(tmp_path, name)
    for name in (
        ".git/x.md",
        ".obsidian/x.md",
        "node_modules/p/x.md",
        ".hidden.md",
        ".#lock.md",
        "~$word.md",
        "#auto.md#",
        "note.md~",
        "note.md.swp",
        "picture.png",
        "text.txt",
    ):
        write(tmp_path, name)
    assert ids(Vault(tmp_path)) == [
        "#1 idea.md",
        "A.MARKDOWN",
        "b.md",
        "deep/er/x.md",
        "в папке/заметка с пробелом.md",
    ]


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_a_folder_that_is_none(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "notes"
    if kind == "file":
        folder.write_text("x")
    with pytest.raises(VaultError, match="notes") as caught:
        Vault(folder)
    assert caught.value.code == "vault_missing"
    assert caught.value.hint


def test_a_folder_that_goes_away(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    vault = Vault(folder)
    folder.rmdir()
    with pytest.raises(VaultError):
        vault.scan()


def test_links_are_followed_inside_the_folder_only(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.md", "secret")
    notes = tmp_path / "notes"
    inside = write(notes, "a.md")
    (notes / "out.md").symlink_to(outside)
    (notes / "folder").symlink_to(outside.parent)
    (notes / "again.md").symlink_to(inside)
    (notes / "broken.md").symlink_to(tmp_path / "nowhere.md")
    (notes / "loop").symlink_to(notes)
    (notes / "circle.md").symlink_to(notes / "circle.md")
    (notes / "node_modules").symlink_to(outside.parent)
    vault = Vault(notes)
    scan = vault.scan()
    assert [file.id for file in scan.files] == ["a.md", "again.md"]
    warned = {str(warning.note): warning for warning in scan.warnings}
    assert set(warned) == {"out.md", "broken.md", "circle.md", "folder", "loop"}
    assert "link to a folder" in warned["folder"].message
    assert ".kbignore" in warned["folder"].hint
    write(notes, ".kbignore", "folder\nloop\n")
    assert {warning.note for warning in vault.scan().warnings} == {
        "out.md",
        "broken.md",
        "circle.md",
    }
    for path in ("out.md", "folder/secret.md", "circle.md"):
        with pytest.raises(NotFoundError):
            vault.read(NoteId(path))


@pytest.mark.parametrize(
    "note",
    [
        "../outside.md",
        "/etc/passwd",
        "a/../../outside.md",
        "a//b.md",
        ".",
        "",
        "a\0.md",
        "..\\outside.md",
        "./a.md",
        "missing.md",
        ".obsidian/x.md",
        "picture.png",
        "folder",
    ],
)
def test_reading_what_is_no_note(tmp_path: Path, note: str) -> None:
    notes = tmp_path / "notes"
    write(tmp_path, "outside.md")
    write(notes, ".obsidian/x.md")
    write(notes, "picture.png")
    write(notes, "folder/x.md")
    with pytest.raises(NotFoundError):
        Vault(notes).read(NoteId(note))


def test_reading_a_note(tmp_path: Path) -> None:
    write(tmp_path, "папка/a.md").write_bytes("раз\r\nдва\rтри\n".encode())
    source = Vault(tmp_path).load(NoteId("папка/a.md"))
    assert source.text == "раз\nдва\nтри\n"
    assert source.file.size_bytes == len("раз\r\nдва\rтри\n".encode())
    assert len(source.sha256) == 64


def test_a_note_that_is_too_large(tmp_path: Path) -> None:
    write(tmp_path, "big.md", "x" * 3_000_000)
    with pytest.raises(VaultError, match=r"2\.9 MB, more than the 2 MB") as caught:
        Vault(tmp_path, max_bytes=2 * 1024 * 1024).read(NoteId("big.md"))
    assert caught.value.code == "note_too_large"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_note_without_permission(tmp_path: Path) -> None:
    write(tmp_path, "a.md").chmod(0)
    with pytest.raises(VaultError) as caught:
        Vault(tmp_path).read(NoteId("a.md"))
    assert caught.value.code == "note_unreadable"


def test_a_name_that_is_not_utf8_is_said(tmp_path: Path) -> None:
    try:
        with open(os.path.join(os.fsencode(tmp_path), b"\xff.md"), "w") as file:  # noqa: PTH118, PTH123
            file.write("x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    scan = Vault(tmp_path).scan()
    assert not scan.files
    assert "not UTF-8" in scan.warnings[0].message


@pytest.mark.skipif(os.sep == "\\", reason="there it parts folders")
def test_a_name_with_a_backslash_is_said(tmp_path: Path) -> None:
    write(tmp_path, "back\\slash.md")
    write(tmp_path, "fold\\er/a.md")
    scan = Vault(tmp_path).scan()
    assert not scan.files
    assert [warning.code for warning in scan.warnings] == ["odd_file_name"] * 2
    assert all("backslash" in warning.message for warning in scan.warnings)


def test_every_warning_has_a_hint(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    write(notes, "back\\slash.md")
    (notes / "out.md").symlink_to(write(tmp_path, "outside.md"))
    (notes / "broken.md").symlink_to(notes / "nowhere.md")
    (notes / "loop").symlink_to(notes)
    warnings = Vault(notes).scan().warnings
    assert len(warnings) == 4
    assert all(warning.hint for warning in warnings)


def test_kbignore(tmp_path: Path) -> None:
    for name in (
        "keep.md",
        "drafts/a.md",
        "drafts/keep.md",
        "x/private.md",
        "x/y/tmp1.md",
        "log.md",
    ):
        write(tmp_path, name)
    write(
        tmp_path,
        ".kbignore",
        "# comment\n\ndrafts/*\n!drafts/keep.md\nprivate.md\ntmp?.md\n/log.md\n",
    )
    assert ids(Vault(tmp_path)) == ["drafts/keep.md", "keep.md"]
    write(tmp_path, ".kbignore", "drafts/\nx/**/*.md\n")
    assert ids(Vault(tmp_path)) == ["keep.md", "log.md"]
    with pytest.raises(NotFoundError):
        Vault(tmp_path).read(NoteId("drafts/a.md"))


@pytest.mark.parametrize(
    ("pattern", "ignored", "kept"),
    [
        ("/drafts", "drafts/a.md", "x/drafts.md"),
        ("a/**/b.md", "a/x/y/b.md", "b.md"),
        ("a**b.md", "axb.md", "a/xb.md"),
        ("*/", "x/a.md", "a.md"),
        ("tmp[0-9].md", "x/tmp1.md", "tmpx.md"),
        ("tmp[^0-9].md", "tmpx.md", "tmp1.md"),
        ("tmp[!0-9].md", "tmpx.md", "tmp1.md"),
        ("[]-]x.md", "]x.md", "ax.md"),
        ("tmp[\\d].md", "tmpd.md", "tmp1.md"),
        ("[a&&b].md", "&.md", "c.md"),
        ("\\#a.md", "#a.md", "a.md"),
        ("\\!a.md", "!a.md", "a.md"),
        ("\\*.md", "*.md", "a.md"),
        ("a.md   ", "a.md", "b.md"),
        ("a[1-.md", "a[1-.md", "a1.md"),
        ("тест/", "x/тест/a.md", "тест.md"),
    ],
)
def test_kbignore_is_read_as_git_reads_its_own(pattern: str, ignored: str, kept: str) -> None:
    rules = IgnoreRules([pattern])
    assert rules.ignores(ignored)
    assert not rules.ignores(kept)


def test_a_space_at_the_end_counts_after_a_backslash() -> None:
    assert IgnoreRules(["draft\\ "]).ignores_folder("draft ")
    assert not IgnoreRules(["draft\\ "]).ignores_folder("draft")
