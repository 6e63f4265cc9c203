"""Finding an embedding model's folder on this machine, and telling its versions apart."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from sysconfig import get_default_scheme, get_path, get_preferred_scheme
from typing import Final

from kb.errors import ModelError

SHIPPED_MODEL: Final = "kb-bilingual-minilm"
"""Folder of the project's own model below `data/models/`."""

WEIGHTS_FILE: Final = "model.safetensors"
QUESTION_PEAKS_FILE: Final = "question_peaks.safetensors"
"""Tells how questions are embedded faster; see `ingest.models.question_network`."""

_MARKER: Final = "modules.json"
_RERANKER: Final = "-reranker"
_DESCRIPTIONS: Final = frozenset({".md", ".txt~", ".png"})


def default_model_path() -> Path:
    """Return the folder of the model that is used when none is chosen: the project's own.

    Raises:
        ModelError: It is neither in the source tree nor where an installed wheel puts it.
    """
    for folder in _model_folders():
        if (folder / SHIPPED_MODEL / _MARKER).is_file():
            return folder / SHIPPED_MODEL
    raise ModelError(
        "the embedding model that comes with the project is not there",
        hint="install the project anew, or set KB_EMBEDDING_MODEL to a model's folder",
    )


def reranker_folder(model: Path) -> Path:
    """Return where the reranker of the model in a folder lies: beside it."""
    return model.with_name(model.name + _RERANKER)


def _model_folders() -> Iterator[Path]:
    yield Path(__file__).resolve().parents[2] / "data" / "models"
    for scheme in (get_default_scheme(), get_preferred_scheme("user")):
        yield Path(get_path("data", scheme), "share", "kb", "models")


def resolve_model(path_or_name: str | Path) -> Path:
    """Return the folder of a model given by its path, or by its name in the local cache.

    Nothing is downloaded.

    Raises:
        ModelError: There is no such folder, and no such model in the cache.
    """
    path = Path(path_or_name).expanduser()
    if path.is_dir():
        if not ((path / _MARKER).is_file() or (path / "config.json").is_file()):
            raise ModelError(
                f"the folder {path} holds no sentence-transformers model",
                hint="it should contain modules.json and the weights",
            )
        return path.resolve()
    return _cached_snapshot(str(path_or_name))


def _cached_snapshot(name: str) -> Path:
    keep_offline()
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"the embedding model {name!r} is neither a folder nor in the local model cache",
            hint="give the path of a folder with a sentence-transformers model",
        ) from error


def model_name(folder: Path) -> str:
    """Return what to call the model in a folder; packages keep theirs in one named `model`."""
    return folder.parent.name if folder.name == "model" else folder.name


def model_hash(folder: Path) -> str:
    """Return a hash of all files of a model that the vectors of documents hang on.

    Within a process the files are read once, unless their size or time changes.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and _is_counted(path))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(file_hash(path))
    return digest.hexdigest()


def _is_counted(path: Path) -> bool:
    if path.name == QUESTION_PEAKS_FILE or ".git" in path.parts:
        return False
    return path.suffix not in _DESCRIPTIONS


def file_hash(path: Path) -> bytes:
    """Return a hash of a file; read once, unless its size or time changes."""
    stat = path.stat()
    return _file_hash(str(path), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=256)
def _file_hash(path: str, _size: int, _mtime_ns: int) -> bytes:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "blake2b").digest()


def read_dimension(folder: Path) -> int | None:
    """Return the length of a model's vectors from its files; None where they do not tell."""
    modules = _read_json(folder / _MARKER)
    if not isinstance(modules, list):
        return None
    dimension = None
    for module in modules:
        config = _read_json(folder / str(module.get("path", "")) / "config.json")
        if isinstance(config, dict):
            dimension = _first_int(config, _DIMENSION_KEYS) or dimension
    return dimension


_DIMENSION_KEYS: Final = (
    "out_features",
    "word_embedding_dimension",
    "embedding_dimension",
    "hidden_size",
)


def _first_int(config: dict[str, object], keys: tuple[str, ...]) -> int | None:
    return next((value for key in keys if isinstance(value := config.get(key), int)), None)


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def keep_offline() -> None:
    """Keep the model libraries from asking their hub, and from drawing progress bars.

    Must be called before they are imported.
    """
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    # A fork (every subprocess) after a parallel tokenizer run would warn and then hang.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
