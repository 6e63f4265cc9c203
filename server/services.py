"""Everything that the routes use, put together once at the start."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from server.asking import Asking
from server.command_desk import CommandDesk
from server.conversations import ConversationStore
from server.jobs import IngestJobs
from server.metrics import Metrics
from server.note_files import NoteFiles
from server.origins import OwnOrigins
from server.ports import Answerer, Library, SandboxPort
from server.run_feeds import RunFeeds
from server.sse import StreamGate

ASK_THREADS = 32


def _ask_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=ASK_THREADS, thread_name_prefix="ask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask, and from where."""

    token: str
    origins: OwnOrigins


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The rooms behind the API."""

    access: Access
    answerer: Answerer
    library: Library
    asking: Asking
    conversations: ConversationStore
    desk: CommandDesk
    sandbox: SandboxPort
    note_files: NoteFiles
    jobs: IngestJobs
    run_feeds: RunFeeds
    metrics: Metrics
    has_chat_model: bool = False
    gate: StreamGate = field(default_factory=StreamGate)
    ask_threads: ThreadPoolExecutor = field(default_factory=_ask_threads)
