"""The sandbox panel where there is no sandbox: why, and what would help."""

from __future__ import annotations

import itertools
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer
from tests.browser.test_cleaning import PlayedSandbox

pytestmark = pytest.mark.browser

_SAID: Final = {"en-US": "start the server again without", "ru-RU": "запустите сервер снова без"}

_NONE_FOUND: Final = {
    "en-US": ("no dockerd program", "No Docker Engine answers"),
    "ru-RU": ("нет программы dockerd", "Docker Engine не отвечает"),
}


def _open_panel(page: Page, server: LiveServer) -> Locator:
    page.goto(server.page_url)
    page.locator("#status-sandbox").click()
    panel = page.locator("#panel .sandbox")
    expect(panel).to_be_visible()
    return panel


@pytest.mark.parametrize("locale", _SAID)
def test_switched_off_tells_how_to_switch_it_on_and_has_nothing_to_press(
    open_page: OpenPage, live_server: LiveServer, locale: str
) -> None:
    panel = _open_panel(open_page("about:blank", locale=locale), live_server)
    message = panel.locator("[data-part=message]")
    expect(message).to_contain_text("KB_SANDBOX=off")
    expect(message).to_contain_text(_SAID[locale])
    expect(panel.locator("[data-part=start]")).to_be_hidden()


@pytest.mark.parametrize("locale", _NONE_FOUND)
def test_where_none_was_found_it_is_told_why_and_can_be_looked_for_again(
    open_page: OpenPage, live_server: LiveServer, locale: str
) -> None:
    page = open_page("about:blank", locale=locale)
    health = live_server.health()
    said = "no dockerd, and no Docker Engine answers at unix:///x.sock"
    reasons = ["no_dockerd", "no_engine"]
    health["sandbox"] = {"state": "off", "driver": "off", "message": said, "reasons": reasons}
    page.route("**/api/health", lambda route: route.fulfill(json=health))
    panel = _open_panel(page, live_server)
    for words in _NONE_FOUND[locale]:
        expect(panel.locator("[data-part=message]")).to_contain_text(words)
    expect(panel.locator("[data-part=start]")).to_be_visible()
    detail = panel.locator("[data-part=detail-text]")
    expect(detail).to_be_hidden()
    panel.locator("summary").click()
    expect(detail).to_have_text(said)


def test_a_button_keeps_the_focus_while_its_container_grows_older(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    page = open_page("about:blank", locale="en-US")
    PlayedSandbox().play(page, live_server)
    seconds = itertools.count(1)

    def tell(route: Route) -> None:
        web = {"id": "c1", "name": "web", "image": "nginx", "state": "running", "ports": []}
        container = {**web, "status": f"Up {next(seconds)} seconds"}
        route.fulfill(json={"state": "ready", "engine": "Docker", "containers": [container]})

    page.route("**/api/sandbox", tell)
    container = _open_panel(page, live_server).locator(".thing")
    stop = container.get_by_role("button", name="Stop: web")
    stop.focus()
    age = container.locator("[data-part=detail]").inner_text()
    expect(container.locator("[data-part=detail]")).not_to_have_text(age)
    expect(stop).to_be_focused()
