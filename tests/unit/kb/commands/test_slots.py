"""Editable values: found, told from placeholders, filled in without becoming anything else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.commands.line.grammar import parse
from kb.commands.slots import fill, find_slots
from kb.commands.slots.placeholders import is_placeholder
from kb.errors import CommandRefusedError, InvalidInputError, KbError, NeedsValuesError
from tests.cases_files import load_jsonl


@pytest.mark.parametrize("case", load_jsonl("commands/slots.jsonl"), ids=lambda c: ascii(c["text"]))
def test_slots(case: dict[str, Any]) -> None:
    slots = find_slots(case["text"])
    found = [
        [slot.id, slot.value, "placeholder" if slot.placeholder else "hint" if slot.hint else ""]
        for slot in slots
    ]
    assert found == case["slots"]
    assert len({slot.id for slot in slots}) == len(slots)


@pytest.mark.parametrize(
    "case", load_jsonl("commands/placeholders.jsonl"), ids=lambda c: ascii(c["value"])
)
def test_placeholders(case: dict[str, Any]) -> None:
    assert is_placeholder(case["value"], case["kind"]) == case["placeholder"]


def test_choices_and_labels() -> None:
    (slot,) = find_slots("docker rm 46286a4fff79")
    assert (slot.label, slot.choices, slot.placeholder) == ("container", "containers", True)
    (slot,) = find_slots("docker rmi <image>", language="ru")
    assert (slot.label, slot.choices) == ("образ", "images")
    volume, path, image = find_slots("docker run -v data:/srv alpine")
    assert (volume.choices, path.choices, image.choices) == ("volumes", None, "images")
    assert find_slots("docker network rm web")[0].choices == "networks"


@pytest.mark.parametrize(
    "case", load_jsonl("commands/existing.jsonl"), ids=lambda c: ascii(c["text"])
)
def test_what_must_be_there_already(case: dict[str, Any]) -> None:
    slots = find_slots(case["text"])
    assert [[slot.id, slot.choices] for slot in slots if slot.existing] == case["existing"]


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("docker volume rm volume", [17]),
        ("docker run -p3000:3000 web", [13, 18, 23]),
        ('docker run -v "$(pwd)":/app -w /app node', [31, 36]),
        ('docker run -e "A=1 1" -v d1:"/a b" x', [17, 25, 29, 35]),
        ('docker run -e \'A=\'1 -e "A=a\\"b" x', [18, None, 32]),
        ('docker run -e ""A=A x', [18, 20]),
        ("$ docker rm web", [None]),
    ],
)
def test_where_a_value_begins(text: str, starts: list[int | None]) -> None:
    slots = find_slots(text)
    assert [slot.start for slot in slots] == starts
    for slot in slots:
        assert slot.start is None or text.startswith(slot.value, slot.start)


def test_an_uppercase_image_name_is_hinted_at() -> None:
    for text in ("docker build -t MyImage .", "docker build -t myImageName <dir>"):
        assert "lowercase" in find_slots(text)[0].hint
    assert "строчными" in find_slots("docker pull Postgres", language="ru")[0].hint


def test_what_would_do_is_offered() -> None:
    tag, context = find_slots("docker build -t myImageName <dir>")
    assert (tag.offers, context.offers) == (("myimagename",), (".",))
    assert "files that the note gives" in context.hint
    for slot in find_slots("docker run --name web -p 8080:80 nginx"):
        assert (slot.offers, slot.hint) == ((), "")


@pytest.mark.parametrize("case", load_jsonl("commands/fill.jsonl"), ids=lambda c: ascii(c["text"]))
def test_fill(case: dict[str, Any]) -> None:
    assert fill(case["text"], case["values"]) == case["filled"]


@pytest.mark.parametrize(
    "case", load_jsonl("commands/fill_refused.jsonl"), ids=lambda c: ascii(str(c["values"]))
)
def test_a_value_that_cannot_stand_there(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        fill(case["text"], case["values"])


def test_what_is_missing_is_named() -> None:
    with pytest.raises(NeedsValuesError) as caught:
        fill("docker build -t myImageName <dir>", {})
    assert caught.value.slot_ids == ("tag", "context")
    with pytest.raises(NeedsValuesError) as caught:
        fill("docker build -t myImageName <dir>", {"tag": "mine", "context": ""}, language="ru")
    assert caught.value.slot_ids == ("context",)
    assert "Не заполнены" in caught.value.message


def test_a_typed_id_is_meant() -> None:
    assert fill("docker rm 46286a4fff79", {}, typed=True) == "docker rm 46286a4fff79"
    with pytest.raises(NeedsValuesError):
        fill("docker rm 46286a4fff79", {})
    with pytest.raises(NeedsValuesError):
        fill("docker rm <container>", {}, typed=True)


def test_a_placeholder_in_quotes_is_meant_only_where_it_is_typed() -> None:
    text = 'docker run -e "A=<your-password>" alpine'
    with pytest.raises(NeedsValuesError):
        fill(text, {})
    assert fill(text, {}, typed=True) == text
    assert fill(text, {"env": "<your-password>"}) == text


def test_a_slot_that_is_not_there_is_told() -> None:
    with pytest.raises(InvalidInputError, match="nothing") as caught:
        fill("docker rm box", {"nothing": "x"})
    assert "container" in caught.value.hint


def test_a_line_that_cannot_be_parsed_is_refused_in_the_language() -> None:
    with pytest.raises(CommandRefusedError, match="нет параметра"):
        fill("docker ps --nonsense", {}, language="ru")
    assert find_slots("docker ps --nonsense") == ()


LINES = [
    "docker run --name web -e A=b -p 8080:80 -v data:/srv nginx:1 sh -c 'echo hi'",
    "docker rm box",
    "docker build -t mine .",
    "docker logs --tail 10 box",
    "docker exec -w /srv box ls",
    "docker compose -f compose.yaml up -d web",
]


@given(st.sampled_from(LINES), st.data())
def test_no_value_becomes_another_token_or_option(line: str, data: st.DataObject) -> None:
    before = parse(line)
    slots = find_slots(line)
    slot = data.draw(st.sampled_from(slots))
    value = data.draw(
        st.text(max_size=20) | st.sampled_from(["-v", "--privileged", "a b", "'", ";"])
    )
    try:
        filled = fill(line, {slot.id: value})
    except KbError:
        return
    after = parse(filled)
    assert [o.flag.name for o in after.options] == [o.flag.name for o in before.options]
    assert len(after.tokens) == len(before.tokens)
    assert {s.id: s.value for s in find_slots(filled)} == {
        s.id: value if s.id == slot.id else s.value for s in slots
    }


def test_what_may_be_inspected_is_chosen_from_everything() -> None:
    (slot,) = find_slots("docker inspect <name>")
    assert slot.choices == "objects"
