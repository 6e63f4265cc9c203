"""Every line of the list: refused with its code, neutralised with its note, confirmed, allowed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kb.commands.judging import judge
from kb.commands.limits import DEFAULT_RULES
from kb.commands.line.grammar import parse
from kb.commands.line.tokens import quote
from kb.commands.offer import offer
from kb.commands.plan import plan
from kb.commands.readers import offered_commands
from kb.commands.spec import CommandSpec, FlagSpec, Verdict, all_commands, global_flags
from kb.commands.texts import text_keys
from kb.commands.values.kinds import KINDS
from kb.errors import CommandRefusedError, KbError
from kb.model import LineRange, NoteId, Risk
from tests.cases_files import load_jsonl

CASES = load_jsonl("commands/verdicts.jsonl")
VERDICTS = ("refuse", "neutralise", "confirm", "allow")
README = Path(__file__).parents[4] / "README.md"
EDITABLE = {
    "invalid_value", "bad_volume", "bad_port", "outside_context", "remote_context", "shell_syntax"
}  # fmt: skip
"""A value (for `$NAME`, one at all) can be put in: the command is offered all the same."""


def of(verdict: str) -> list[dict[str, str]]:
    return [case for case in CASES if case["verdict"] == verdict]


@pytest.mark.parametrize("case", of("refuse"), ids=lambda case: ascii(case["text"]))
def test_refused(case: dict[str, str]) -> None:
    with pytest.raises(CommandRefusedError) as caught:
        plan(case["text"], confirmed=True)
    assert caught.value.code == case["code"]


@pytest.mark.parametrize("case", of("neutralise"), ids=lambda case: ascii(case["text"]))
def test_neutralised(case: dict[str, str]) -> None:
    judgement = judge(parse(case["text"]), DEFAULT_RULES)
    assert case["code"] in [note.key for note in judgement.notes]
    assert plan(case["text"], confirmed=False).notes


@pytest.mark.parametrize("case", of("confirm"), ids=lambda case: ascii(case["text"]))
def test_confirmed(case: dict[str, str]) -> None:
    asked = plan(case["text"], confirmed=False)
    assert asked.needs_confirmation
    assert asked.risk is Risk.DESTROY
    assert not plan(case["text"], confirmed=True).needs_confirmation


@pytest.mark.parametrize("case", of("allow"), ids=lambda case: ascii(case["text"]))
def test_allowed(case: dict[str, str]) -> None:
    planned = plan(case["text"], confirmed=False)
    assert not planned.notes
    assert not planned.needs_confirmation


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"]))
def test_an_offer_judges_as_the_plan_does(case: dict[str, str]) -> None:
    offered = offer(case["text"], note=NoteId("n.md"), lines=LineRange(start=1, end=1))
    if case["verdict"] != "refuse":
        assert offered.runnable
        assert offered.refusal is None
    elif offered.refusal is None:
        assert case["code"] in EDITABLE
        assert any(slot.hint or slot.placeholder for slot in offered.slots)
    else:
        assert offered.refusal.code == case["code"]
        assert offered.refusal.message


@pytest.mark.parametrize("case", of("refuse"), ids=lambda case: ascii(case["text"]))
def test_a_suggestion_may_run(case: dict[str, str]) -> None:
    offered = offer(case["text"], note=NoteId("n.md"), lines=LineRange(start=1, end=1))
    if offered.refusal and offered.refusal.suggestion:
        again = offer(
            offered.refusal.suggestion, note=NoteId("n.md"), lines=LineRange(start=1, end=1)
        )
        assert again.runnable, offered.refusal.suggestion


def test_the_readme_tells_the_counts() -> None:
    """Each line has passed a test above; none may be missing from the figures."""
    counted = Counter(case["verdict"] for case in CASES)
    told = (
        f"{len(CASES)} command lines are tried in the tests: {counted['refuse']} refused, "
        f"{counted['neutralise']} neutralised, {counted['confirm']} confirmed, "
        f"{counted['allow']} allowed, 0 escaped"
    )
    assert counted.total() == sum(len(of(verdict)) for verdict in VERDICTS)
    assert told in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: command.path)
def test_each_command_is_offered_or_refused(command: CommandSpec) -> None:
    if command.verdict is Verdict.ALLOW:
        assert command.path in offered_commands() or command.path.startswith("compose ")
    else:
        assert f"refuse.{command.code}" in text_keys()


def refused_options() -> list[tuple[str, FlagSpec]]:
    """Return (command line without the option, option), `{}` where the option stands."""
    found = [("docker {} ps", flag) for flag in global_flags("docker")]
    found += [("docker-compose {} ps", flag) for flag in global_flags("compose")]
    for command in all_commands():
        operands = " ".join(KINDS[o.kind].sample for o in command.operands if o.required)
        found += [(f"docker {command.path} {{}} {operands}", flag) for flag in command.flags]
    return [(line, flag) for line, flag in found if flag.verdict is Verdict.REFUSE]


@pytest.mark.parametrize("value", ["false", "0", "", "x"])
@pytest.mark.parametrize(
    ("line", "flag"), refused_options(), ids=lambda each: getattr(each, "name", each)
)
def test_an_option_is_refused_with_any_value(line: str, flag: FlagSpec, value: str) -> None:
    """`false` turns a switch off; it is the value of any other option like any other text."""
    given = f"{flag.name}={quote(value)}" if flag.takes_value else flag.name
    with pytest.raises(CommandRefusedError) as caught:
        plan(line.format(given), confirmed=True)
    assert caught.value.code == flag.code


def test_what_is_missing_is_named_in_the_language() -> None:
    with pytest.raises(CommandRefusedError, match="one more value: image"):
        plan("docker run -d", confirmed=True)
    with pytest.raises(CommandRefusedError, match="не хватает значения: образ"):
        plan("docker run -d", confirmed=True, language="ru")


def test_a_refusal_speaks_russian() -> None:
    with pytest.raises(KbError) as caught:
        plan("docker run --privileged alpine", confirmed=True, language="ru")
    assert "права на машину" in caught.value.message
    assert caught.value.hint == "Большинству образов это не нужно; уберите."


@pytest.mark.parametrize(
    "case", load_jsonl("commands/suggestions.jsonl"), ids=lambda case: ascii(case["text"])
)
def test_what_is_suggested_instead(case: dict[str, str]) -> None:
    with pytest.raises(CommandRefusedError) as caught:
        plan(case["text"], confirmed=True)
    assert caught.value.suggestion == case["suggestion"]
    assert caught.value.code == case.get("code", caught.value.code)


@pytest.mark.parametrize(
    "case", load_jsonl("commands/hints.jsonl"), ids=lambda case: ascii(case["text"])
)
def test_what_is_advised(case: dict[str, str]) -> None:
    with pytest.raises(CommandRefusedError) as caught:
        plan(case["text"], confirmed=True)
    assert caught.value.hint == case["hint"]


@pytest.mark.parametrize(
    "text",
    [
        "docker run -v ./nginx.conf:/etc/nginx/nginx.conf:ro nginx",
        "docker run --mount type=bind,src=/a/x.ini,dst=/etc/x.ini nginx",
    ],
)
def test_a_file_of_the_computer_is_told_from_a_folder(text: str) -> None:
    with pytest.raises(CommandRefusedError, match="is a file of the computer") as caught:
        plan(text, confirmed=True)
    assert caught.value.code == "host_mount"
    assert "COPY" in caught.value.hint
