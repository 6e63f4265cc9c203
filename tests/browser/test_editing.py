from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.sample_notes import NOTES
from tests.browser.server_process import LiveServer, serve
from tests.browser.steps import ask

pytestmark = pytest.mark.browser

_TEA = "# Tea\n\nThe oolong from the blue tin is steeped for ninety seconds.\n"

_DROP = """([name, text, place = "body"]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/markdown" }));
  for (const type of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(place).dispatchEvent(event);
  }
}"""


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serve(tmp_path_factory.mktemp("editable"), NOTES, edit=True) as server:
        yield server


@pytest.fixture
def editor(open_page: OpenPage, editable: LiveServer) -> Page:
    page = open_page(editable.page_url)
    page.locator("#status-index .dot.good").wait_for()
    page.locator("#tab-notes").click()
    return page


def test_a_dropped_note_is_saved_indexed_and_answers(editor: Page, editable: LiveServer) -> None:
    expect(editor.locator("#upload")).to_be_visible()
    editor.evaluate(_DROP, ["tea & time.md", _TEA])
    row = editor.locator('#notes-tree [data-path="tea & time.md"]')
    expect(row).to_be_visible()
    assert (editable.notes / "tea & time.md").read_text() == _TEA
    expect(editor.locator("#ingest")).to_be_hidden()
    turn = ask(editor, "how long is the oolong from the blue tin steeped?")
    expect(turn.locator(".quote").first).to_contain_text("ninety seconds")

    row.locator("[data-part=open]").click()
    editor.locator(".note-delete").click()
    editor.locator("#ask-dialog-ok").click()
    expect(row).to_have_count(0)
    assert not (editable.notes / "tea & time.md").exists()


def test_a_note_dropped_on_a_folder_goes_into_it(editor: Page, editable: LiveServer) -> None:
    editor.locator('#notes-tree [data-path="home/backups.md"]').wait_for()
    editor.evaluate(_DROP, ["lamp.md", "# Lamp\n", 'details[data-path="home"] summary'])
    expect(editor.locator('#notes-tree [data-path="home/lamp.md"]')).to_be_visible()
    assert (editable.notes / "home" / "lamp.md").read_text() == "# Lamp\n"


def test_a_note_of_the_same_name_is_left_as_it_is(editor: Page, editable: LiveServer) -> None:
    editor.evaluate(_DROP, ["long.md", "# Something else\n"])
    expect(editor.locator(".toast.error")).to_contain_text("long.md")
    assert (editable.notes / "long.md").read_text() == NOTES["long.md"]


def test_a_file_of_another_kind_is_refused(editor: Page, editable: LiveServer) -> None:
    editor.evaluate(_DROP, ["photo.png", "not a picture"])
    expect(editor.locator(".toast.error")).to_contain_text("photo.png")
    assert not (editable.notes / "photo.png").exists()


def test_a_name_that_cannot_be_a_file_is_refused_in_words(editor: Page) -> None:
    editor.evaluate(_DROP, ["tea <img src=x onerror=alert(1)>.md", _TEA])
    expect(editor.locator(".toast.error")).to_contain_text("tea <img src=x onerror=alert(1)>.md")


def test_without_editing_there_is_no_upload(page: Page) -> None:
    page.locator("#tab-notes").click()
    expect(page.locator("#upload")).to_be_hidden()
    page.evaluate(_DROP, ["tea.md", _TEA])
    expect(page.locator("#drop")).to_be_hidden()
    page.locator('#notes-tree [data-path="long.md"] [data-part=open]').click()
    expect(page.locator("#panel .note")).to_be_visible()
    expect(page.locator(".note-delete")).to_have_count(0)
