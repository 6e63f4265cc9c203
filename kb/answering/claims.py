"""The check of a language model's answer: each claim has a passage that bears it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kb.answering.reply_parts import PartKind, ReplyPart, parts_of_reply
from kb.commands.naming import named_with_program
from kb.model import Citation
from kb.text.markers import BULLET
from kb.text.sentences import split_sentences
from kb.text.stopwords import STOP_WORDS
from kb.text.tokens import Token, analyze, tokenize
from kb.text.translation import translations

_MARKER: Final = re.compile(r"\[(\d{1,3})\]")
_CODE: Final = re.compile(r"`([^`\n]+)`")
_QUOTED: Final = re.compile(r"[«“\"]([^«»“”\"\n]{3,})[»”\"]")
_CODE_OR_MARKER: Final = re.compile(rf"(?P<code>{_CODE.pattern})|{_MARKER.pattern}")
_STOP_AND_MARKERS: Final = re.compile(
    r"`[^`\n]+`|(?P<stop>[.!?])\s*(?P<markers>(?:\[\d{1,3}\]\s*)+)"
)
_LEAD: Final = re.compile(rf"\s*(?:\d{{1,3}}[.)]|{BULLET})\s+")
"""How a line of a list begins. It is checked against nothing, so that a number with more digits
than an answer has items (`1969. …`) is left to the claim."""
_SUPPORT: Final = 0.3
"""Least share of a claim's content words that its passages hold, translations counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReply:
    """What is left of a reply."""

    text: str
    """The claims that are borne out, with their markers."""
    cited: tuple[int, ...]
    """Numbers of the passages cited, in the order of their first use."""
    removed: int
    """How many claims were taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _CheckedPart:
    lines: tuple[str, ...]
    cited: tuple[int, ...]
    removed: int


def check_reply(reply: str, passages: Sequence[Citation]) -> CheckedReply:
    """Return the reply without the claims that no cited passage bears out.

    A claim is a sentence, a row of a table, or a line of code. It stays when it names passages
    that exist, its code and its quotes, in backticks or not, stand in them letter by letter, and
    its words are mostly theirs. A line of a code block stays when it stands in some passage.
    """
    by_number = {passage.n: passage for passage in passages}
    parts = [_checked(part, by_number) for part in parts_of_reply(reply.strip())]
    return CheckedReply(
        text="\n".join(line for part in parts for line in part.lines).strip(),
        cited=tuple(dict.fromkeys(number for part in parts for number in part.cited)),
        removed=sum(part.removed for part in parts),
    )


def _checked(part: ReplyPart, passages: Mapping[int, Citation]) -> _CheckedPart:
    if part.kind is PartKind.LINE:
        return _checked_line(part.body[0], passages)
    if part.kind is PartKind.CODE:
        good = [line for line in part.body if _stands_in_some(line, passages)]
        return _framed(part, good, cited=())
    header = part.before[0]
    exact = [*_CODE.findall(header), *_literal(header)]
    is_named_so = all(any(_is_said_in(one, p.quote) for p in passages.values()) for one in exact)
    good = [row for row in part.body if is_named_so and _holds(row, passages)]
    return _framed(part, good, cited=[number for row in good for number in _numbers(row)])


def _framed(part: ReplyPart, good: Sequence[str], cited: Iterable[int]) -> _CheckedPart:
    """Return what is left of code or a table; nothing where all of it went."""
    lines = [*part.before, *good, *part.after] if any(map(str.strip, good)) else []
    removed = len(part.body) - len(good)
    return _CheckedPart(lines=tuple(lines), cited=tuple(cited), removed=removed)


def _checked_line(line: str, passages: Mapping[int, Citation]) -> _CheckedPart:
    lead = _LEAD.match(line)
    start = lead.group() if lead else ""
    claims = _claims(line.removeprefix(start))
    good = [claim for claim in claims if _holds(claim, passages)]
    is_kept = good or not line.strip()
    return _CheckedPart(
        lines=(start + " ".join(good),) if is_kept else (),
        cited=tuple(number for claim in good for number in _numbers(claim)),
        removed=len(claims) - len(good),
    )


def _claims(text: str) -> list[str]:
    """Split a line into sentences; a marker after a full stop belongs to the sentence before."""

    def joined(match: re.Match[str]) -> str:
        return f" {match['markers']}{match['stop']} " if match["stop"] else match.group()

    claims = split_sentences(_STOP_AND_MARKERS.sub(joined, text).strip())
    return [claim for claim in claims if any(map(str.isalnum, claim))]


def _numbers(claim: str) -> list[int]:
    return [int(number) for number in _MARKER.findall(_CODE.sub("", claim))]


def _without_markers(claim: str) -> str:
    """Return a claim without its markers; `x[2]` in its code is none."""
    return _CODE_OR_MARKER.sub(lambda match: match["code"] or "", claim)


def _holds(claim: str, passages: Mapping[int, Citation]) -> bool:
    numbers = _numbers(claim)
    if not numbers or any(number not in passages for number in numbers):
        return False
    quotes = [passages[number].quote for number in numbers]
    said = _without_markers(claim)
    quoted = [*_CODE.findall(said), *_QUOTED.findall(said)]
    if not all(any(_stands_in(part, quote) for quote in quotes) for part in quoted):
        return False
    if not all(any(_is_said_in(part, quote) for quote in quotes) for part in _literal(said)):
        return False
    return _support(said, "\n".join(quotes)) >= _SUPPORT


def _stands_in_some(line: str, passages: Mapping[int, Citation]) -> bool:
    return not line.strip() or any(_stands_in(line, one.quote) for one in passages.values())


def _literal(claim: str) -> list[str]:
    """Return what must not be reworded: flags, paths, names, numbers, and commands."""
    tokens = [token.surface for token in tokenize(claim) if _is_exact(token)]
    commands = [claim[one.start : one.end] for one in named_with_program(claim)]
    return [*tokens, *commands]


def _is_exact(token: Token) -> bool:
    """Tell whether a token is no word; "and/or" and "e.g" are words."""
    parts = [part for part in re.split(r"\W", token.surface.lower()) if part]
    is_prose = all(part.isalpha() and (len(part) < 2 or part in STOP_WORDS) for part in parts)
    return token.kind == "flag" or (token.kind == "code" and not is_prose)


def _is_said_in(part: str, text: str) -> bool:
    """Tell whether a text has a piece of code as a whole: `9` is not said in `9.5` or `x9`."""
    whole = re.escape(" ".join(part.split())).replace(r"\ ", r"\s+")
    return re.search(rf"(?<![\w-])(?<!\d\.){whole}(?![\w-]|\.\d)", text) is not None


def _stands_in(part: str, text: str) -> bool:
    return " ".join(part.split()) in " ".join(text.split())


def _support(claim: str, text: str) -> float:
    held = set(analyze(text))
    words = {token.term for token in tokenize(claim)} & set(analyze(claim))
    if not words:
        return 1.0
    found = sum(
        word in held or any(other in held for other, _ in translations(word)) for word in words
    )
    return found / len(words)
