"""Chromium, a real server, and pages that fail their test when something is wrong in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.sample_notes import NOTES
from tests.browser.server_process import LiveServer, serve
from tests.browser.watching import WATCH_SCRIPT, Watch

CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

WAIT_MS = 60_000
"""How long a step or an expectation may take: on a busy machine an answer takes its time."""

OpenPage = Callable[..., Page]
"""Opens the page in a fresh profile; keyword arguments go to the browser context."""


# A package's scope, not the session's: Playwright's event loop runs in this thread, and tests of
# other packages start loops of their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("NO CHROMIUM, so nothing of the page is tested: apt-get install chromium")
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path, args=list(CHROMIUM_ARGS), timeout=2 * WAIT_MS
        )
        yield running
        running.close()


@pytest.fixture(scope="package")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serve(tmp_path_factory.mktemp("served"), NOTES) as server:
        yield server


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    pages: list[Page] = []
    watches: list[Watch] = []

    def open_one(url: str, *, expect_csp_reports: bool = False, **options: object) -> Page:
        settings: dict[str, object] = {
            "viewport": {"width": 1280, "height": 860},
            "locale": "ru-RU",
            "reduced_motion": "reduce",
            **options,
        }
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.add_init_script(WATCH_SCRIPT)
        page = context.new_page()
        pages.append(page)
        page.set_default_timeout(WAIT_MS)
        watches.append(Watch(page, expect_csp_reports=expect_csp_reports))
        page.goto(url)
        return page

    yield open_one
    problems = [problem for watch in watches for problem in watch.problems()]
    for page in pages:
        page.unroute_all(behavior="ignoreErrors")  # a request may be on its way through one
        page.context.close()
    assert problems == []


@pytest.fixture
def page(open_page: OpenPage, live_server: LiveServer) -> Page:
    """The page over the sample notes, in Russian, on a desktop."""
    opened = open_page(live_server.page_url)
    opened.locator("#status-index .dot.good").wait_for()
    return opened
