"""The button that removes what is old and unused; the sandbox itself is played."""

from __future__ import annotations

import json
from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer

pytestmark = pytest.mark.browser

_OLD: Final = ["container web", "volume data"]
_EMPTY: Final[dict[str, list[str]]] = {
    "containers": [],
    "images": [],
    "volumes": [],
    "networks": [],
    "ports": [],
}


class PlayedSandbox:
    """A ready sandbox with two old things in it."""

    def __init__(self) -> None:
        self.old = list(_OLD)
        self.asked: list[bool] = []

    def play(self, page: Page, server: LiveServer) -> None:
        health = server.health()
        health["sandbox"] = {"state": "ready", "engine": "Docker", "driver": "managed"}
        page.route("**/api/health", lambda route: route.fulfill(json=health))
        page.route("**/api/sandbox", self._inventory)
        page.route("**/api/sandbox/clean", self._clean)

    @staticmethod
    def _inventory(route: Route) -> None:
        state = {"state": "ready", "engine": "Docker", "message": "", "driver": "managed"}
        route.fulfill(json={**state, **_EMPTY})

    def _clean(self, route: Route) -> None:
        sent = json.loads(route.request.post_data or "{}")
        confirm = sent["confirm"]
        assert sent["language"] == "en"
        self.asked.append(confirm)
        if self.old and not confirm:
            error = {"code": "needs_confirmation", "message": "2 things", "hint": ""}
            route.fulfill(status=409, json={"error": error, "victims": self.old})
            return
        removed, self.old = self.old, []
        route.fulfill(json={"removed": removed})


def test_cleaning_names_what_would_go_and_waits_for_a_word(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    sandbox = PlayedSandbox()
    page = open_page("about:blank", locale="en-US")
    sandbox.play(page, live_server)
    page.goto(live_server.page_url)
    page.locator("#status-sandbox .dot.good").wait_for()
    page.locator("#status-sandbox").click()
    clean = page.get_by_role("button", name="Clean up")
    clean.click()
    dialog = page.locator("#ask-dialog")
    expect(dialog).to_contain_text("container web, volume data")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert sandbox.asked == [False]

    clean.click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed: container web, volume data")).to_be_visible()
    assert sandbox.asked == [False, False, True]
    clean.click()
    expect(page.get_by_text("Nothing unused is older than a day.")).to_be_visible()
