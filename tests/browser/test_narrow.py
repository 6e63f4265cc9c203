from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer, serve
from tests.browser.steps import ask, conversation_address, expect_no_sideways_scroll

pytestmark = pytest.mark.browser

_COUNTING = """\
# Notes

## Count for ten seconds

```
docker run --rm --name counter busybox sh -c 'for i in $(seq 1 10); do echo $i; sleep 1; done'
```

Prints a tick each second.

## Show every variable of the environment

```
docker run --rm -e SETTING=a_value_that_is_written_in_one_piece_and_wider_than_a_tip busybox env
```

Prints every variable.

## Own image

```
FROM python:3.11-slim  # the image that everything else is put upon, step after step
EXPOSE 8080  # the port on which the program inside of the container listens for others
```
"""


@pytest.fixture
def phone(open_page: OpenPage, live_server: LiveServer) -> Page:
    opened = open_page(
        live_server.page_url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    opened.locator("#status-index .dot.good").wait_for(state="attached")
    return opened


def test_a_phone_asks_and_opens_the_note_over_the_chat(phone: Page) -> None:
    expect_no_sideways_scroll(phone)
    turn = ask(phone, "что делает -p?")
    expect_no_sideways_scroll(phone)
    expect(turn.locator(".keep .cite").first).to_be_visible()  # never alone on a line
    turn.locator(".cite").first.tap()
    panel = phone.locator("#panel")
    expect(panel.locator(".cited")).to_be_in_viewport()
    box = panel.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    expect_no_sideways_scroll(phone)
    phone.locator("#panel-close").tap()
    expect(panel).to_be_hidden()


def test_back_closes_the_panel_and_leaves_the_conversation(phone: Page) -> None:
    turn = ask(phone, "что делает -p?")
    address = conversation_address(phone)
    panel = phone.locator("#panel")
    for close in (lambda: phone.locator("#panel-close").tap(), phone.go_back):
        turn.locator(".cite").first.tap()
        expect(panel).to_be_visible()
        assert phone.evaluate("history.state") == {"panel": True}
        close()
        expect(panel).to_be_hidden()
        phone.wait_for_function("history.state === null")  # nothing is left that Back would undo
        assert phone.url == address
        expect(turn).to_be_visible()


def test_the_list_slides_in_and_out(phone: Page) -> None:
    side = phone.locator("#side")
    expect(side).not_to_be_visible()
    phone.locator("#side-open").tap()
    expect(side).to_be_visible()
    phone.locator("#scrim").tap(position={"x": 370, "y": 400})
    expect(side).not_to_be_visible()


def test_a_command_fits_a_phone_and_its_parts_are_explained_by_a_tap(phone: Page) -> None:
    turn = ask(phone, "Создать контейнер из образа nginx")
    expect_no_sideways_scroll(phone)
    turn.locator(".command .token").nth(2).tap()
    expect(phone.locator("#tip")).to_be_visible()


def test_a_line_of_code_is_read_whole_on_a_phone(open_page: OpenPage, counting: LiveServer) -> None:
    opened = open_page(counting.page_url, viewport={"width": 390, "height": 844})
    code = ask(opened, "what does EXPOSE do").locator(".prose pre").first
    expect(code).to_contain_text("listens for others")
    assert code.evaluate("node => node.scrollWidth <= node.clientWidth")


@pytest.mark.parametrize("width", [320, 768, 1024, 1920])
def test_no_width_scrolls_sideways(
    open_page: OpenPage, live_server: LiveServer, width: int
) -> None:
    opened = open_page(live_server.page_url, viewport={"width": width, "height": 800})
    turn = ask(opened, "что делает -p?")
    expect_no_sideways_scroll(opened)
    turn.locator(".cite").first.click()
    opened.locator("#panel .cited").wait_for()
    expect_no_sideways_scroll(opened)


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serve(tmp_path_factory.mktemp("counting"), {"counting.md": _COUNTING}) as server:
        yield server


@pytest.mark.parametrize(("width", "with_source"), [(320, False), (390, False), (1280, True)])
def test_a_long_value_of_a_command_stays_within_its_column(
    open_page: OpenPage, counting: LiveServer, width: int, *, with_source: bool
) -> None:
    opened = open_page(counting.page_url, viewport={"width": width, "height": 800})
    turn = ask(opened, "count for ten seconds")
    if with_source:
        turn.locator(".cite").first.click()
        opened.locator("#panel .cited").first.wait_for()
    card = turn.locator(".command")
    expect(card).to_be_visible()
    wider = opened.locator("#scroll").evaluate("(node) => node.scrollWidth - node.clientWidth")
    assert wider <= 0, f"{wider} px too wide"


def test_a_long_value_is_whole_in_a_tip(open_page: OpenPage, counting: LiveServer) -> None:
    opened = open_page(counting.page_url, viewport={"width": 320, "height": 800})
    turn = ask(opened, "show every variable of the environment")
    turn.locator(".command .token", has_text="SETTING=").hover()
    said = opened.locator("#tip p")
    expect(said).to_contain_text("wider_than_a_tip")
    assert said.evaluate("(node) => node.scrollWidth - node.clientWidth") <= 0
