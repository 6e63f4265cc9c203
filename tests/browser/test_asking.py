from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from kb.assistant import MAX_QUESTION_CHARS
from tests.browser.conftest import OpenPage
from tests.browser.dripping import drip_answers
from tests.browser.holding import Held
from tests.browser.sample_notes import COMMANDS, NOTES, line_of
from tests.browser.server_process import LiveServer
from tests.browser.steps import ask, cited_lines, reload_conversation, send

pytestmark = pytest.mark.browser


def test_an_answer_quotes_a_line_and_opens_it_marked_and_in_view(page: Page) -> None:
    turn = ask(page, "что делает -p?")
    expect(turn.locator(".cite").first).to_be_visible()
    line = line_of(COMMANDS, "* -p -")
    quote = turn.locator(".quote").first
    expect(quote.locator("[data-part=lines]")).to_have_text(str(line))
    expect(quote.locator("blockquote")).to_have_text(COMMANDS.split("\n")[line - 1])
    quote.locator("[data-part=open]").click()
    marked = page.locator("#panel .cited")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("проброс портов")
    expect(marked).to_be_in_viewport()
    assert cited_lines(page) == [line]


def test_without_a_sandbox_a_command_says_so_and_how_to_get_one(page: Page) -> None:
    card = ask(page, "Как удалить контейнер?").locator('.command[aria-label^="docker rm"]')
    expect(card.locator("[data-part=run]")).to_have_attribute("aria-disabled", "true")
    expect(card.locator("[data-part=foot]")).to_contain_text("Песочницы нет")
    expect(card.locator(".want")).to_be_hidden()  # nothing is known to choose from
    card.locator("[data-part=how]").click()
    expect(page.locator("#panel")).to_contain_text("KB_SANDBOX")


def test_a_line_far_down_a_long_note_is_scrolled_to(page: Page) -> None:
    turn = ask(page, "who counts the ships at dawn with a brass telescope?")
    turn.locator(".cite").first.click()
    marked = page.locator("#panel .cited")
    expect(marked).to_contain_text("lighthouse keeper")
    expect(marked).to_be_in_viewport()
    assert cited_lines(page) == [line_of(NOTES["long.md"], "lighthouse")]
    expect(page.locator(".source .cited")).to_be_in_viewport()


def test_a_question_without_an_answer_says_so(page: Page) -> None:
    turn = ask(page, "how do I bake sourdough bread with rye flour")
    expect(turn.locator(".callout.not_found")).to_be_visible()
    expect(turn.locator(".command")).to_have_count(0)
    expect(turn.locator(".confidence")).to_be_hidden()


def test_an_open_question_of_the_notes_is_shown_as_one(page: Page) -> None:
    turn = ask(page, "Почему контейнер не видит соседний контейнер по имени?")
    expect(turn.locator(".callout.open_question")).to_be_visible()
    line = line_of(COMMANDS, "соседний контейнер")
    expect(turn.locator(".quote [data-part=lines]").first).to_contain_text(str(line))


def test_an_unsure_note_is_called_unsure(page: Page) -> None:
    turn = ask(page, "Где докер хранит файлы образов?")
    expect(turn.locator("[data-part=hedged]")).to_be_visible()


def test_a_follow_up_stays_in_the_conversation_and_survives_a_reload(page: Page) -> None:
    ask(page, "что делает docker run")
    second = ask(page, "а -d?")
    expect(second.locator("[data-part=resolved]")).to_contain_text("-d")
    expect(second.locator(".quote").first).to_contain_text("запустить в фоне")
    expect(page.locator("#chats-list .row.current")).to_have_count(1)
    reload_conversation(page)
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").nth(1).locator(".quote").first).to_contain_text("запустить в фоне")


def test_a_new_question_begins_another_conversation(page: Page) -> None:
    current = page.locator("#chats-list .row.current [data-part=title]")
    ask(page, "что делает -q?")
    expect(current).to_have_text("что делает -q?")
    page.locator("#new-chat").click()
    expect(page.locator("#welcome")).to_be_visible()
    expect(current).to_have_count(0)
    ask(page, "when are photos copied to the external drive?")
    expect(current).to_have_text("when are photos copied to the external drive?")
    page.go_back()
    expect(page.locator("[data-part=question]")).to_have_text(["что делает -q?"])


def test_a_conversation_is_renamed_exported_found_and_deleted(page: Page, tmp_path: Path) -> None:
    ask(page, "when is a full copy of the photo library written?")
    row = page.locator("#chats-list .row.current")
    row.locator("[data-part=more]").click()
    row.locator("[data-part=rename]").click()
    page.locator("#ask-dialog-input").fill("Photo backups <b>")
    page.locator("#ask-dialog-ok").click()
    expect(row.locator("[data-part=title]")).to_have_text("Photo backups <b>")

    row.locator("[data-part=more]").click()
    with page.expect_download() as download:
        row.locator("[data-part=export-json]").click()
    download.value.save_as(tmp_path / "export.json")
    assert "photo library" in json.dumps(json.loads((tmp_path / "export.json").read_text()))

    page.locator("#chats-filter").fill("photo backups")
    expect(page.locator("#chats-list .row")).to_have_count(1)
    row.locator("[data-part=more]").click()
    row.locator("[data-part=delete]").click()
    page.locator("#ask-dialog-ok").click()
    expect(page.locator("#chats-list .row")).to_have_count(0)
    expect(page.locator("#welcome")).to_be_visible()


