"""Options, clusters, operands, positions: as the client's own flag library reads them."""

from __future__ import annotations

import pytest

from kb.commands.line.grammar import parse
from kb.commands.line.invocation import Invocation
from kb.commands.line.tokens import cut_line, quote
from kb.commands.texts import RefusedError
from kb.errors import CommandRefusedError, InvalidInputError
from tests.cases_files import load_jsonl


def options(call: Invocation) -> list[list[str]]:
    return [[option.flag.name, option.value] for option in call.options]


@pytest.mark.parametrize(
    "case", load_jsonl("commands/grammar.jsonl"), ids=lambda c: ascii(c["text"])
)
def test_parse(case: dict[str, object]) -> None:
    call = parse(str(case["text"]))
    assert call.command.path == case["path"]
    assert options(call) == case["options"]
    assert [operand.value for operand in call.operands] == case["operands"]


@pytest.mark.parametrize(
    "case", load_jsonl("commands/tokens.jsonl"), ids=lambda c: ascii(c["text"])
)
def test_tokenize(case: dict[str, object]) -> None:
    assert [token.value for token in cut_line(str(case["text"]))] == case["values"]


@pytest.mark.parametrize(
    "case", load_jsonl("commands/tokens.jsonl"), ids=lambda c: ascii(c["text"])
)
def test_a_quoted_value_is_read_back(case: dict[str, list[str]]) -> None:
    for value in case["values"]:
        (token,) = cut_line(quote(value))
        assert token.value == value
        assert not token.marks - {"quoted"}


def test_an_empty_or_endless_line_is_told() -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        parse("   ")
    with pytest.raises(InvalidInputError, match="8192"):
        parse("docker ps " + "x" * 9000)


def test_a_position_is_that_of_the_value() -> None:
    call = parse("docker run --name=web -p8080:80 -e 'A=b c' nginx")
    for option in call.options:
        token = call.tokens[option.value_token]
        assert token.value[option.value_start :] == option.value


def test_the_last_switch_counts() -> None:
    assert not parse("docker ps -a --all=false").on("--all")
    assert parse("docker ps --all=false -a").on("--all")


@pytest.mark.parametrize(
    "case", load_jsonl("commands/near_misses.jsonl"), ids=lambda c: ascii(c["text"])
)
def test_what_was_meant_is_hinted_at(case: dict[str, str]) -> None:
    with pytest.raises(RefusedError) as caught:
        parse(case["text"])
    assert dict(caught.value.values).get("near", "") == case["near"]
    assert case["near"] in caught.value.hint


def test_a_refused_option_is_never_hinted_at() -> None:
    with pytest.raises(CommandRefusedError) as caught:
        parse("docker run --privilegd alpine")
    assert "--privileged" not in caught.value.hint
