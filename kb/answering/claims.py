"""The check of a language model's answer: each claim has a passage that bears it out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kb.commands.naming import named_with_program
from kb.model import Citation
from kb.text.sentences import split_sentences
from kb.text.stopwords import STOP_WORDS
from kb.text.tokens import Token, analyze, tokenize
from kb.text.translation import translations

_MARKER: Final = re.compile(r"\[(\d{1,3})\]")
_CODE: Final = re.compile(r"`([^`\n]+)`")
_QUOTED: Final = re.compile(r"[«“\"]([^«»“”\"\n]{3,})[»”\"]")
_ITEM: Final = re.compile(r"^\s*\d{1,2}[.)]\s+")
_FENCE_LINE: Final = re.compile(r"^\s*(?:`{3,}|~{3,}).*$")
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


def check_reply(reply: str, passages: Sequence[Citation]) -> CheckedReply:
    """Return the reply without the claims that no cited passage bears out.

    A claim is a sentence, or a line of code. It stays when it names passages that exist, its code
    and its quotes, in backticks or not, stand in them letter by letter, and its words are mostly
    theirs. A line of a code block stays when it stands in some passage.
    """
    by_number = {passage.n: passage for passage in passages}
    kept: list[str] = []
    cited: dict[int, None] = {}
    removed = 0
    in_fence = False
    for line in reply.strip().split("\n"):
        if _FENCE_LINE.match(line):
            in_fence = not in_fence
            kept.append("```")
            continue
        claims = [line] if in_fence else _claims(line)
        good = [c for c in claims if _holds(c, by_number, in_fence=in_fence)]
        removed += len(claims) - len(good)
        for claim in good:
            cited.update(dict.fromkeys(_numbers(claim)))
        if good or not line.strip():
            kept.append(" ".join(good))
    if in_fence:
        kept.append("```")
    text = re.sub(r"```\n```\n?", "", "\n".join(kept)).strip()
    return CheckedReply(text=text, cited=tuple(cited), removed=removed)


def _claims(line: str) -> list[str]:
    """Split a line into sentences; a marker after a full stop belongs to the sentence before."""
    joined = re.sub(r"([.!?])\s*((?:\[\d{1,3}\]\s*)+)", r" \2\1 ", line).strip()
    return [claim for claim in split_sentences(joined) if claim.strip()] if joined else []


def _numbers(claim: str) -> list[int]:
    return [int(number) for number in _MARKER.findall(claim)]


def _holds(claim: str, passages: Mapping[int, Citation], *, in_fence: bool) -> bool:
    if in_fence:
        return not claim.strip() or any(_stands_in(claim, p.quote) for p in passages.values())
    numbers = _numbers(claim)
    if not numbers or any(number not in passages for number in numbers):
        return False
    quotes = [passages[number].quote for number in numbers]
    said = _ITEM.sub("", _MARKER.sub("", claim))
    quoted = [*_CODE.findall(said), *_QUOTED.findall(said)]
    if not all(any(_stands_in(part, quote) for quote in quotes) for part in quoted):
        return False
    if not all(any(_is_said_in(part, quote) for quote in quotes) for part in _literal(said)):
        return False
    return _support(said, "\n".join(quotes)) >= _SUPPORT


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
