from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from kb.errors import InvalidInputError
from server.sandbox.builtin_image import find_static_busybox, make_image
from server.sandbox.runner import context as contexts
from server.sandbox.runner.context import Context, context_of_files, context_of_folder


def _names(context: Context) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(context.archive)) as tar:
        return tar.getnames()


def test_a_notes_own_files() -> None:
    context = context_of_files({"src/a.py": b"1", "Dockerfile": b"FROM x\n"}, "Dockerfile")
    assert _names(context) == ["Dockerfile", "src/a.py"]
    assert context.dockerfile == "FROM x\n"


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "c:\\x", "..\\x"])
def test_no_path_leads_out(path: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        context_of_files({"Dockerfile": b"FROM x", path: b""}, "Dockerfile")
    assert raised.value.code == "context_outside"


def test_a_missing_dockerfile_is_told() -> None:
    with pytest.raises(InvalidInputError) as raised:
        context_of_files({"a": b""}, "Dockerfile")
    assert raised.value.code == "no_dockerfile"


def test_a_folder_without_its_links(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    base = tmp_path / "contexts"
    (base / "app" / "src").mkdir(parents=True)
    (base / "app" / "Dockerfile").write_text("FROM x")
    (base / "app" / "src" / "run.sh").write_text("#!/bin/sh")
    (base / "app" / "link").symlink_to(secret)
    (base / "app" / "folder").symlink_to(tmp_path)
    os.mkfifo(base / "app" / "pipe")
    context = context_of_folder(base, "app", "Dockerfile")
    assert sorted(_names(context)) == ["Dockerfile", "src/run.sh"]
    assert context.left_out == ("link", "pipe")


@pytest.mark.parametrize("folder", ["none", "../contexts-other", "/etc", "link"])
def test_a_folder_elsewhere_is_refused(tmp_path: Path, folder: str) -> None:
    base = tmp_path / "contexts"
    base.mkdir()
    (tmp_path / "contexts-other").mkdir()
    (base / "link").symlink_to(tmp_path / "contexts-other")
    with pytest.raises(InvalidInputError):
        context_of_folder(base, folder, "Dockerfile")


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "MAX_CONTEXT_BYTES", 10)
    (tmp_path / "Dockerfile").write_text("FROM a-long-name")
    with pytest.raises(InvalidInputError, match="larger than"):
        context_of_folder(tmp_path, ".", "Dockerfile")
    with pytest.raises(InvalidInputError, match="larger than"):
        context_of_files({"Dockerfile": b"FROM a-long-name"}, "Dockerfile")


def test_the_builtin_image_is_the_same_every_time() -> None:
    binary = find_static_busybox()
    if binary is None:
        pytest.skip("NO STATIC BUSYBOX, so the built-in image is not made")
    image = make_image(binary, "busybox:latest")
    assert image == make_image(binary, "busybox:latest")
    with tarfile.open(fileobj=io.BytesIO(image)) as tar:
        layer = tar.extractfile("layer.tar")
        assert layer is not None
        with tarfile.open(fileobj=layer) as files:
            names = files.getnames()
            assert files.getmember("bin/sh").linkname == "busybox"
            assert {"bin/busybox", "etc/passwd", "tmp", "usr/bin/env"} <= set(names)
            assert len(names) == len(set(names))


def test_a_program_that_needs_libraries_is_not_taken(tmp_path: Path) -> None:
    script = tmp_path / "busybox"
    script.write_text("#!/bin/sh\n")
    assert find_static_busybox([tmp_path / "none", script, Path("/bin/ls")]) is None
