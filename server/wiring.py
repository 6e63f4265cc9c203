"""From settings to services: the only place where the real parts meet."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Thread
from typing import TYPE_CHECKING

from fastapi import FastAPI

from kb.commands.limits import Rules
from kb.errors import InvalidInputError
from server.app import create_app
from server.asking import Asking
from server.command_desk import CommandDesk
from server.conversations import ConversationStore
from server.database import Database
from server.endings import Endings
from server.jobs import IngestJobs
from server.library import IndexPart, NotesLibrary
from server.metrics import Metrics
from server.note_context import NoteContext
from server.note_files import NoteFiles
from server.offered_commands import OfferedCommands
from server.origins import OwnOrigins
from server.run_feeds import RunFeeds
from server.sandbox.runner.compose_program import absent_compose
from server.sandbox.settings import SandboxSettings
from server.services import Access, Services
from server.settings import Settings, is_loopback
from server.state import StateFolder

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

    from ingest.vault import Vault
    from kb.assistant import Assistant
    from kb.store.chroma import ChromaServer
    from server.chat_model import OpenAIChatModel
    from server.sandbox.service import Sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A built program, and how to take it down."""

    app: FastAPI
    services: Services
    closers: contextlib.ExitStack

    def close(self) -> None:
        """Stop jobs and the sandbox, and give back files."""
        self.closers.close()


def access_token(settings: Settings, state: StateFolder) -> str:
    """Return the access token: the one set by hand, else the kept one.

    Raises:
        InvalidInputError: The server would listen for other machines without a token set by hand.
    """
    require_token_by_hand(settings)
    return state.token() if settings.token is None else settings.token.get_secret_value()


def require_token_by_hand(settings: Settings) -> None:
    """See whether a server may listen with the kept token.

    Raises:
        InvalidInputError: It would listen for other machines without a token set by hand.
    """
    if settings.token is None and not is_loopback(settings.host):
        raise InvalidInputError(
            f"{settings.host} is reachable from other machines, and no token is set",
            hint="set KB_TOKEN to a long secret of your own, or listen on 127.0.0.1",
            code="token_required",
        )


