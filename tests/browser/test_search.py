from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sample_notes import COMMANDS, line_of
from tests.browser.steps import cited_lines

pytestmark = pytest.mark.browser


def test_search_is_driven_by_keys_and_opens_the_lines(page: Page) -> None:
    page.keyboard.press("Control+k")
    field = page.locator("#search-input")
    expect(field).to_be_focused()
    field.fill("проброс портов")  # in one go, so that one search is made and its hits stay
    hits = page.locator("#search-results .hit")
    expect(hits.first).to_contain_text("проброс портов")
    expect(hits.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#search-dialog")).to_be_hidden()
    marked = page.locator("#panel .cited").first
    expect(marked).to_contain_text("проброс портов")
    expect(marked).to_be_in_viewport()
    assert line_of(COMMANDS, "* -p -") in cited_lines(page)


def test_search_says_when_it_fails_and_clears_with_escape(page: Page) -> None:
    error = {"error": {"code": "index_unavailable", "message": "the index is gone", "hint": ""}}
    page.route("**/api/search?*", lambda route: route.fulfill(status=503, json=error))
    page.locator("#open-search").click()
    page.locator("#search-input").fill("контейнер")
    expect(page.locator("#search-state")).to_contain_text("Индекса пока нет")
    page.keyboard.press("Escape")
    expect(page.locator("#search-dialog")).to_be_hidden()


def test_text_may_be_selected_beyond_the_dialog(page: Page) -> None:
    page.locator("#open-search").click()
    field = page.locator("#search-input")
    field.fill("контейнер")
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(3, 3)
    page.mouse.up()
    expect(page.locator("#search-dialog")).to_be_visible()
    page.mouse.click(3, 3)
    expect(page.locator("#search-dialog")).to_be_hidden()


def test_an_old_answer_does_not_overtake_a_newer_one(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("lighthouse")
    page.keyboard.press("Control+a")
    page.keyboard.type("passphrase")
    expect(page.locator("#search-results .hit").first).to_contain_text("passphrase")
