"""A server for one command: the one that runs, or one inside this process meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from server.api_client import ApiClient, find_running
from server.settings import Settings
from server.state import require_notes_folder, state_folder


@contextlib.contextmanager
def connect(settings: Settings) -> Iterator[ApiClient]:
    """Use the server that owns the state folder, or run one inside this process meanwhile.

    Raises:
        StateLockedError: Another process owns the folder and is no server.
        VaultError: There is no such notes folder.
        KbError: The server of our own cannot start.
    """
    require_notes_folder(settings)
    client = find_running(settings)
    if client is None:
        with _own_server(settings) as own:
            yield own
        return
    with contextlib.closing(client):
        yield client


@contextlib.contextmanager
def _own_server(settings: Settings) -> Iterator[ApiClient]:
    from server.serving import ServerThread, listen, port_of
    from server.wiring import build

    state = state_folder(settings)
    state.acquire()
    with contextlib.ExitStack() as stack:
        stack.callback(state.release)
        sockets = listen("127.0.0.1", 0)
        for each in sockets:
            stack.callback(each.close)
        runtime = build(
            settings.model_copy(update={"host": "127.0.0.1"}), state, port=port_of(sockets[0])
        )
        stack.callback(runtime.close)
        stack.enter_context(ServerThread(runtime.app, runtime.services, sockets))
        url = f"http://127.0.0.1:{port_of(sockets[0])}"
        client = ApiClient(url=url, token=runtime.services.access.token, own=True)
        stack.callback(client.close)
        yield client
