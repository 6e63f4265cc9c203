"""Conversations: kept, searched, renamed, exported, deleted, rated."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb.errors import IndexUnavailableError
from kb.model import ConversationId, Language
from server.conversations import ConversationStore, new_conversation_id
from server.database import Database
from server.schemas.answers import AnswerBody
from server.storage import StorageError
from tests.unit.server.conftest import Bench
from tests.unit.server.test_api import ask, error_of
from tests.waiting import PATIENCE_S


def test_questions_make_a_conversation(client: TestClient) -> None:
    first = ask(client, "how do I remove a container")
    ask(client, "and an image?", conversation_id=first["conversation_id"])
    ask(client, "что такое том")
    listed = client.get("/api/conversations").json()
    assert [each["title"] for each in listed["conversations"]] == [
        "что такое том",
        "how do I remove a container",
    ]
    assert [each["turns"] for each in listed["conversations"]] == [1, 2]
    whole = client.get(f"/api/conversations/{first['conversation_id']}").json()
    assert [turn["answer"]["question"] for turn in whole["messages"]] == [
        "how do I remove a container",
        "and an image?",
    ]
    assert whole["messages"][0]["answer"] == first


def test_search_looks_into_titles_questions_and_answers(client: TestClient) -> None:
    ask(client, "Что такое ТОМ")
    ask(client, "100% of_it")

    def found(text: str) -> int:
        total = client.get("/api/conversations", params={"q": text}).json()["total"]
        assert isinstance(total, int)
        return total

    assert found("такое том") == 1
    assert found("REMOVE IT") == 2
    assert found("100%") == 1
    assert found("f_it") == 1
    assert found("1%0") == 0
    assert found("\x00") == 0
    assert found("") == 2
    assert found("' OR 1=1 --") == 0


def test_a_conversation_is_renamed(client: TestClient) -> None:
    url = f"/api/conversations/{ask(client)['conversation_id']}"
    assert client.patch(url, json={"title": "  Моё  "}).json()["title"] == "Моё"
    for title in ("", "   ", "x" * 201, None, 1):
        assert error_of(client.patch(url, json={"title": title})) == (400, "invalid_request")
    assert client.get(url).json()["title"] == "Моё"


def test_a_title_is_one_line(client: TestClient) -> None:
    url = f"/api/conversations/{ask(client)['conversation_id']}"
    renamed = client.patch(url, json={"title": "a\n\n# b\x00\u2028c\td"})
    assert renamed.json()["title"] == "a # b c d"
    assert client.get(f"{url}/export").text.startswith("# a # b c d\n")
    assert error_of(client.patch(url, json={"title": "\n\x00"})) == (400, "invalid_request")
    asked = ask(client, "x\x00\ny")["conversation_id"]
    assert client.get(f"/api/conversations/{asked}").json()["title"] == "x y"


def test_a_deleted_conversation_is_gone_with_its_answers(client: TestClient) -> None:
    answer = ask(client)
    url = f"/api/conversations/{answer['conversation_id']}"
    assert client.delete(url).json() == {"id": answer["conversation_id"], "deleted": True}
    for response in (client.get(url), client.delete(url), client.patch(url, json={"title": "x"})):
        assert error_of(response) == (404, "not_found")
    rated = client.post(f"/api/answers/{answer['id']}/feedback", json={"rating": "up"})
    assert error_of(rated) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
def test_a_conversation_deleted_while_it_is_answered_stays_deleted(
    bench: Bench, client: TestClient, path: str
) -> None:
    conversation = ask(client)["conversation_id"]

    def deleting() -> Iterator[str]:
        bench.services.conversations.delete(ConversationId(conversation))
        yield "Remove it [1]."

    bench.answerer.pieces = deleting()
    response = client.post(path, json={"question": "and?", "conversation_id": conversation})
    assert response.status_code == 200
    assert '"conversation_id":""' in response.text.replace(" ", "")
    assert client.get("/api/conversations").json()["total"] == 0


def test_answers_are_rated(client: TestClient) -> None:
    answer = ask(client)
    url = f"/api/answers/{answer['id']}/feedback"
    rated = client.post(url, json={"rating": "down", "comment": "no"})
    assert rated.json() == {"id": answer["id"], "rating": "down"}
    whole = client.get(f"/api/conversations/{answer['conversation_id']}").json()
    assert whole["messages"][0]["rating"] == "down"
    client.post(url, json={"rating": None})
    whole = client.get(f"/api/conversations/{answer['conversation_id']}").json()
    assert whole["messages"][0]["rating"] is None
    assert error_of(client.post(url, json={"rating": "great"})) == (400, "invalid_request")


def test_a_comment_stays_until_another_is_given_or_the_rating_is_taken_back(
    client: TestClient,
) -> None:
    answer = ask(client)

    def rated(**feedback: object) -> object:
        response = client.post(f"/api/answers/{answer['id']}/feedback", json=feedback)
        assert response.status_code == 200
        url = f"/api/conversations/{answer['conversation_id']}/export"
        exported = client.get(url, params={"format": "json"}).json()
        return exported["messages"][0]["comment"]

    assert rated(rating="down", comment="no") == "no"
    assert rated(rating="down") == "no"
    assert rated(rating="up", comment="") == ""
    assert rated(rating="up", comment="yes") == "yes"
    assert rated(rating=None) == ""


def test_exports_hold_the_answer_and_its_lines(client: TestClient) -> None:
    answer = ask(client, "how do I remove a container")
    url = f"/api/conversations/{answer['conversation_id']}/export"
    markdown = client.get(url)
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "attachment" in markdown.headers["content-disposition"]
    assert "## how do I remove a container" in markdown.text
    assert "[1] docker.md:3-6" in markdown.text
    assert "````\nRemove a container:\n\n```bash" in markdown.text
    exported = client.get(url, params={"format": "json"})
    document = json.loads(exported.text)
    described = client.get("/openapi.json").json()["paths"][
        "/api/conversations/{conversation_id}/export"
    ]["get"]["responses"]["200"]["content"]["application/json"]["example"]
    assert described.keys() <= document.keys()
    assert document["messages"][0]["answer"]["citations"] == answer["citations"]
    assert error_of(client.get(url, params={"format": "exe"})) == (400, "invalid_request")


def test_pages_of_conversations(client: TestClient) -> None:
    for number in range(5):
        ask(client, f"question {number}")
    page = client.get("/api/conversations", params={"limit": 2, "offset": 2}).json()
    assert [each["title"] for each in page["conversations"]] == ["question 2", "question 1"]
    assert (page["total"], page["next_offset"]) == (5, 4)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "could not be written"), ("ru", "на диск не")]
)
def test_an_answer_that_cannot_be_kept_is_still_given(
    bench: Bench, client: TestClient, language: Language, said: str
) -> None:
    bench.answerer.language = language
    database = bench.services.conversations._database
    with database.reading() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    answers = [ask(client, "word " * 300) for _ in range(50)]
    assert all(answer["citations"] for answer in answers)
    assert said in answers[-1]["notice"]
    assert "cannot be written" not in answers[-1]["notice"]
    assert client.get("/api/conversations").json()["total"] < len(answers)
    assert answers[-1]["conversation_id"] == ""  # there is none to go on with
    for conversation in {answer["conversation_id"] for answer in answers} - {""}:
        url = f"/api/conversations/{conversation}"
        assert client.get(url).status_code == 200
        assert client.patch(url, json={"title": "x" * 200}).status_code in {200, 500}


def test_a_long_question_makes_a_short_title(client: TestClient) -> None:
    ask(client, "word " * 300)
    (listed,) = client.get("/api/conversations").json()["conversations"]
    assert len(listed["title"]) <= 80
    assert listed["title"].endswith("…")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kb.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(IndexUnavailableError, match="newer version"):
        Database(path)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "kb.sqlite3"
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(IndexUnavailableError) as raised:
        Database(path)
    assert "move the file away" in raised.value.hint
    assert path.exists()


def test_a_full_disk_costs_no_conversations(tmp_path: Path) -> None:
    path = tmp_path / "kb.sqlite3"
    path.mkdir()  # like a full disk, it gives an operational error
    with pytest.raises(IndexUnavailableError) as raised:
        Database(path)
    assert "disk has room" in raised.value.hint


def test_a_database_that_cannot_be_opened_is_left_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noting(*args: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*args, **options))
        return opened[-1]

    path = tmp_path / "kb.sqlite3"
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    monkeypatch.setattr(sqlite3, "connect", noting)
    with pytest.raises(IndexUnavailableError):
        Database(path)
    assert opened
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


@pytest.mark.parametrize("how", ["reading", "searching"])
def test_what_cannot_be_read_is_told(tmp_path: Path, how: str) -> None:
    database = Database(tmp_path / "kb.sqlite3")
    with pytest.raises(StorageError) as raised, getattr(database, how)() as connection:
        connection.execute("SELECT * FROM nothing")
    assert "cannot be read" in raised.value.message
    assert raised.value.hint
    database.close()


def test_a_search_keeps_no_question_waiting(tmp_path: Path) -> None:
    database = Database(tmp_path / "kb.sqlite3")
    store = ConversationStore(database)
    kept = threading.Event()

    def keep() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO conversation VALUES ('a', 'b', 0, 0)")
        kept.set()

    with database.searching():
        threading.Thread(target=keep).start()
        assert kept.wait(PATIENCE_S)
    assert store.list(limit=5, offset=0)[1] == 1
    database.close()


def test_a_search_reads_each_answer_once(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, "one")
    ask(client, "two")
    folded: list[str] = []

    def noting(text: str | None) -> str:
        folded.append(text or "")
        return (text or "").casefold()

    monkeypatch.setattr("server.conversations._casefold", noting)
    found = client.get("/api/conversations", params={"q": "nowhere"}).json()
    assert found["total"] == 0
    assert len(folded) == 4, "a title and an answer each"


def test_a_page_past_the_end_tells_how_many_there_are(client: TestClient) -> None:
    for _ in range(3):
        ask(client, "x")
    page = client.get("/api/conversations", params={"offset": 5, "q": "x"}).json()
    assert (page["conversations"], page["total"]) == ([], 3)


def test_the_last_turns_are_the_history(client: TestClient, bench: Bench) -> None:
    store = bench.services.conversations
    answer = AnswerBody.model_validate(ask(client, "0"))
    conversation = new_conversation_id()
    for number in range(25):
        turn = answer.model_copy(update={"id": str(number), "question": f"question {number}"})
        (store.add if number else store.begin)(conversation, turn)
    history = store.history(conversation)
    assert [turn.question for turn in history] == [f"question {n}" for n in range(5, 25)]
