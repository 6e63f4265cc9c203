from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.holding import Held
from tests.browser.sample_notes import NOTES
from tests.browser.server_process import LiveServer, serve
from tests.browser.steps import ask, send

pytestmark = pytest.mark.browser


def test_token_leaves_the_address_bar_and_survives_a_reload(page: Page) -> None:
    expect(page).not_to_have_url(re.compile("token"))
    page.reload()
    expect(page.locator("#status-index")).to_contain_text("3 заметки")
    expect(page.locator("#lock")).to_be_hidden()


def test_suggestions_come_from_the_notes_and_can_be_asked(page: Page) -> None:
    suggestions = page.locator("button.suggestion")
    own = suggestions.filter(has_text="Почему контейнер не видит соседний контейнер по имени?")
    expect(own).to_have_count(1)
    expect(suggestions.filter(has_text="docker")).not_to_have_count(0)
    suggestions.first.click()
    expect(page.locator(".turn")).to_have_attribute("data-stage", "done")
    expect(page.locator("#welcome")).to_be_hidden()


def test_every_note_stands_in_the_tree(page: Page) -> None:
    page.locator("#tab-notes").click()
    for path in NOTES:
        expect(page.locator(f'#notes-tree [data-path="{path}"]').first).to_be_visible()
    page.locator("#notes-filter").fill("backup")
    expect(page.locator("#notes-tree .row")).to_have_count(1)


def test_language_and_theme_are_chosen_and_kept(page: Page) -> None:
    page.locator("#open-settings").click()
    page.get_by_text("English").click()
    page.get_by_text("Dark").click()
    page.keyboard.press("Escape")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#welcome-title")).to_have_text("What do your notes say?")
    page.reload()
    expect(page.locator("#welcome-title")).to_have_text("What do your notes say?")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_suggestions_follow_the_language(page: Page) -> None:
    texts = page.locator("button.suggestion [data-part=text]")
    expect(texts.filter(has_text="соседний контейнер")).to_have_count(1)
    page.locator("#open-settings").click()
    page.get_by_text("English").click()
    page.keyboard.press("Escape")
    expect(texts.filter(has_text="What do my notes say about")).not_to_have_count(0)


def test_the_browser_speaks_english(open_page: OpenPage, live_server: LiveServer) -> None:
    opened = open_page(live_server.page_url, locale="en-GB")
    expect(opened.locator("#question")).to_have_attribute("placeholder", "Ask your notes…")
    expect(opened.locator("#status-index")).to_contain_text("3 notes")


def test_help_sheet_opens_by_key(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#help-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help-dialog")).to_be_hidden()


def test_a_question_asked_while_the_lists_still_load_is_not_lost(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    opened = open_page("about:blank")
    lists = Held(opened, "**/api/notes?*")
    opened.goto(live_server.page_url)
    opened.locator("#status-index .dot.good").wait_for()
    turn = ask(opened, "что делает -p?")
    lists.let_go()
    expect(opened.locator("#notes-tree .row").first).to_be_attached()
    expect(turn).to_be_visible()


def test_a_question_before_the_first_index_waits_for_it(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    opened = open_page("about:blank")
    building = {"status": "indexing", "index": {}, "sandbox": {"state": "off"}}
    opened.route("**/api/health", lambda route: route.fulfill(json=building))
    opened.goto(live_server.page_url)
    expect(opened.locator("#banner.indexing")).to_be_visible()
    expect(opened.locator(".suggestion").first).to_be_visible()  # their places, without a jump
    send(opened, "что делает -p?")
    expect(opened.locator(".turn [data-part=step]")).to_contain_text("Индекс строится")
    opened.unroute("**/api/health")
    expect(opened.locator(".turn")).to_have_attribute("data-stage", "done")
    expect(opened.locator("#banner")).to_be_hidden()


def test_a_first_index_is_seen_and_what_it_could_not_read_is_listed(
    open_page: OpenPage, tmp_path: Path
) -> None:
    broken = "---\ntitle: [\n---\n# Broken\n\nA kettle boils in three minutes.\n"
    notes = {f"n{number}.md": NOTES["long.md"] for number in range(12)} | {"broken.md": broken}
    with serve(tmp_path, notes, await_index=False) as server:
        opened = open_page(server.page_url)
        expect(opened.locator("#ingest")).to_be_visible()
        expect(opened.locator("#banner.indexing")).to_be_visible()
        expect(opened.locator("#ingest")).to_be_hidden(timeout=120_000)
        expect(opened.locator("#status-index")).to_contain_text("13 заметок")
        opened.locator("#status-index").click()
        opened.locator("#warnings summary").click()
        expect(opened.locator("#warnings-list")).to_contain_text("Шапка заметки — не YAML")
        opened.locator("#warnings-list button", has_text="broken.md").first.click()
        expect(opened.locator("#panel-sub")).to_contain_text("broken.md")


def test_a_question_that_waits_can_be_stopped(open_page: OpenPage, live_server: LiveServer) -> None:
    opened = open_page("about:blank")
    building = {"status": "indexing", "index": {}, "sandbox": {"state": "off"}}
    opened.route("**/api/health", lambda route: route.fulfill(json=building))
    opened.goto(live_server.page_url)
    expect(opened.locator("#banner.indexing")).to_be_visible()
    send(opened, "что делает -p?")
    opened.keyboard.press("Escape")
    expect(opened.locator(".turn")).to_have_attribute("data-stage", "stopped")
