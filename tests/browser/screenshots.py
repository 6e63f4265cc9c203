"""Makes the pictures of the README: `python -m tests.browser.screenshots [FOLDER]`.

Serves the project's sample notes with the real sandbox where one can be had (and a registry
mirror of its own, so that nothing is downloaded), walks through the page, and writes PNG files.
Without a sandbox the pictures of runs are left out, and that is said.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from server.sandbox.managed.driver import why_not_managed
from tests.browser.conftest import CHROMIUM_ARGS
from tests.browser.server_process import LiveServer, serve
from tests.browser.steps import ask
from tests.docker.images import IMAGES
from tests.docker.registry import missing_programs, serve_registry

_ROOT: Final = Path(__file__).parents[2]
_NOTES: Final = _ROOT / "data" / "notes"
_SHOWN: Final = "docker"
"""The folder of the sample notes that the pictures ask."""
_RUN_MS: Final = 120_000
_DESKTOP: Final = (1360, 850)
_PHONE: Final = (390, 844)


def main(target: Path) -> None:
    """Write the pictures into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = {"KB_SANDBOX": "off"}
        can_run = why_not_managed() is None and not missing_programs()
        if can_run:
            (folder / "registry").mkdir()
            mirror = stack.enter_context(serve_registry(folder / "registry", IMAGES))
            environment = {"KB_SANDBOX": "managed", "KB_SANDBOX_MIRROR": mirror}
        else:
            sys.stderr.write("no sandbox here: the pictures of runs are left out\n")
        server = stack.enter_context(serve(folder, _sample_notes(), environment=environment))
        playwright = stack.enter_context(sync_playwright())
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        stack.callback(browser.close)
        _take_all(browser, server, target, can_run=can_run)


def _sample_notes() -> dict[str, str]:
    files = sorted((_NOTES / _SHOWN).rglob("*.md"))
    return {path.relative_to(_NOTES).as_posix(): path.read_text("utf-8") for path in files}


def _take_all(browser: Browser, server: LiveServer, target: Path, *, can_run: bool) -> None:
    page = _open(browser, server, _DESKTOP, "light", "en-GB")
    page.locator("button.suggestion").first.wait_for()
    _save(page, target / "welcome.png")
    if can_run:
        _take_run(page, target / "run.png")
        _take_answer_with_run(page, target / "answer.png")
    dark = _open(browser, server, _DESKTOP, "dark", "ru-RU")
    _take_answer(dark, target / "answer-dark-ru.png")
    phone = _open(browser, server, _PHONE, "light", "ru-RU")
    _take_answer(phone, target / "phone.png", beside=False)


def _open(
    browser: Browser, server: LiveServer, size: tuple[int, int], scheme: str, locale: str
) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=locale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(server.page_url)
    page.locator("#status-index .dot.good").wait_for(state="attached")
    return page


def _take_answer(page: Page, path: Path, *, beside: bool = True) -> None:
    turn = ask(page, "что делает -p в docker run?")
    if beside:
        turn.locator(".quote [data-part=open]").first.click()
        page.locator("#panel .cited").first.wait_for()
    _save(page, path)


def _take_run(page: Page, path: Path) -> None:
    turn = ask(page, "как развернуть новый контейнер из образа postgres?")
    card = turn.locator('.command[aria-label*="postgres"]').first
    card.locator("[data-part=run]").click()
    _await_end(page, card.locator(".run"))
    page.locator("#status-sandbox").click()
    page.locator("#console-line").fill("docker ps")
    page.keyboard.press("Enter")
    _await_end(page, page.locator(".console-entry .run").first)
    page.locator(".things .thing").first.wait_for()
    _save(page, path)


def _take_answer_with_run(page: Page, path: Path) -> None:
    page.locator("#new-chat").click()
    page.locator("#welcome").wait_for()
    turn = ask(page, "Какие контейнеры запущены в данную минуту?")
    turn.locator(".command [data-part=run]").first.click()
    _await_end(page, turn.locator(".run").first)
    turn.locator(".quote [data-part=open]").first.click()
    page.locator("#panel .cited").first.wait_for()
    _save(page, path)


def _await_end(page: Page, run: Locator) -> None:
    """Wait for a run to end well; say what it wrote where it did not."""
    state = run.locator("[data-part=state]")
    expect(state).to_have_text(re.compile("Finished|Failed|Stopped"), timeout=_RUN_MS)
    if "exit code 0" not in state.inner_text():
        raise AssertionError(f"{state.inner_text()}: {run.inner_text()}")
    page.wait_for_timeout(500)


def _save(page: Page, path: Path) -> None:
    """Write the picture without a caret, a hover or a focus ring by chance."""
    page.mouse.move(0, 0)
    page.screenshot(path=path, caret="hide")
    sys.stderr.write(f"{path}: {path.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else _ROOT / "docs" / "screenshots")
