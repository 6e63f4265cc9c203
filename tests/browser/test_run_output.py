"""What a run writes, as it comes; the run itself is played."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer
from tests.browser.test_cleaning import PlayedSandbox

pytestmark = pytest.mark.browser

_WRITTEN = ("one \x1b[31mred", " still red\x1b[0m\n10%", "\r20%\nend")


def _play(page: Page) -> None:
    events = [("status", {"state": "running"})]
    events += [("stdout", {"text": text}) for text in _WRITTEN]
    events += [("exit", {"state": "exited", "exit_code": 0})]  # type: ignore[dict-item]
    stream = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)

    def start(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=202, json={"run_id": "r1"})
        else:
            route.fulfill(json={"runs": []})

    page.route("**/api/runs", start)
    page.route("**/api/runs?*", start)
    page.route(
        "**/api/runs/r1/events",
        lambda route: route.fulfill(body=stream, content_type="text/event-stream"),
    )
    end = {"state": "exited", "exit_code": 0, "duration_s": 1.5}
    page.route("**/api/runs/r1", lambda route: route.fulfill(json=end))


def test_output_in_pieces_is_whole_and_keeps_its_colours(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    page = open_page("about:blank")
    PlayedSandbox().play(page)
    _play(page)
    page.goto(live_server.page_url)
    page.locator("#status-sandbox .dot.good").wait_for()
    page.locator("#status-sandbox").click()
    page.locator("#console-line").fill("docker logs web")
    page.keyboard.press("Enter")
    entry = page.locator(".console-entry")
    expect(entry.locator("[data-part=meta]")).to_have_text("1,5 с")
    expect(entry.locator(".output")).to_have_text("one red still red\n20%\nend")
    expect(entry.locator(".ansi-red")).to_have_text("red still red")
