"""Nothing jumps away from under the eyes: lists, banner and answers have their places."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dripping import drip_answers
from tests.browser.server_process import LiveServer
from tests.browser.steps import ask
from tests.browser.watching import MAX_LAYOUT_SHIFT, layout_shift

pytestmark = pytest.mark.browser

_QUESTIONS = (
    "что делает -p?",
    "Создать контейнер из образа nginx",
    "Где докер хранит файлы образов?",
    "how do I bake sourdough bread with rye flour",
    "Удалить контейнер",
)
_SIZES = ({"width": 1280, "height": 860}, {"width": 390, "height": 844})


@pytest.fixture(params=_SIZES, ids=["desktop", "phone"])
def sized(request: pytest.FixtureRequest, open_page: OpenPage, live_server: LiveServer) -> Page:
    opened = open_page("about:blank", viewport=request.param)
    drip_answers(opened)
    building = {"status": "indexing", "index": {}, "sandbox": {"state": "off"}}
    opened.route("**/api/health", lambda route: route.fulfill(json=building))
    opened.goto(live_server.page_url)
    expect(opened.locator("#banner.indexing")).to_be_visible()
    return opened


def test_a_first_visit_does_not_jump(sized: Page) -> None:
    sized.locator("button.suggestion").first.wait_for()
    sized.unroute("**/api/health")
    expect(sized.locator("#banner")).to_be_hidden()
    assert layout_shift(sized) <= MAX_LAYOUT_SHIFT


def test_answers_with_commands_quotes_and_none_do_not_jump(sized: Page) -> None:
    sized.unroute("**/api/health")
    expect(sized.locator("#banner")).to_be_hidden()
    before = layout_shift(sized, after_input=True)
    for question in _QUESTIONS:
        ask(sized, question)
    assert layout_shift(sized, after_input=True) - before <= MAX_LAYOUT_SHIFT


def test_a_banner_does_not_move_an_answer(sized: Page) -> None:
    sized.unroute("**/api/health")
    expect(sized.locator("#banner")).to_be_hidden()
    turn = ask(sized, "что делает -p?")
    before = turn.bounding_box()
    sized.route("**/api/health", lambda route: route.abort())
    sized.route("**/api/search?*", lambda route: route.abort())
    sized.keyboard.press("Control+k")
    sized.keyboard.type("порт")
    expect(sized.locator("#banner.offline")).to_be_attached()
    sized.keyboard.press("Escape")
    expect(sized.locator("#banner.offline")).to_be_visible()
    assert turn.bounding_box() == before
    assert layout_shift(sized) <= MAX_LAYOUT_SHIFT
