"""What was changed in another tab, or in an editor, while the page shows it."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.sample_notes import BACKUPS, NOTES, line_of
from tests.browser.server_process import LiveServer, serve
from tests.browser.steps import ask, cited_lines, conversation_address

pytestmark = pytest.mark.browser

_QUESTION = "When is the photo library copied?"
_QUOTED = "A full copy of the photo library"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serve(tmp_path_factory.mktemp("elsewhere"), NOTES) as live:
        yield live


@pytest.fixture
def page(open_page: OpenPage, server: LiveServer) -> Page:
    opened = open_page(server.page_url, locale="en-US")
    opened.locator("#status-index .dot.good").wait_for()
    return opened


def _delete(server: LiveServer, address: str) -> None:
    """Delete the conversation of an address, as another tab would."""
    (known,) = parse_qs(urlsplit(address).fragment)["c"]
    request = urllib.request.Request(
        f"{server.url}/api/conversations/{known}",
        method="DELETE",
        headers={"Authorization": f"Bearer {server.token}"},
    )
    urllib.request.urlopen(request, timeout=30).close()


def test_a_question_to_a_deleted_conversation_begins_a_new_one(
    page: Page, server: LiveServer
) -> None:
    ask(page, _QUESTION)
    address = conversation_address(page)
    _delete(server, address)
    page.locator("#question").fill("Where does the script put letters?")
    page.locator("#question").press("Enter")
    expect(page.get_by_text("This conversation was deleted meanwhile")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".turn")).to_have_attribute("data-stage", "done")
    page.wait_for_function(
        "(old) => /#c=./.test(location.href) && location.href !== old", arg=address
    )

    _delete(server, conversation_address(page))
    page.reload()
    expect(page.locator("#welcome-lead")).to_contain_text("it was deleted")
    expect(page.locator("#chats-list .row")).to_have_count(0)
    ask(page, _QUESTION)


def test_an_open_note_follows_its_file_and_the_mark_its_lines(
    page: Page, server: LiveServer
) -> None:
    file = server.notes / "home" / "backups.md"
    ask(page, _QUESTION).locator(".cite").first.click()
    page.locator("#panel .cited").first.wait_for()
    assert line_of(BACKUPS, _QUOTED) in cited_lines(page)

    edited = BACKUPS.replace("## Schedule", "A line of its own.\n\n## Schedule")
    file.write_text(edited, encoding="utf-8")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#panel")).to_contain_text("A line of its own.")
    assert line_of(edited, _QUOTED) in cited_lines(page)

    file.write_text(edited.replace("A full copy", "Half a copy"), encoding="utf-8")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_text("the quoted lines are not in it any more")).to_be_visible()
    expect(page.locator("#panel")).to_contain_text("Half a copy")
    expect(page.locator("#panel .cited")).to_have_count(0)
