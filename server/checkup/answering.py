"""What answers questions: models, vectors, the index, and the way for other programs."""

from __future__ import annotations

import contextlib
from importlib.util import find_spec
from pathlib import Path

from kb.errors import ChatModelError
from server.checkup.finding import Finding, Verdict
from server.settings import Settings
from server.state import state_folder


def check_model(settings: Settings) -> Finding:
    """Load the embedding model and embed a word; look whether its reranker goes with it."""
    from ingest.models.embedding import SentenceTransformerEmbedder
    from ingest.models.model_files import reranker_folder

    embedder = SentenceTransformerEmbedder(settings.embedding_model)
    vector = embedder.embed_query("docker").vector
    message = f"{embedder.name}, {vector.shape[0]} dimensions, in {embedder.folder}"
    if embedder.reranker is None and reranker_folder(embedder.folder).is_dir():
        return Finding(
            check="model",
            verdict="warning",
            message=f"{message}; its reranker was trained on other embeddings and is not used",
            hint="Train it again: python -m ingest.training rerank --help",
        )
    return Finding(check="model", verdict="ok", message=message)


def check_vectors(settings: Settings) -> Finding:
    """Look whether the Chroma server answers, where one is set."""
    from kb.store.chroma import greet
    from server.wiring import chroma_server

    server = chroma_server(settings)
    if server is None:
        return Finding(check="vectors", verdict="ok", message="Chroma runs inside the process")
    greet(server)
    return Finding(
        check="vectors", verdict="ok", message=f"the Chroma server at {server.url} answers"
    )


def check_index(settings: Settings) -> Finding:
    """Look whether the index is built and complete."""
    from server.api_client import ApiClient

    state = state_folder(settings)
    running = state.running_server()
    if running is None:
        return _index_on_disk(state.path / "index")
    client = ApiClient(url=running.url, token=running.token, own=False)
    with contextlib.closing(client):
        health = client.get("/api/health")
    counts = f"{health['index']['notes']} notes, {health['index']['chunks']} chunks"
    verdict: Verdict = "ok" if health["status"] == "ok" else "warning"
    return Finding(
        check="index",
        verdict=verdict,
        message=f"{health['status']}: {counts} {health['message']}".strip(),
        hint="" if verdict == "ok" else "wait for indexing to end, or look at the message",
    )


def _index_on_disk(folder: Path) -> Finding:
    from kb.store.completeness import is_complete

    catalogs = list(folder.glob("*/catalog.sqlite3"))
    if any(map(is_complete, catalogs)):
        return Finding(check="index", verdict="ok", message=f"built, in {folder}")
    return Finding(
        check="index",
        verdict="warning",
        message="begun, and not finished yet" if catalogs else "not built yet",
        hint="run `kb ingest`, or start `kb serve`: it builds the index first",
    )


def check_chat_model(settings: Settings) -> Finding:
    """Look whether the language model answers, where one is set; answers are had without it."""
    from server.wiring import make_chat_model

    model = make_chat_model(settings)
    if model is None:
        message = "none set (optional); answers are quotes of the notes"
        return Finding(check="language model", verdict="ok", message=message)
    with contextlib.closing(model):
        try:
            model.greet()
        except ChatModelError as error:
            return Finding(
                check="language model", verdict="warning", message=error.message, hint=error.hint
            )
    message = f"{model.name} at {settings.llm_base_url} answers"
    return Finding(check="language model", verdict="ok", message=message)


def check_mcp(settings: Settings) -> Finding:
    """Look whether the package is there that speaks the Model Context Protocol."""
    if find_spec("mcp") is not None:
        return Finding(check="mcp", verdict="ok", message="the package mcp is installed")
    return Finding(
        check="mcp",
        verdict="broken" if settings.mcp else "ok",
        message="the package mcp is not installed (optional)",
        hint="for `kb mcp` and `kb serve --mcp`: pip install 'kb[mcp]'",
    )
