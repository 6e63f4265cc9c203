"""What a person does in the page, in words."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

_MAX_TABS = 60


def ask(page: Page, question: str) -> Locator:
    """Ask a question and return its turn once the answer is whole."""
    known = page.locator(".turn").count()
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    turn = page.locator(".turn").nth(known)
    expect(turn).to_have_attribute("data-stage", "done", timeout=30_000)
    return turn


def tab_to(page: Page, selector: str) -> None:
    """Wait until an element is shown, then press Tab until it has the focus."""
    page.locator(selector).first.wait_for()
    for _ in range(_MAX_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def cited_lines(page: Page) -> list[int]:
    """Return the numbers of the lines that are marked in the note's source."""
    page.locator("#note-mode [data-mode=source]").click()
    marked = page.locator(".source .cited")
    marked.first.wait_for()
    return [int(each.get_attribute("data-line") or 0) for each in marked.all()]


def is_in_view(part: Locator, frame: Locator) -> bool:
    """Tell whether a part is inside what its frame shows."""
    inner, outer = part.bounding_box(), frame.bounding_box()
    if inner is None or outer is None:
        return False
    return inner["y"] >= outer["y"] and inner["y"] < outer["y"] + outer["height"]


def expect_no_sideways_scroll(page: Page) -> None:
    """Fail where the page is wider than its window."""
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{wider} px too wide"


def class_of(name: str) -> re.Pattern[str]:
    """Return a pattern for one class among others."""
    return re.compile(rf"(^|\s){re.escape(name)}(\s|$)")
