"""Notes that attack the page: nothing of them may run, load, or leave.

A script that runs would show in the dialogs, in `window.pwned` or in a request that leaves the
server; the page's content security policy must not even be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer, serve
from tests.browser.steps import ask

pytestmark = pytest.mark.browser

_CORPUS: Final = Path(__file__).parent / "hostile.md"
_CLICK_EACH: Final = "(links) => links.forEach((link) => link.click())"
"""In one go: what opens another note takes the links away."""
_FILE_NAMES: Final = (
    "<img src=x onerror=window.pwned=1>.md",
    '" onmouseover=window.pwned=1 x=".md',
    "'; window.pwned=1; '.md",
    "a\u202egnp.md",
    "javascript:window.pwned=1.md",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("hostile")
    notes = {"hostile.md": _CORPUS.read_text(encoding="utf-8")}
    for i, name in enumerate(_FILE_NAMES):
        notes[name] = f"# Attack {i}\n\nThe zebra number {i} wears {name} as a hat.\n"
    with serve(folder, notes) as server:
        yield server


@pytest.fixture
def victim(open_page: OpenPage, hostile: LiveServer) -> Iterator[Page]:
    yield from _watched(open_page(hostile.page_url), hostile)


@pytest.fixture
def page_of_a_bad_server(open_page: OpenPage, hostile: LiveServer) -> Iterator[Page]:
    """As `victim`, but the policy may report what the HTML parser saw."""
    yield from _watched(open_page(hostile.page_url, expect_csp_reports=True), hostile)


def _watched(page: Page, hostile: LiveServer) -> Iterator[Page]:
    left: list[str] = []
    page.on(
        "request",
        lambda request: (
            left.append(request.url)
            if not request.url.startswith((hostile.url, "data:", "blob:"))
            else None
        ),
    )
    page.locator("#status-index .dot").wait_for()
    yield page
    assert page.evaluate("window.pwned ?? null") is None
    assert left == []


def test_a_hostile_note_is_only_text(victim: Page) -> None:
    victim.locator("#tab-notes").click()
    victim.locator('#notes-tree [data-path="hostile.md"] [data-part=open]').click()
    note = victim.locator("#panel .note")
    expect(note).to_contain_text("the end of the corpus")
    forbidden = "script, iframe, svg, style, object, form, math, video"
    expect(note.locator(f":is({forbidden})")).to_have_count(0)
    attributes = note.evaluate(
        "(root) => [...root.querySelectorAll('*')].flatMap((node) => node.getAttributeNames())"
    )
    assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc"}]
    for image in note.locator("img").all():
        assert (image.get_attribute("src") or "").startswith("data:image/")
    for link in note.locator("a[href]").all():
        href = link.get_attribute("href") or ""
        assert href.startswith(("http:", "https:", "mailto:", "#")), href
        if href.startswith("http"):
            assert "noopener" in (link.get_attribute("rel") or "")
    victim.locator("#note-mode [data-mode=source]").click()
    expect(victim.locator(".source")).to_contain_text("<script>")


def test_clicking_every_hostile_link_runs_nothing(victim: Page) -> None:
    victim.locator("#tab-notes").click()
    victim.locator('#notes-tree [data-path="hostile.md"] [data-part=open]').click()
    inside = victim.locator("#panel .note a:not([href^=http]):not([href^=mailto])")
    inside.first.wait_for()
    inside.evaluate_all(_CLICK_EACH)
    assert urlsplit(victim.url).path == "/"
    expect(victim.locator("#question")).to_be_visible()


def test_hostile_names_are_shown_as_names(victim: Page) -> None:
    victim.locator("#tab-notes").click()
    tree = victim.locator("#notes-tree")
    expect(tree).to_contain_text("<img src=x onerror=window.pwned=1>")
    for row in tree.locator("[data-part=open]").all():
        row.hover()
        row.click()
        expect(victim.locator("#panel-body")).not_to_be_empty()


def test_hostile_words_in_questions_answers_and_search(victim: Page) -> None:
    ask(victim, "<img src=x onerror=window.pwned=1> <script>window.pwned=1</script>")
    turn = ask(victim, "which hat does the zebra number 0 wear?")
    turn.locator(".quote [data-part=open]").first.click()
    expect(victim.locator("#panel-body .cited").first).to_be_visible()
    turn = ask(victim, "what does the striped hyena say about onclick?")
    turn.locator(".quote [data-part=open]").first.click()
    victim.keyboard.press("Control+k")
    victim.keyboard.type("zebra")
    expect(victim.locator("#search-results .hit").first).to_contain_text("zebra")
    victim.keyboard.press("Enter")
    expect(victim.locator("#panel-body .cited").first).to_be_visible()


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x onerror=window.pwned=1>",
        "<svg onload=window.pwned=1><script>window.pwned=1</script></svg>",
        "<a href='javascript:window.pwned=1' data-note='x'>go</a>",
        "<a href='java\tscript:window.pwned=1'>go</a>",
        "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
        "<p style='background:url(https://evil.example/x)' onclick=window.pwned=1>styled</p>",
        "<math><mtext><table><mglyph><style><img src=x onerror=window.pwned=1>",
        "<form action='https://evil.example'><input name=q autofocus onfocus=window.pwned=1>",
        "<noscript><p title='</noscript><img src=x onerror=window.pwned=1>'>",
        "<template><img src=x onerror=window.pwned=1></template>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<base href='https://evil.example/'><a href='x'>relative</a>",
        "<link rel=stylesheet href='https://evil.example/x.css'>",
        "<img src='data:image/svg+xml;base64,PHN2Zy8+' alt='svg'>",
    ],
)
def test_the_page_itself_lets_no_hostile_html_of_the_server_through(
    page_of_a_bad_server: Page, html: str
) -> None:
    """The second lock: even a server that rendered badly could not make the page run anything."""
    victim = page_of_a_bad_server
    body = {"path": "hostile.md", "title": "t", "source": "s", "html": f"<p>safe</p>{html}"}
    victim.route("**/api/notes/hostile.md", lambda route: route.fulfill(json=body))
    victim.locator("#tab-notes").click()
    victim.locator('#notes-tree [data-path="hostile.md"] [data-part=open]').click()
    note = victim.locator("#panel .note")
    expect(note).to_contain_text("safe")
    allowed = note.evaluate(
        """(root) => [...root.querySelectorAll('*')].every((node) =>
             ["P", "A", "IMG", "TABLE", "DIV"].includes(node.tagName) &&
             node.getAttributeNames().every((name) =>
               ["href", "target", "rel", "data-note", "title", "alt", "src"].includes(name)))"""
    )
    assert allowed, note.inner_html()
    note.locator("a").evaluate_all(_CLICK_EACH)
    assert urlsplit(victim.url).path == "/"
    expect(victim.locator("#question")).to_be_visible()
