"""Runs by keys and on a phone, and what they write as it comes; the run itself is played."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from kb.errors import SandboxError
from server.routes.runs import remark_data
from server.sandbox.remarks import failure, remark
from tests.browser.accessibility import serious_issues
from tests.browser.conftest import OpenPage
from tests.browser.holding import Held
from tests.browser.server_process import LiveServer
from tests.browser.steps import ask, expect_no_sideways_scroll, tab_to
from tests.browser.test_cleaning import PlayedSandbox

pytestmark = pytest.mark.browser

_WRITTEN = ("one \x1b[31mred", " still red\x1b[0m\n10%", "\r20%\nend")


Event = tuple[str, dict[str, object]]
_OUTPUT: Final[tuple[Event, ...]] = tuple(("stdout", {"text": text}) for text in _WRITTEN)


def _play(page: Page, output: Sequence[Event] = _OUTPUT) -> None:
    events: list[Event] = [("status", {"state": "running"}), *output]
    events += [("exit", {"state": "exited", "exit_code": 0})]
    stream = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)

    def start(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=202, json={"run_id": "r1"})
        else:
            route.fulfill(json={"runs": []})

    page.route("**/api/runs", start)
    page.route("**/api/runs?*", start)
    page.route(
        "**/api/runs/r1/events",
        lambda route: route.fulfill(body=stream, content_type="text/event-stream"),
    )
    end = {"state": "exited", "exit_code": 0, "duration_s": 1.5}
    page.route("**/api/runs/r1", lambda route: route.fulfill(json=end))


@pytest.fixture
def played(open_page: OpenPage, live_server: LiveServer, request: pytest.FixtureRequest) -> Page:
    page = open_page("about:blank", **getattr(request, "param", {}))
    PlayedSandbox().play(page, live_server)
    _play(page)
    page.goto(live_server.page_url)
    page.locator("#status-sandbox .dot.good").wait_for()
    return page


def test_output_in_pieces_is_whole_and_keeps_its_colours(played: Page) -> None:
    played.locator("#status-sandbox").click()
    played.locator("#console-line").fill("docker logs web")
    played.keyboard.press("Enter")
    entry = played.locator(".console-entry")
    expect(entry.locator("[data-part=meta]")).to_have_text("1,5 с")
    expect(entry.locator(".output")).to_have_text("one red still red\n20%\nend")
    expect(entry.locator(".ansi-red")).to_have_text("red still red")


_REMARKS: Final[tuple[Event, ...]] = tuple(
    ("stderr", {"text": each.text, "remark": remark_data(each)})
    for each in (
        remark("timed_out", seconds=3600),
        failure(SandboxError("it went away: EOF", reason="went_away", hint="again")),
    )
)
_SAID: Final = {
    "ru-RU": ("выполнялась дольше 3 600 с.", "Демон песочницы пропал"),
    "en-US": ("ran longer than 3,600 s.", "The sandbox daemon went away"),
}


@pytest.mark.parametrize("locale", _SAID)
def test_what_the_runner_says_is_in_the_language_of_the_page(
    open_page: OpenPage, live_server: LiveServer, locale: str
) -> None:
    page = open_page("about:blank", locale=locale)
    PlayedSandbox().play(page, live_server)
    _play(page, [*_OUTPUT, ("stderr", {"text": "theirs\n"}), *_REMARKS])
    page.goto(live_server.page_url)
    page.locator("#status-sandbox .dot.good").wait_for()
    page.locator("#status-sandbox").click()
    page.locator("#console-line").fill("docker logs web")
    page.keyboard.press("Enter")
    output = page.locator(".console-entry .output")
    expect(output.locator(".stderr")).to_have_text("theirs")
    late, gone = output.locator(".remark").all()
    expect(late).to_contain_text(_SAID[locale][0])
    expect(gone).to_contain_text(_SAID[locale][1])
    expect(gone).to_contain_text("it went away: EOF")
    expect(output).not_to_contain_text("stopped: it ran")


@pytest.mark.parametrize(
    "played",
    [{"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}],
    indirect=True,
)
def test_a_phone_runs_a_line_in_the_panel(played: Page) -> None:
    played.locator("#status-sandbox").tap()
    played.locator("#console-line").fill("docker logs a-container-with-quite-a-long-name")
    played.locator(".console-form button").tap()
    expect(played.locator(".console-entry .output")).to_contain_text("still red")
    expect_no_sideways_scroll(played)
    assert serious_issues(played) == []
    played.locator("#panel-close").tap()
    expect(played.locator("#panel")).to_be_hidden()


def test_a_value_a_confirmation_and_a_stop_by_keys_alone(played: Page) -> None:
    def start(route: Route) -> None:
        if json.loads(route.request.post_data or "{}")["confirm"]:
            route.fulfill(status=202, json={"run_id": "r2"})
            return
        error = {"code": "needs_confirmation", "message": "", "hint": ""}
        route.fulfill(status=409, json={"error": error, "victims": ["container web"]})

    played.route("**/api/commands/*/runs", start)
    Held(played, "**/api/runs/r2/events")  # it runs on and writes nothing
    played.route("**/api/runs/r2", lambda route: route.fulfill(status=204))
    card = ask(played, "Удалить контейнер").locator('.command[aria-label^="docker rm"]')
    played.locator("#title").focus()
    tab_to(played, ".command .slot")
    played.keyboard.type("web")
    played.keyboard.press("Enter")
    expect(card.locator("[data-part=victims]")).to_have_text("container web")
    expect(card.locator("[data-part=cancel]")).to_be_focused()
    tab_to(played, "[data-part=go]")
    played.keyboard.press("Enter")
    expect(card.locator("[data-part=run]")).to_be_focused()
    tab_to(played, ".run [data-part=stop]")
    with played.expect_request("**/api/runs/r2") as request:
        played.keyboard.press("Enter")
    assert request.value.method == "DELETE"
