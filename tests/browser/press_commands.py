"""Presses every command of a folder of notes in the page, in order, and tells what was shown.

`python -m tests.browser.press_commands NOTES [TABLE.md]` serves the notes with the real sandbox
and a registry mirror of its own, brings up each command by a question (or types the line), fills
in what must be filled in, confirms what asks, stops what runs on, and writes a Markdown table.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page, expect, sync_playwright

from kb.model import LineRange
from tests.browser.conftest import CHROMIUM_ARGS
from tests.browser.note_commands import NoteCommand, find_commands
from tests.browser.server_process import serve
from tests.browser.steps import ask
from tests.docker.fixtures import require_daemon
from tests.docker.images import IMAGES
from tests.docker.registry import serve_registry

_WAIT_MS: Final = 120_000
_SILENT_S: Final = 12.0
"""What has run so long without a word is taken to run on until it is stopped."""
_HEAD: Final = "| Lines | Command | As the note has it | In the end |\n| --- | --- | --- | --- |\n"
_LONG_ID: Final = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
_MAX_SHOWN: Final = 160
_NOWHERE: Final = LineRange(start=0, end=0)


@dataclass(slots=True, kw_only=True)
class Pressed:
    """What the page showed of one command, in order."""

    command: NoteCommand
    before: list[str] = field(default_factory=list)
    """Up to the first press, and what came of it."""
    after: list[str] = field(default_factory=list)
    """Once values, a word or a click were given."""

    def row(self) -> str:
        """Return it as a row of the table."""
        start, end = self.command.lines.start, self.command.lines.end
        lines = str(start) if start == end else f"{start}-{end}"
        cells = [f"`{self.command.text}`", "<br>".join(self.before), "<br>".join(self.after)]
        return f"| {lines} | {' | '.join(_cell(each) for each in cells)} |\n"


def main(notes: Path, target: Path | None) -> None:
    """Press all commands and write the table into a file, or to the standard output."""
    require_daemon()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "registry").mkdir()
        mirror = stack.enter_context(serve_registry(folder / "registry", IMAGES))
        environment = {"KB_SANDBOX": "managed", "KB_SANDBOX_MIRROR": mirror}
        texts = {p.relative_to(notes).as_posix(): p.read_text("utf-8") for p in notes.rglob("*.md")}
        server = stack.enter_context(serve(folder, texts, environment=environment))
        playwright = stack.enter_context(sync_playwright())
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        stack.callback(browser.close)
        page = browser.new_context(locale="en-GB", reduced_motion="reduce").new_page()
        page.goto(server.page_url, timeout=_WAIT_MS)
        page.locator("#status-index .dot.good").wait_for(state="attached")
        rows = [_HEAD, *(pressed.row() for pressed in _press_all(page, find_commands(notes)))]
    if target:
        target.write_text("".join(rows), encoding="utf-8")
    else:
        sys.stdout.write("".join(rows))


def _press_all(page: Page, commands: list[NoteCommand]) -> list[Pressed]:
    done: list[Pressed] = []
    for command in commands:
        pressed = Pressed(command=command)
        card = _bring_up(page, command)
        if card is None:
            _type(page, command.text, pressed)
        else:
            _press(page, card, pressed, [each.command.text for each in done])
        sys.stderr.write(pressed.row())
        done.append(pressed)
    return done


def _bring_up(page: Page, command: NoteCommand) -> Locator | None:
    """Ask until a card of this very line is there."""
    _close_panel(page)
    for question in command.questions:
        page.locator("#new-chat").click()
        page.locator("#welcome").wait_for()
        cards = ask(page, question).locator(".command").all()
        for card in cards:
            if card.get_attribute("aria-label") == command.text:
                return card
    return None


def _type(page: Page, line: str, pressed: Pressed) -> None:
    """Type a line into the sandbox panel."""
    if not page.locator("#console-line").is_visible():
        page.locator("#status-sandbox").click()
    page.locator("#console-line").fill(line)
    page.keyboard.press("Enter")
    entry = page.locator(".console-entry").first
    expect(entry.locator(".console-line")).to_have_text(line)
    pressed.before.append("typed into the sandbox panel")
    _follow(page, entry, pressed.before)


def _press(page: Page, card: Locator, pressed: Pressed, earlier: list[str]) -> None:
    page.wait_for_timeout(500)  # the note's files are asked for
    pressed.before += _said(card, ".hints li") + _said(card, "[data-part=problem-text]")
    if not card.locator("[data-part=run]").is_visible():
        pressed.before += _said(card, "[data-part=refusal]")
        return
    card.locator("[data-part=run]").click()
    said = pressed.before
    if card.locator("[aria-invalid=true]").count():
        pressed.before += [_wanted(row) for row in card.locator(".want.bad").all()]
        said = pressed.after
        _fill(page, card, said, earlier)
        card.locator("[data-part=run]").click()
    _follow(page, card, said)
    if card.locator(".run.bad").count() and card.locator("[data-part=clean]").is_visible():
        pressed.after.append(f"“{card.locator('[data-part=clean]').inner_text()}”:")
        card.locator("[data-part=clean]").click()
        _follow(page, card, pressed.after)


def _wanted(row: Locator) -> str:
    """Say what the page asks for, what it offers and its hint."""
    offers = [f"`{each}`" for each in _said(row, ".choice")]
    said = " ".join(_said(row, ".want-label") + _said(row, ".want-hint"))
    return f"{said}; offered: {', '.join(offers)}" if offers else f"{said}; nothing to choose yet"


def _fill(page: Page, card: Locator, said: list[str], earlier: list[str]) -> None:
    """Choose for each missing value the first thing that the page offers."""
    if card.locator(".want.bad:not(:has(.choice))").count():
        again = next(line for line in earlier if line.startswith("docker run "))
        other = Pressed(command=NoteCommand(text=again, note="", lines=_NOWHERE))
        _type(page, again, other)
        said.append("there was none, so `docker run …` was run again")
        _close_panel(page)
    while card.locator(".want.bad").count():  # a value that is there takes its mark away
        choice = card.locator(".want.bad .choice").first
        said.append(f"chosen: `{choice.inner_text()}`")
        choice.click()
        page.wait_for_timeout(300)


def _follow(page: Page, place: Locator, said: list[str]) -> None:
    """Wait for what comes of a press: a question, a refusal, or a run to its end."""
    answers = "[data-part=confirm], .confirm, .refusal, .failure, .run"
    place.locator(answers).locator("visible=true").first.wait_for(timeout=_WAIT_MS)
    page.wait_for_timeout(300)
    go = place.locator(".button.danger", has_text="Yes, run it")
    if go.is_visible():
        said.append("asks first, would remove " + ", ".join(_said(place, ".confirm li")))
        go.click()
    for wrong in (".refusal", ".failure"):
        said += _said(place, wrong)
    run = place.locator(".run").locator("visible=true")
    if go.count() or run.count():
        run.first.wait_for(timeout=_WAIT_MS)
        said.append(_await_end(page, run.first))


def _await_end(page: Page, run: Locator) -> str:
    """Wait for the end of a run, stop it where it runs on, and say how it went."""
    stop, output = run.locator("[data-part=stop]"), run.locator("[data-part=output]")
    begun, known, note = time.monotonic(), "", ""
    while stop.is_visible():
        now = output.inner_text() if output.is_visible() else ""
        running = "Running" in run.locator("[data-part=state]").inner_text()
        if now != known or not running:
            begun, known = time.monotonic(), now
        elif time.monotonic() - begun > _SILENT_S:
            stop.click()
            note, begun = "ran on, so Stop was pressed: ", time.monotonic()
        page.wait_for_timeout(200)
    page.wait_for_timeout(1000)  # the sandbox is looked at once more
    state = run.locator("[data-part=state]").inner_text()
    failed = "bad" in (run.get_attribute("class") or "").split()
    told = output.locator(".stderr, .remark") if failed else output
    return f"{note}**{state}**{_first_line(told)}{_links(run)}"


def _first_line(output: Locator) -> str:
    text = "\n".join(output.all_inner_texts())
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ", no output"
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    return f": `{' '.join(lines[0].split())[:_MAX_SHOWN]}`{more}"


def _links(run: Locator) -> str:
    ports = [
        each.inner_text().rpartition(":")[2] for each in run.locator("[data-part=ports] a").all()
    ]
    return f"; a link to the sandbox's port {', '.join(ports)}" if ports else ""


def _said(place: Locator, selector: str) -> list[str]:
    found = place.locator(selector).locator("visible=true").all()
    return [" ".join(each.inner_text().split()) for each in found]


def _close_panel(page: Page) -> None:
    if page.locator("#panel-close").is_visible():
        page.locator("#panel-close").click()


def _cell(text: str) -> str:
    """Escape what a cell of a table cannot hold."""
    return _LONG_ID.sub(r"\1…", text).replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
