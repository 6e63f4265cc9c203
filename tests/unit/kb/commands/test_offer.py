"""Offers: ids, explanations with the note's words, hints, languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.commands.actions import ExecInContainer
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.offer import command_id, offer
from kb.commands.plan import plan
from kb.model import ChunkId, Citation, Command, Language, LineRange, NoteId, Risk

LINES = LineRange(start=3, end=3)
NOTE = NoteId("docker.md")


def offered(text: str, language: Language = "en", rules: Rules = DEFAULT_RULES) -> Command:
    return offer(text, note=NOTE, lines=LINES, language=language, rules=rules)


def test_the_id_is_that_of_note_lines_and_text() -> None:
    one = offered("docker ps")
    assert one.id == offered("docker ps", "ru").id == command_id(NOTE, LINES, "docker ps")
    assert one.id != offered("docker ps -a").id
    assert one.id != offer("docker ps", note=NoteId("b.md"), lines=LINES).id
    assert one.id != offer("docker ps", note=NOTE, lines=LineRange(start=3, end=4)).id


def test_every_token_is_explained_in_order() -> None:
    text = "docker run --name web -e A=b -p 8090:8080 -itd -v data:/srv nginx:1 nginx -g x"
    tokens = [entry.token for entry in offered(text).explanation]
    assert " ".join(tokens) == text
    assert all(entry.text for entry in offered(text, "ru").explanation)


def test_values_are_explained() -> None:
    texts = {e.token: e.text for e in offered("docker run -p 8090:8080 -v d1:/x nginx").explanation}
    assert texts["8090:8080"] == "port 8090 of the sandbox leads to port 8080 in the container"
    assert texts["d1:/x"] == "the volume d1 appears in the container as /x"


def test_the_words_of_the_note_go_first() -> None:
    asked: list[tuple[str, str]] = []

    def flag_note(command: str, flag: str) -> Citation | None:
        asked.append((command, flag))
        if flag != "-a":
            return None
        return Citation(n=1, note=NOTE, lines=LINES, quote="* -a - все", chunk=ChunkId("c"))

    command = offer("docker ps --all -q", note=NOTE, lines=LINES, flag_note=flag_note)
    explained = {entry.token: entry for entry in command.explanation}
    assert explained["--all"].text == "-a - все"
    assert explained["--all"].citation is not None
    assert explained["-q"].text == "prints the ids alone"
    assert explained["-q"].citation is None
    assert ("docker ps", "--all") in asked
    assert ("docker ps", "-q") in asked


def test_languages() -> None:
    command = offered("docker ps -a", "ru")
    assert [entry.text for entry in command.explanation] == [
        "клиент docker",
        "показывает контейнеры, по строке на каждый",
        "показывает и завершившиеся контейнеры",
    ]


def test_risks() -> None:
    assert offered("docker ps").risk is Risk.READ
    assert offered("docker pull alpine").risk is Risk.CHANGE
    assert offered("docker rm <container>").risk is Risk.DESTROY
    assert offered("docker compose up -d").risk is Risk.CHANGE
    assert offered("docker compose up -d --remove-orphans").risk is Risk.DESTROY


def test_a_command_with_placeholders_may_run_once_they_are_filled() -> None:
    command = offered("docker build -t myImageName <dir>")
    assert command.runnable
    assert [slot.placeholder for slot in command.slots] == [True, True]


def test_a_forbidden_command_is_refused_whatever_its_placeholders() -> None:
    command = offered("docker run --privileged <image>")
    assert not command.runnable
    assert command.refusal is not None
    assert command.refusal.code == "privileged"


@pytest.mark.parametrize("program", ["docker-compose", "docker compose"])
def test_a_spelling_of_compose_that_the_machine_lacks_is_hinted_at(program: str) -> None:
    for absent in ("", "docker-compose", "docker compose"):
        hints = offered(f"{program} up", rules=Rules(absent_compose=absent)).hints
        assert [f"no {absent}:" in hint for hint in hints] == [True] * (absent == program)
    assert offered("docker ps", rules=Rules(absent_compose=program)).hints == ()


def test_a_script_of_several_lines_is_given_as_it_is() -> None:
    text = 'docker exec db psql -c "\nSELECT 1;\n"'
    command = offered(text)
    assert command.runnable
    assert all("\n" not in slot.value for slot in command.slots)
    action = plan(text, confirmed=True).action
    assert isinstance(action, ExecInContainer)
    assert action.command == ("psql", "-c", "\nSELECT 1;\n")


def test_hints() -> None:
    text = 'docker-compose -f "e:\\tmp\\docker-compose.yaml" up -d'
    hints = offered(text).hints
    assert any("Windows" in hint for hint in hints)
    assert any("random" in h or "chooses" in h for h in offered("docker run -p 80 nginx").hints)
    assert any("1 GiB" in hint for hint in offered("docker run -m 9g nginx").hints)
    assert any("volume:/data" in h for h in offered("docker run -v /data nginx").hints)
    assert not offered("docker run -v d1:/data nginx").hints
    assert not offered("docker ps").hints


@given(st.text(max_size=60) | st.text(alphabet="docker run-pv:/$(){}<>'\"\\ ;ab", max_size=60))
def test_an_offer_never_raises(text: str) -> None:
    command = offered(text)
    assert command.runnable == (command.refusal is None)


@pytest.mark.parametrize(
    ("image", "is_told"),
    [
        ("bitnami/kafka:latest", True),
        ("bitnamilegacy/kafka", False),
        ("bitnami", False),
        ("quay.io/bitnami/kafka", False),
    ],
)
def test_an_image_that_has_moved_is_told(image: str, *, is_told: bool) -> None:
    hints = offered(f"docker pull {image}").hints
    assert any("look for bitnamilegacy" in hint for hint in hints) is is_told
