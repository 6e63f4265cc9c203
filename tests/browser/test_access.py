from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer
from tests.browser.steps import ask, conversation_address

pytestmark = pytest.mark.browser


def test_without_a_token_the_page_asks_for_it(open_page: OpenPage, live_server: LiveServer) -> None:
    page = open_page(live_server.url)
    expect(page.locator("#lock")).to_be_visible()
    expect(page.locator("#lock-token")).to_be_focused()
    page.locator("#lock-token").fill(live_server.page_url)  # the whole link is taken too
    page.keyboard.press("Enter")
    expect(page.locator("#lock")).to_be_hidden()
    expect(page.locator("#status-index")).to_contain_text("3 заметки")


def test_a_wrong_token_locks_the_page_until_the_right_one(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    page = open_page(f"{live_server.url}/#token=not-the-token-of-this-server")
    expect(page.locator("#lock-text")).to_contain_text("не подходит")
    expect(page.locator("#app")).to_have_attribute("inert", "")
    page.locator("#lock-token").fill(live_server.token)
    page.locator("#lock-form button").click()
    expect(page.locator("#status-index")).to_contain_text("3 заметки")
    expect(page.locator("#lock")).to_be_hidden()
    page.reload()
    expect(page.locator("#status-index")).to_contain_text("3 заметки")
    expect(page.locator("#lock")).to_be_hidden()


def test_a_tab_that_is_open_takes_the_link(open_page: OpenPage, live_server: LiveServer) -> None:
    page = open_page(live_server.url)
    expect(page.locator("#lock")).to_be_visible()
    page.goto(live_server.page_url)  # only the fragment differs: the page is not loaded again
    expect(page.locator("#lock")).to_be_hidden()
    expect(page.locator("#status-index")).to_contain_text("3 заметки")
    assert live_server.token not in page.url


def test_the_link_leaves_the_conversation_open(page: Page, live_server: LiveServer) -> None:
    ask(page, "что делает -p?")
    address = conversation_address(page)
    page.goto(live_server.page_url)
    expect(page).to_have_url(address)
    expect(page.locator(".turn")).to_have_count(1)


def test_a_conversation_opens_once_the_right_token_is_there(
    page: Page, open_page: OpenPage, live_server: LiveServer
) -> None:
    ask(page, "что делает -p?")
    fragment = conversation_address(page).partition("#")[2]
    other = open_page(f"{live_server.url}/#token=not-the-token-of-this-server&{fragment}")
    expect(other.locator("#lock-text")).to_contain_text("не подходит")
    other.locator("#lock-token").fill(live_server.token)
    other.locator("#lock-form button").click()
    expect(other.locator(".turn")).to_have_count(1)


def test_no_request_carries_the_token_in_its_url(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    page = open_page("about:blank")
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(live_server.page_url)
    page.locator("#status-index .dot.good").wait_for()
    sent = [url for url in urls if live_server.token in url.split("#")[0]]
    assert sent == []
    assert all(url.startswith((live_server.url, "data:")) for url in urls)
