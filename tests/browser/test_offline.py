from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.holding import Held
from tests.browser.sample_notes import NOTES
from tests.browser.server_process import serve
from tests.browser.steps import ask, conversation_address, send

pytestmark = pytest.mark.browser

_START_MS: Final = 120_000


def test_the_page_says_that_the_server_is_gone_and_comes_back(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with serve(tmp_path, NOTES) as server:
        page = open_page(server.page_url)
        ask(page, "что делает -p?")
        looks = Held(page, "**/api/health")  # so that the question is the first to find out
    send(page, "что делает -q?")
    failed = page.locator(".turn").last.locator("[data-part=failure]")
    expect(failed).to_contain_text("Сервер не отвечает")
    expect(page.locator("#banner.offline")).to_be_visible()
    looks.let_go()
    expect(page.locator("#send")).to_have_attribute("aria-disabled", "true")
    page.locator("#question").fill("a draft that must stay")
    page.locator("#question").press("Enter")
    expect(page.locator("#question")).to_have_value("a draft that must stay")
    with serve(tmp_path, NOTES, port=server.port):
        expect(page.locator("#banner")).to_be_hidden(timeout=_START_MS)
        expect(page.locator("#question")).to_have_value("a draft that must stay")
        ask(page, "что делает -q?")
        expect(page.locator("#chats-list .row")).to_have_count(1)


def test_a_conversation_that_did_not_load_opens_when_the_server_is_back(page: Page) -> None:
    leave_conversation(page)
    page.route("**/api/**", lambda route: route.abort())
    page.locator("#chats-list [data-part=open]").first.click()
    expect(page.locator("#welcome-title")).to_have_text("Не удалось открыть беседу.")
    expect(page.locator("#banner.offline")).to_be_visible()
    page.unroute("**/api/**")
    expect(page.locator(".turn")).to_have_count(1)


def test_a_conversation_that_did_not_load_opens_at_another_click(page: Page) -> None:
    leave_conversation(page)
    page.route("**/api/conversations/*", lambda route: route.fulfill(status=500, json={}))
    page.locator("#chats-list [data-part=open]").first.click()
    expect(page.locator("#welcome-title")).to_have_text("Не удалось открыть беседу.")
    page.unroute("**/api/conversations/*")
    page.locator("#chats-list [data-part=open]").first.click()
    expect(page.locator(".turn")).to_have_count(1)


def leave_conversation(page: Page) -> None:
    ask(page, "что делает -p?")
    conversation_address(page)
    page.locator("#new-chat").click()
    expect(page.locator(".turn")).to_have_count(0)
