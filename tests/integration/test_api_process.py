"""A real server process over real notes: model, index, questions, a change, and a clean end."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.kb_process import Process, kb, start, stop, wait_until_ok
from tests.waiting import wait_until

NOTES = {
    "docker.md": (
        "# Docker\n\nУдалить контейнер:\n\n```bash\ndocker rm 46286a4fff79\n```\n\n"
        "- `-f` — удалить даже запущенный\n\n"
        "Образы лежат в `/var/lib/docker/overlay2`.\n"
    ),
    "git/rebase.md": (
        "# Rebase\n\nAbort a rebase that went wrong:\n\n```bash\ngit rebase --abort\n```\n"
    ),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("served")
    for path, text in NOTES.items():
        note = folder / "notes" / path
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(text, encoding="utf-8")
    running = start(folder / "notes", folder / "state", "--edit")
    wait_until_ok(running.client)
    yield running
    stop(running)


def ask(running: Process, question: str) -> dict[str, Any]:
    response = running.client.post("/api/ask", json={"question": question})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_health_tells_of_the_real_index(running: Process) -> None:
    health = wait_until_ok(running.client)
    assert health["status"] == "ok", health
    assert health["index"]["notes"] == len(NOTES)
    assert health["index"]["chunks"] > 3
    assert health["index"]["fingerprint"]
    assert health["sandbox"]["state"] == "off"


@pytest.mark.parametrize(
    ("question", "note", "line"),
    [
        ("как удалить контейнер", "docker.md", 6),
        ("где лежат образы", "docker.md", 11),
        ("how do I abort a rebase", "git/rebase.md", 6),
    ],
)
def test_answers_quote_the_notes_byte_for_byte(
    running: Process, question: str, note: str, line: int
) -> None:
    answer = ask(running, question)
    assert answer["status"] == "answered"
    first = answer["citations"][0]
    assert first["note"] == note
    assert first["line_start"] <= line <= first["line_end"]
    source = (running.notes / note).read_text(encoding="utf-8").split("\n")
    for citation in answer["citations"]:
        if citation["span"] is None and citation["note"] == note:
            quoted = "\n".join(source[citation["line_start"] - 1 : citation["line_end"]])
            assert citation["quote"] == quoted


def test_the_offered_command_has_its_value_as_a_slot(running: Process) -> None:
    (command, *_) = ask(running, "как удалить контейнер")["commands"]
    assert command["text"] == "docker rm 46286a4fff79"
    assert [slot["value"] for slot in command["slots"]] == ["46286a4fff79"]
    url = f"/api/commands/{command['id']}"
    values = {command["slots"][0]["id"]: "web"}
    preview = running.client.post(f"{url}/preview", json={"values": values}).json()
    assert preview["text"] == "docker rm web"
    response = running.client.post(f"{url}/runs", json={"values": values, "confirm": True})
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "sandbox_unavailable"


def test_the_command_line_uses_the_running_server(running: Process) -> None:
    where = ["--notes", str(running.notes), "--state", str(running.state)]
    result = kb("ask", "как удалить контейнер", "--json", *where)
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["citations"][0]["note"] == "docker.md"
    kept = running.client.get(f"/api/conversations/{answer['conversation_id']}")
    assert kept.status_code == 200
    opened = kb("open", "--no-browser", *where)
    assert opened.stdout.startswith(running.url)
    second = kb("serve", "--port", "0", *where)
    assert second.returncode == 1
    assert running.url in second.stderr


def test_a_saved_note_can_be_asked_about_and_a_deleted_one_not(running: Process) -> None:
    text = "# Yak\n\nThe yak shaving schedule is on every second Thursday.\n"
    headers = {"Content-Type": "text/markdown", "If-None-Match": "*"}
    saved = running.client.put("/api/notes/yak.md", content=text.encode(), headers=headers)
    assert saved.status_code == 201
    wait_for_job(running, saved.json()["job_id"])
    assert ask(running, "when is the yak shaving schedule")["citations"][0]["note"] == "yak.md"
    deleted = running.client.delete("/api/notes/yak.md").json()
    wait_for_job(running, deleted["job_id"])
    answer = ask(running, "when is the yak shaving schedule")
    assert all(citation["note"] != "yak.md" for citation in answer["citations"])
    assert (running.state / "durable" / "trash" / deleted["trash"]).read_text() == text


def wait_for_job(running: Process, job_id: str) -> None:
    job: dict[str, Any] = {}

    def has_ended() -> bool:
        job.update(running.client.get(f"/api/ingest/{job_id}").json())
        return bool(job["state"] != "running")

    wait_until(has_ended, pause_s=0.1)
    assert job["state"] == "done", job


def test_an_edit_on_the_disk_is_followed(running: Process) -> None:
    note = running.notes / "gnu.md"
    note.write_text("# Gnu\n\nThe gnu feeding time is quarter past nine.\n", encoding="utf-8")

    def cited() -> set[str]:
        return {each["note"] for each in ask(running, "gnu feeding time")["citations"]}

    wait_until(lambda: "gnu.md" in cited(), pause_s=0.3)
    note.unlink()
    wait_until(lambda: "gnu.md" not in cited(), pause_s=0.3)
    assert running.client.get("/api/notes/gnu.md").status_code == 404


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_terminated_server_ends_its_streams_and_gives_the_folder_back(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("# A\n\nText.\n", encoding="utf-8")
    running = start(tmp_path / "notes", tmp_path / "state")
    job_id = running.client.post("/api/ingest").json()["job_id"]
    with running.client.stream("GET", f"/api/ingest/{job_id}/events") as response:
        next(response.iter_lines())
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(timeout=60) == 0
    running.client.close()
    assert not (tmp_path / "state" / "server.json").exists()
    _, stderr = running.process.communicate()
    assert "Traceback" not in stderr


def test_everything_works_without_a_server_too(tmp_path: Path) -> None:
    notes, state = tmp_path / "notes", tmp_path / "state"
    notes.mkdir()
    (notes / "docker.md").write_text(NOTES["docker.md"], encoding="utf-8")
    first = kb("ingest", str(notes), "--state", str(state), "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["embedded"] > 0
    again = json.loads(kb("ingest", str(notes), "--state", str(state), "--json").stdout)
    assert (again["embedded"], again["unchanged"]) == (0, 1)
    where = ["--notes", str(notes), "--state", str(state)]
    answer = kb("ask", "как удалить контейнер", *where)
    assert answer.returncode == 0, answer.stderr
    assert "docker rm 46286a4fff79" in answer.stdout
    doctor = kb("doctor", "--json", *where)
    assert doctor.returncode == 0, doctor.stdout
    verdicts = {each["check"]: each["verdict"] for each in json.loads(doctor.stdout)["findings"]}
    assert verdicts["model"] == verdicts["index"] == verdicts["notes"] == "ok"
