"""A page of another origin that puts this one into a frame gets an empty frame."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.server_process import LiveServer
from tests.waiting import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def foreign_url(live_server: LiveServer) -> Iterator[str]:
    """A page on another port, whose two frames show ours and one of its own."""
    content = (
        "<!doctype html><title>prize</title>"
        f'<iframe name="ours" src="{live_server.page_url}"></iframe>'
        '<iframe name="own" src="/own"></iframe>'
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            shown = "<p id=own>mine</p>" if self.path == "/own" else content
            self.wfile.write(shown.encode())

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_foreign_page_cannot_frame_this_one(
    browser: Browser, live_server: LiveServer, foreign_url: str, host: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(foreign_url.replace("127.0.0.1", host))
    own, ours = frame_of(page, "own"), frame_of(page, "ours")
    expect(own.locator("#own")).to_have_count(1)  # frames work
    assert ours.locator("#app").count() == 0
    assert live_server.token not in ours.content()
    assert not ours.url.startswith(live_server.url)
    context.close()


def frame_of(page: Page, name: str) -> Frame:
    """Return a frame; one that moves to a process of its own is gone for a moment."""

    def is_there() -> bool:
        page.wait_for_timeout(20)  # lets Playwright hear of it
        return page.frame(name) is not None

    wait_until(is_there)
    found = page.frame(name)
    assert found is not None
    return found
