"""What a card's run wrote is shown again after a reload; the run itself is played."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer
from tests.browser.steps import ask, reload_conversation
from tests.browser.test_cleaning import PlayedSandbox

pytestmark = pytest.mark.browser

_END = {"state": "exited", "exit_code": 0, "duration_s": 1.5, "truncated": False}


@dataclass
class PlayedRuns:
    """A server's runs: one at the most, which has ended as soon as it is started."""

    started: dict[str, str] = field(default_factory=dict)
    """The answer and the command that it was started from."""

    def play(self, page: Page) -> None:
        page.route("**/api/commands/*/runs", self._start)
        page.route("**/api/runs?*", self._list)
        page.route("**/api/runs/r1", lambda route: route.fulfill(json=_END))
        page.route("**/api/runs/r1/events", self._events)

    def _start(self, route: Route) -> None:
        command = urlsplit(route.request.url).path.split("/")[-2]
        answer = json.loads(route.request.post_data or "{}")["answer"]
        self.started = {"answer": answer, "command": command}
        route.fulfill(status=202, json={"run_id": "r1"})

    def _list(self, route: Route) -> None:
        wanted = parse_qs(urlsplit(route.request.url).query).get("answer", [])
        run = {"run_id": "r1", "text": "docker ps", **_END, **self.started}
        shown = [run] if self.started and self.started["answer"] in wanted else []
        route.fulfill(json={"runs": shown, "total": len(shown), "next_offset": None})

    @staticmethod
    def _events(route: Route) -> None:
        events = [("stdout", {"text": "one\n"}), ("stderr", {"text": "two\n"}), ("exit", _END)]
        body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
        route.fulfill(body=body, content_type="text/event-stream")


def test_a_cards_run_is_shown_again_after_a_reload(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    page = open_page("about:blank", locale="en-US")
    runs = PlayedRuns()
    PlayedSandbox().play(page, live_server)
    runs.play(page)
    page.goto(live_server.page_url)
    page.locator("#status-sandbox .dot.good").wait_for()
    card = ask(page, "Удалить контейнер").locator('.command[aria-label^="docker rm"]')
    card.locator(".slot").first.fill("web")
    card.locator("[data-part=run]").click()
    expect(card.locator(".output")).to_have_text("one\ntwo\n")
    assert runs.started["answer"]

    with page.expect_response("**/feedback"):
        page.locator(".turn [data-part=up]").click()
    expect(page.locator(".turn [data-part=up]")).to_have_attribute("aria-pressed", "true")
    expect(card.locator("[data-part=meta]")).to_have_text("1.5 s")  # the card's, not the answer's

    reload_conversation(page)
    card = page.locator('.command[aria-label^="docker rm"]')
    expect(card.locator(".output")).to_have_text("one\ntwo\n")
    expect(card.locator("[data-part=meta]")).to_have_text("1.5 s")
