from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import serious_issues
from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer
from tests.browser.steps import ask

pytestmark = pytest.mark.browser


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, open_page: OpenPage, live_server: LiveServer) -> Page:
    opened = open_page(live_server.page_url, color_scheme=request.param)
    opened.locator("#status-index .dot.good").wait_for()
    return opened


def test_the_welcome_and_the_dialogs(themed: Page) -> None:
    themed.locator("button.suggestion").first.wait_for()
    assert serious_issues(themed) == []
    themed.locator("#tab-notes").click()
    expect(themed.locator("#pane-notes")).to_be_visible()
    assert serious_issues(themed) == []
    themed.keyboard.press("Control+k")
    themed.keyboard.type("контейнер")
    themed.locator("#search-results .hit").first.wait_for()
    assert serious_issues(themed) == []
    themed.keyboard.press("Escape")
    for button, dialog in (("#open-settings", "#settings-dialog"), ("#open-help", "#help-dialog")):
        themed.locator(button).click()
        expect(themed.locator(dialog)).to_be_visible()
        assert serious_issues(themed) == []
        themed.keyboard.press("Escape")


def test_an_answer_with_a_command_and_the_note_beside_it(themed: Page) -> None:
    ask(themed, "Создать контейнер из образа nginx")
    ask(themed, "Где докер хранит файлы образов?")
    ask(themed, "how do I bake sourdough bread with rye flour")
    turn = ask(themed, "Удалить контейнер")
    turn.locator(".quote [data-part=open]").first.click()
    themed.locator("#panel .cited").first.wait_for()
    assert serious_issues(themed) == []
    themed.locator("#note-mode [data-mode=source]").click()
    expect(themed.locator(".source")).to_be_visible()
    assert serious_issues(themed) == []
    for row in themed.locator("details.explain").all():
        row.locator("summary").click()
    assert serious_issues(themed) == []
    themed.locator("#status-sandbox").click()
    expect(themed.locator(".sandbox")).to_be_visible()
    assert serious_issues(themed) == []


def test_a_phone_and_its_open_list(open_page: OpenPage, live_server: LiveServer) -> None:
    phone = open_page(live_server.page_url, viewport={"width": 390, "height": 844})
    ask(phone, "что делает -p?")
    assert serious_issues(phone) == []
    phone.locator("#side-open").click()
    expect(phone.locator("#brand")).to_be_in_viewport(ratio=1)
    assert serious_issues(phone) == []


def test_the_lock(open_page: OpenPage, live_server: LiveServer) -> None:
    page = open_page(live_server.url)
    expect(page.locator("#lock")).to_be_visible()
    assert serious_issues(page) == []


def test_the_end_of_an_answer_is_announced(page: Page) -> None:
    ask(page, "что делает -p?")
    expect(page.locator("#announcer")).to_contain_text("проброс портов")
