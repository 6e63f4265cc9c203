"""What a card's run wrote is shown again after a reload; the run itself is played."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer
from tests.browser.steps import ask, reload_conversation
from tests.browser.test_cleaning import PlayedSandbox

pytestmark = pytest.mark.browser

_END = {"state": "exited", "exit_code": 0, "duration_s": 1.5, "truncated": False}
_GOES_ON = {**_END, "state": "running", "exit_code": None}


@dataclass
class PlayedRuns:
    """A server's runs: the first has ended as soon as it is started, later ones go on."""

    started: list[dict[str, object]] = field(default_factory=list)
    """The answers and the commands that they were started from, the newest first."""

    def play(self, page: Page) -> None:
        page.route("**/api/commands/*/runs", self._start)
        page.route("**/api/runs?*", self._list)
        page.route("**/api/runs/r1", lambda route: route.fulfill(json=_END))
        page.route("**/api/runs/r1/events", self._events)
        page.route("**/api/runs/r2/events", lambda _: None)  # nothing comes of it

    def _start(self, route: Route) -> None:
        command = urlsplit(route.request.url).path.split("/")[-2]
        sent = json.loads(route.request.post_data or "{}")
        run_id = f"r{len(self.started) + 1}"
        state = _GOES_ON if self.started else _END
        run = {"run_id": run_id, "text": "docker rm web", "command": command}
        self.started.insert(0, {**run, **state, "answer": sent["answer"], "values": sent["values"]})
        route.fulfill(status=202, json={"run_id": run_id})

    def _list(self, route: Route) -> None:
        wanted = parse_qs(urlsplit(route.request.url).query).get("answer", [])
        shown = [run for run in self.started if run["answer"] in wanted]
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
    card = run_command(page)
    expect(card.locator(".output")).to_have_text("one\ntwo\n")
    assert runs.started[0]["answer"]

    with page.expect_response("**/feedback"):
        page.locator(".turn [data-part=up]").click()
    expect(page.locator(".turn [data-part=up]")).to_have_attribute("aria-pressed", "true")
    expect(card.locator("[data-part=meta]")).to_have_text("1.5 s")  # the card's, not the answer's

    reload_conversation(page)
    card = page.locator('.command[aria-label^="docker rm"]')
    expect(card.locator(".output")).to_have_text("one\ntwo\n")
    expect(card.locator("[data-part=meta]")).to_have_text("1.5 s")

    slot, ran = card.locator(".slot").first, card.locator("[data-part=ran]")
    expect(slot).to_have_value("web")  # what ran can be run again
    expect(ran).to_be_hidden()
    slot.fill("cache")
    expect(ran).to_have_text("docker rm web")  # what the output is of


def test_a_run_that_goes_on_hides_no_other(open_page: OpenPage, live_server: LiveServer) -> None:
    page = open_page("about:blank", locale="en-US")
    PlayedSandbox().play(page, live_server)
    PlayedRuns().play(page)
    page.goto(live_server.page_url)
    page.locator("#status-sandbox .dot.good").wait_for()
    expect(run_command(page).locator(".output")).to_have_text("one\ntwo\n")
    expect(run_command(page).locator("[data-part=stop]")).to_be_visible()

    reload_conversation(page)
    cards = page.locator('.command[aria-label^="docker rm"]')
    expect(cards.last.locator("[data-part=stop]")).to_be_visible()
    expect(cards.first.locator(".output")).to_have_text("one\ntwo\n")


def run_command(page: Page) -> Locator:
    """Ask for a command, run it, and return its card."""
    card = ask(page, "Удалить контейнер").locator('.command[aria-label^="docker rm"]')
    card.locator(".slot").first.fill("web")
    card.locator("[data-part=run]").click()
    return card
