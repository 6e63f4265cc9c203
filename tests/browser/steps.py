"""What a person does in the page, in words."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

_MAX_TABS = 60
_CONVERSATION = re.compile(r"#c=.")


def ask(page: Page, question: str) -> Locator:
    """Ask a question and return its turn once the answer is whole."""
    known = page.locator(".turn").count()
    send(page, question)
    turn = page.locator(".turn").nth(known)
    expect(turn).to_have_attribute("data-stage", "done")
    return turn


def send(page: Page, question: str) -> None:
    """Write a question and press Enter, once the page has reached its server."""
    page.locator('#send[aria-disabled="false"]').wait_for(state="attached")
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")


def conversation_address(page: Page) -> str:
    """Wait until the open conversation stands in the address, and return the address."""
    expect(page).to_have_url(_CONVERSATION)
    return page.url


def reload_conversation(page: Page) -> None:
    """Reload once the open conversation stands in the address, so that it is opened again."""
    conversation_address(page)
    page.reload()


def tab_to(page: Page, selector: str) -> None:
    """Wait until an element is shown, then press Tab until it has the focus."""
    page.locator(selector).locator("visible=true").first.wait_for()
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


def expect_no_sideways_scroll(page: Page) -> None:
    """Fail where the page is wider than its window."""
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{wider} px too wide"


def class_of(name: str) -> re.Pattern[str]:
    """Return a pattern for one class among others."""
    return re.compile(rf"(^|\s){re.escape(name)}(\s|$)")
