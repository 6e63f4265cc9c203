from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import ask, tab_to

pytestmark = pytest.mark.browser


def test_a_whole_journey_without_a_mouse(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("что делает -p?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_attribute("data-stage", "done")
    expect(page.locator("#question")).to_be_focused()  # ready for the next question
    page.locator("#title").focus()
    tab_to(page, ".cite")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    expect(page.locator("#panel .cited")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator(".cite").first).to_be_focused()  # back where one came from


def test_arrows_recall_questions_and_bring_the_draft_back(page: Page) -> None:
    ask(page, "что делает -p?")
    ask(page, "что делает -q?")
    question = page.locator("#question")
    question.fill("a draft")
    for expected in ("что делает -q?", "что делает -p?", "что делает -p?"):
        page.keyboard.press("ArrowUp")
        expect(question).to_have_value(expected)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(question).to_have_value("a draft")


def test_after_a_recalled_question_is_sent_the_walk_begins_anew(page: Page) -> None:
    for asked in ("что делает -p?", "что делает -q?"):
        ask(page, asked)
    question = page.locator("#question")
    question.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(question).to_have_value("")
    for expected in ("что делает -p?", "что делает -q?"):
        page.keyboard.press("ArrowUp")
        expect(question).to_have_value(expected)


def test_shift_enter_makes_a_line_and_arrows_move_in_it(page: Page) -> None:
    question = page.locator("#question")
    question.fill("first")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second")
    expect(question).to_have_value("first\nsecond")
    page.keyboard.press("ArrowUp")
    expect(question).to_have_value("first\nsecond")
    expect(page.locator(".turn")).to_have_count(0)


def test_tabs_of_the_list_are_moved_through_by_arrows(page: Page) -> None:
    page.locator("#tab-chats").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-notes")).to_be_focused()
    expect(page.locator("#pane-notes")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#pane-chats")).to_be_visible()


def test_a_menu_is_opened_walked_and_left_by_keys(page: Page) -> None:
    ask(page, "что делает -a?")
    page.locator("#chats-list .row.current [data-part=more]").focus()
    page.keyboard.press("Enter")
    menu = page.locator("#chats-list .row.current [data-part=menu]")
    expect(menu.locator("[data-part=rename]")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(menu.locator("[data-part=delete]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator("#chats-list .row.current [data-part=more]")).to_be_focused()


def test_an_explanation_is_shown_to_the_keyboard_and_described(page: Page) -> None:
    turn = ask(page, "Создать контейнер из образа nginx")
    token = turn.locator(".command .token").first
    token.focus()
    expect(page.locator("#tip")).to_be_visible()
    expect(token).to_have_attribute("aria-describedby", "tip")
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_be_hidden()


def test_an_explanation_stays_beside_its_word_while_the_answer_scrolls(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 400})
    ask(page, "что делает -p?")
    turn = ask(page, "Создать контейнер из образа nginx")
    page.locator("#scroll").evaluate("(node) => node.scrollTo(0, 0)")
    turn.locator(".command .token").last.focus()  # it is scrolled to, and explained
    tip = page.locator("#tip")
    expect(tip).to_be_visible()
    page.locator("#scroll").evaluate("(node) => node.scrollTo(0, 0)")
    expect(tip).to_be_hidden()