def build(settings: Settings, state: StateFolder, *, port: int) -> Runtime:
    """Put the program together; the index is opened later, by the first ingest job.

    Args:
        settings: What the user wants.
        state: The state folder, which this process owns.
        port: Where the server listens.

    Raises:
        VaultError: There is no such notes folder.
        IndexUnavailableError: The conversations cannot be opened.
        InvalidInputError: A setting cannot be used.
    """
    access = Access(
        token=access_token(settings, state),
        origins=OwnOrigins(host=settings.host, port=port, extra=settings.allowed_hosts),
    )
    closers = contextlib.ExitStack()
    with contextlib.ExitStack() as undo:
        undo.push(closers)
        sandboxed = sandbox_settings(settings, state, port=port)
        rules = replace(sandboxed.rules, absent_compose=absent_compose())
        knowledge = _open_knowledge(settings, state, rules, closers)
        services = _make_services(
            settings,
            state,
            access=access,
            knowledge=knowledge,
            sandboxed=sandboxed,
            rules=rules,
            closers=closers,
        )
        app = create_app(services, mcp=mcp_server(settings, services))
        undo.pop_all()
    return Runtime(app=app, services=services, closers=closers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Knowledge:
    """What answers questions."""

    vault: Vault
    library: NotesLibrary
    assistant: Assistant
    has_chat_model: bool


def _open_knowledge(
    settings: Settings, state: StateFolder, rules: Rules, closers: contextlib.ExitStack
) -> _Knowledge:
    from ingest.vault import Vault
    from kb.assistant import Assistant

    vault = Vault(settings.notes_dir)
    library = NotesLibrary(vault, _index_opener(settings, state))
    closers.callback(library.close)
    chat_model = make_chat_model(settings)
    if chat_model is not None:
        closers.callback(chat_model.close)
    return _Knowledge(
        vault=vault,
        library=library,
        assistant=Assistant(
            index=library.require_index, notes=vault, chat_model=chat_model, rules=rules
        ),
        has_chat_model=chat_model is not None,
    )


def _make_services(
    settings: Settings,
    state: StateFolder,
    *,
    access: Access,
    knowledge: _Knowledge,
    sandboxed: SandboxSettings,
    rules: Rules,
    closers: contextlib.ExitStack,
) -> Services:
    vault, library = knowledge.vault, knowledge.library
    conversations, offered = _open_kept(state, vault, closers)
    metrics = Metrics()
    endings = Endings(metrics)
    sandbox = _make_sandbox(sandboxed, closers, endings)
    metrics.watch(library, sandbox)
    services = Services(
        access=access,
        answerer=knowledge.assistant,
        library=library,
        asking=Asking(
            answerer=knowledge.assistant,
            conversations=conversations,
            offered=offered,
            metrics=metrics,
        ),
        conversations=conversations,
        desk=CommandDesk(
            offered=offered,
            sandbox=sandbox,
            context=NoteContext(vault),
            metrics=metrics,
            rules=rules,
        ),
        sandbox=sandbox,
        note_files=NoteFiles(vault.folder, trash=state.trash, editable=settings.edit),
        jobs=_make_jobs(library, endings, closers),
        run_feeds=RunFeeds(sandbox.runs),
        metrics=metrics,
        has_chat_model=knowledge.has_chat_model,
    )
    closers.callback(services.ask_threads.shutdown, wait=False, cancel_futures=True)
    return services


def _open_kept(
    state: StateFolder, vault: Vault, closers: contextlib.ExitStack
) -> tuple[ConversationStore, OfferedCommands]:
    database = Database(state.database)
    closers.callback(database.close)
    return ConversationStore(database), OfferedCommands(database, vault)


def _make_jobs(
    library: NotesLibrary, endings: Endings, closers: contextlib.ExitStack
) -> IngestJobs:
    jobs = IngestJobs(library, on_end=endings.job_ended)
    closers.callback(jobs.close)
    return jobs


def _make_sandbox(
    sandboxed: SandboxSettings, closers: contextlib.ExitStack, endings: Endings
) -> Sandbox:
    from server.sandbox.service import Sandbox

    sandbox = Sandbox(sandboxed, on_run_end=endings.run_ended)
    closers.callback(sandbox.close)
    return sandbox


def mcp_server(settings: Settings, services: Services) -> MCPServer | None:
    """Return the tools for `/mcp`; None where they are not switched on.

    Raises:
        InvalidInputError: The package `mcp` is not installed.
    """
    if not settings.mcp:
        return None
    from server.mcp.backends import ServicesBackend
    from server.mcp.tools import make_server

    return make_server(ServicesBackend(services), allow_run=settings.mcp_run)


def make_chat_model(settings: Settings) -> OpenAIChatModel | None:
    """Return the language model that the settings name; None where they name none.

    Raises:
        InvalidInputError: Only half of it is set, or a part cannot be used.
    """
    from server.chat_model import OpenAIChatModel

    if not settings.llm_base_url and not settings.llm_model:
        return None
    if not settings.llm_base_url.startswith(("http://", "https://")) or not settings.llm_model:
        raise InvalidInputError(
            "KB_LLM_BASE_URL must be an http(s) URL, and KB_LLM_MODEL must name the model",
            hint="set both, or neither; for instance http://127.0.0.1:11434/v1 and llama3.1",
        )
    _check_url(settings.llm_base_url)
    key = settings.llm_api_key
    return OpenAIChatModel(
        base_url=settings.llm_base_url,
        model=settings.llm_model,
        api_key="" if key is None else key.get_secret_value(),
        timeout_s=settings.llm_timeout_s,
    )


def _check_url(url: str) -> None:
    import httpx

    try:
        httpx.URL(url)
    except httpx.InvalidURL as error:
        raise InvalidInputError(
            f"KB_LLM_BASE_URL is no URL: {error}", hint="for instance http://127.0.0.1:11434/v1"
        ) from error


def chroma_server(settings: Settings) -> ChromaServer | None:
    """Return the Chroma server that the settings name; None where they name none.

    Raises:
        InvalidInputError: It is no address.
    """
    from kb.store.chroma import ChromaServer

    return ChromaServer.from_url(settings.chroma_url) if settings.chroma_url else None


def _index_opener(settings: Settings, state: StateFolder) -> Callable[[], IndexPart]:
    chroma = chroma_server(settings)

    def open_index() -> IndexPart:
        from ingest.models.embedding import SentenceTransformerEmbedder
        from ingest.service import IndexService
        from kb.retrieval.manual import learn_purposes
        from kb.text.dictionary import load_dictionaries

        embedder = SentenceTransformerEmbedder(settings.embedding_model)
        service = IndexService(
            notes=settings.notes_dir, state=state.path, embedder=embedder, chroma=chroma
        )
        service.open()
        learn_purposes(embedder, service.vectors_of)
        Thread(target=load_dictionaries, name="dictionaries", daemon=True).start()
        return service

    return open_index


def sandbox_settings(settings: Settings, state: StateFolder, *, port: int) -> SandboxSettings:
    """Return what the sandbox is told; `port` is the server's own, which no container may take."""
    return SandboxSettings(
        state_dir=state.path,
        mode=settings.sandbox,
        host=settings.sandbox_host,
        mirror=settings.sandbox_mirror,
        dind_image=settings.sandbox_dind_image,
        egress=settings.sandbox_egress,
        reserved_ports=frozenset({port}),
    )