def test_an_answer_with_a_command_that_comes_event_by_event_has_its_foot(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    page = open_page("about:blank")
    drip_answers(page)
    page.goto(live_server.page_url)
    turn = ask(page, "Удалить контейнер")
    expect(turn.locator(".command")).not_to_have_count(0)
    expect(turn.locator(".answer-foot .confidence")).to_be_visible()
    expect(turn.locator(".answer-foot .meta")).to_contain_text("Только цитаты")


def test_a_rating_is_kept(page: Page) -> None:
    ask(page, "что делает -a?")
    up = page.locator(".turn [data-part=up]")
    for pressed in ("true", "false"):
        with page.expect_response("**/feedback"):
            up.click()
        expect(up).to_have_attribute("aria-pressed", pressed)
        reload_conversation(page)
        expect(up).to_have_attribute("aria-pressed", pressed)


def test_escape_stops_an_answer_that_is_being_made(page: Page) -> None:
    Held(page, "**/api/ask/stream")
    send(page, "что делает -p?")
    expect(page.locator(".turn [data-part=thinking]")).to_be_visible()
    expect(page.locator("#send")).to_have_attribute("aria-label", "Остановить")
    page.keyboard.press("Escape")
    expect(page.locator(".turn")).to_have_attribute("data-stage", "stopped")
    expect(page.locator("#send")).to_have_attribute("aria-label", "Спросить")


def test_a_question_in_another_conversation_does_not_wait_for_a_slow_one(page: Page) -> None:
    ask(page, "что делает -q?")
    questions = Held(page, "**/api/ask/stream")
    send(page, "что делает -p?")
    expect(page.locator(".turn [data-part=thinking]").last).to_be_visible()
    page.locator("#new-chat").click()
    page.locator("button.suggestion").first.wait_for()
    questions.pass_later_ones()
    with page.expect_request("**/api/ask/stream") as request:
        ask(page, "что делает -a?")
    assert "conversation_id" not in (request.value.post_data_json or {})
    expect(page.locator(".turn [data-part=question]")).to_have_text(["что делает -a?"])


def test_a_question_goes_where_it_was_asked_though_it_waits(page: Page) -> None:
    ask(page, "что делает -q?")
    building = {"status": "indexing", "index": {}, "sandbox": {"state": "off"}}
    page.route("**/api/health", lambda route: route.fulfill(json=building))
    reload_conversation(page)
    expect(page.locator("#banner.indexing")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
    asked: list[str] = []

    def note(sent: Request) -> None:
        if sent.url.endswith("/api/ask/stream"):
            asked.append(sent.post_data or "")

    page.on("request", note)
    send(page, "что делает -p?")
    expect(page.locator(".turn [data-part=step]").last).to_contain_text("Индекс строится")
    page.locator("#new-chat").click()
    expect(page.locator("#welcome")).to_be_visible()
    page.unroute("**/api/health")
    ask(page, "что делает -a?")
    assert len(asked) == 1
    assert "-a?" in asked[0]
    assert "conversation_id" not in asked[0]


def test_an_error_of_the_server_is_shown_with_its_hint_and_can_be_tried_again(page: Page) -> None:
    error = {"error": {"code": "index_unavailable", "message": "no index yet", "hint": "wait"}}
    page.route("**/api/ask/stream", lambda route: route.fulfill(status=503, json=error), times=1)
    send(page, "что делает -p?")
    failure = page.locator(".turn [data-part=failure]")
    expect(failure).to_contain_text("Индекса пока нет")
    expect(failure).to_contain_text("Подождите")
    failure.locator("[data-part=retry]").click()
    expect(page.locator(".turn").last).to_have_attribute("data-stage", "done")


def test_a_question_is_counted_near_its_limit_and_never_longer(page: Page) -> None:
    left = page.locator("#question-left")
    page.locator("#question").fill("слово " * 100)
    expect(left).to_be_hidden()
    page.locator("#question").fill("x" * (MAX_QUESTION_CHARS - 3))
    expect(left).to_have_text("осталось 3 знака")
    page.locator("#question").press_sequentially("yyyyyy")
    expect(left).to_contain_text("осталось 0 ")
    expect(page.locator("#question")).to_have_value("x" * (MAX_QUESTION_CHARS - 3) + "yyy")


def test_questions_can_be_limited_to_a_folder(page: Page) -> None:
    page.locator("#tab-notes").click()
    folder = page.locator(".folder", has=page.get_by_text("home", exact=True))
    folder.hover()
    folder.locator("> [data-part=scope]").click()
    expect(page.locator("#scope")).to_contain_text("home/")
    with page.expect_request("**/api/ask/stream") as request:
        turn = ask(page, "где лежат копии")
    assert (request.value.post_data_json or {})["filters"] == {"path_prefix": "home/"}
    for path in turn.locator(".quote [data-part=path]").all_inner_texts():
        assert path.startswith("home/")
    page.locator("#scope").click()
    expect(page.locator("#scope")).to_contain_text("Все заметки")


def test_a_link_between_notes_opens_beside_the_chat(page: Page) -> None:
    page.locator("#tab-notes").click()
    page.locator('#notes-tree [data-path="home/backups.md"] [data-part=open]').click()
    expect(page.locator("#panel-title")).to_have_text("Backups of the home server")
    table = page.locator("#panel table")
    expect(table).to_contain_text("letters")
    page.locator("#panel a[data-note]").click()
    expect(page.locator("#panel-sub")).to_contain_text("docker/команды.md")


def test_a_link_that_leads_nowhere_keeps_the_conversation(page: Page) -> None:
    ask(page, "что делает -p?")
    page.locator("#tab-notes").click()
    page.locator('#notes-tree [data-path="home/backups.md"] [data-part=open]').click()
    page.locator("#panel a.dead-link").click()
    expect(page.locator(".turn")).to_have_count(1)
