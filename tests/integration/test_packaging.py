"""The wheel: built, looked into, installed elsewhere, and used from there."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.integration.kb_process import environment

ROOT = Path(__file__).parents[2]
MODELS = "share/kb/models"
NOT_PACKED = ("tests/", "data/", "docs/")


def run(words: Sequence[str], *, cwd: Path, **variables: str) -> str:
    done = subprocess.run(
        words, check=False, capture_output=True, text=True, cwd=cwd, timeout=100,
        env=environment(**variables),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    described: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return described


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git keeps, as links: the build leaves nothing behind in the project's own folder."""
    folder = tmp_path_factory.mktemp("source")
    kept = run(["git", "ls-files", "-z", "-c", "-o", "--exclude-standard"], cwd=ROOT).split("\0")
    for name in filter(None, kept):
        if name.startswith(("kb/", "ingest/", "server/", "data/models/")) or "/" not in name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, project: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = ["pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source)]
    run([sys.executable, "-m", *words], cwd=source)
    (built,) = folder.glob("*.whl")
    assert built.name == f"kb-{project['project']['version']}-py3-none-any.whl"
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [
        ("server/static", "**/*"),
        ("kb", "**/*.py"),
        ("ingest", "**/*.py"),
        ("server", "**/*.py"),
        ("kb", "**/*.tsv"),
        ("kb", "**/*.json"),
        ("kb", "**/*.txt"),
        ("ingest", "**/*.tsv"),
        ("ingest", "**/*.txt"),
    ],
)
def test_every_file_of_the_packages_is_inside(
    source: Path, names: set[str], folder: str, pattern: str
) -> None:
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / folder).glob(pattern)
        if path.is_file()
    }
    assert wanted - names == set()


def test_the_model_is_inside_and_nothing_else_of_the_project(source: Path, names: set[str]) -> None:
    shared = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    shipped = source / "data" / "models"
    for path in shipped.rglob("*"):
        if path.is_file():
            assert f"{MODELS}/{path.relative_to(shipped).as_posix()}" in shared
    assert [name for name in sorted(names) if name.startswith(NOT_PACKED)] == []


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel alone; its dependencies are those of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    run([sys.executable, "-m", "venv", "--without-pip", str(folder)], cwd=folder)
    python = python_of(folder)
    words = ["pip", "--python", str(python), "install", "--quiet", "--no-deps", str(wheel)]
    run([sys.executable, "-m", *words], cwd=folder)
    site = run([str(python), "-c", "import site; print(site.getsitepackages()[0])"], cwd=folder)
    beside = Path(pytest.__file__).parents[1]
    # A folder that a .pth names brings its packages, but not the .pth files in it: not the project.
    (Path(site.strip()) / "dependencies.pth").write_text(f"{beside}\n", encoding="utf-8")
    return folder


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def program_of(folder: Path) -> str:
    return str(folder / ("Scripts/kb.exe" if sys.platform == "win32" else "bin/kb"))


def test_the_program_tells_its_version_and_commands(
    installed: Path, project: dict[str, Any]
) -> None:
    version = run([program_of(installed), "--version"], cwd=installed)
    assert version.strip() == f"kb {project['project']['version']}"
    said = run([program_of(installed), "--help"], cwd=installed)
    for command in ("serve", "ingest", "ask", "sandbox", "doctor"):
        assert command in said


def test_the_installed_model_is_found(installed: Path) -> None:
    code = (
        "import ingest.models.model_files as m, server, importlib.resources as r\n"
        "page = r.files(server) / 'static/index.html'\n"
        "print(m.__file__, m.default_model_path(), page, sep='\\n')"
    )
    found = run([str(python_of(installed)), "-c", code], cwd=installed).split("\n")
    for path in found[:3]:
        assert Path(path).is_relative_to(installed), path
        assert Path(path).exists()
    model = installed / MODELS / "kb-bilingual-minilm"
    assert Path(found[1]) == model
    assert (model / "model.safetensors").stat().st_size > 1_000_000


def test_the_installed_program_answers(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    note = "# Docker\n\nRemove a container:\n\n```bash\ndocker rm web\n```\n"
    (tmp_path / "notes" / "docker.md").write_text(note, encoding="utf-8")
    words = ["ask", "how do I remove a container", "--notes", "notes", "--state", "state"]
    said = run([program_of(installed), *words], cwd=tmp_path)
    assert "docker rm web" in said
