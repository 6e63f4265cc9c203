"""Follow-up questions made to stand alone, by the conversation's own words and no model.

Three things are recognised: an ellipsis ("а -v?", "what about a volume?"), which asks the last
question again with another thing in it (`ellipsis`); a pronoun ("how do I remove it?", "а как его
удалить?"), which stands for the thing that the last question was about (`pronouns`); and a flag or
a command without the other ("что делает -a?", "and in docker start?"), which goes with what was
spoken of (`spoken_command`). Any other question is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.answering.conversation.ellipsis import compared, completed, conditional, is_fragment
from kb.answering.conversation.pronouns import meant_by, pronoun_in
from kb.answering.conversation.spoken_command import ask_of_command, ask_of_flag, pointed_at
from kb.answering.conversation.topics import topic
from kb.answering.conversation.whole_words import stripped
from kb.model import Turn
from kb.text.tokens import is_stop_word, tokenize

_WELL: Final = r"^\W*(?:(?:ладно|хорошо|ок|понятно|ясно|спасибо|ok|okay|thanks|great|fine)\W+)?"
_LEAD_IN: Final = re.compile(
    rf"{_WELL}(?:а что насч[её]т|а что с|а как насч[её]т|а как же|а ещ[её]|ну а|а|и"
    r"|and what about|what about|how about|and|but|now)\s+(?=\S)",
    re.IGNORECASE,
)
_CONJUNCTION: Final = re.compile(rf"{_WELL}(?:ну\s+)?(?:а|и|and|but)\s+(?=\w+\W+\w)", re.IGNORECASE)
"""What joins a question to the one before it; as a question of its own it begins after it."""
_LEADING_PREPOSITION: Final = re.compile(r"^\W*(?:in|of|for|with|у|в|для|с)\s", re.IGNORECASE)
_OF_THEM: Final = re.compile(
    r"\b(?P<many>all|both|some|any|each|most|none) of (?:them|these|those)\b", re.IGNORECASE
)
_EXAMPLE: Final = re.compile(
    r"^\W*(?:(?:дай|покажи|приведи|можно|а|show|give|any|me|an|and)\W+)*"
    r"(?P<word>(?:пример\w?|examples? of(?: the| an?)?)\s+[^\W\d_]+"
    r"|пример\w?|например|examples?|for example)\W*$",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"^\W*(?:(?:а|можно|расскажи|объясни|and|tell|me|in)\W+)*"
    r"(?:подробн(?:ее|ей|о)|поподробнее|(?:more )?details?|tell me more|more)\W*$",
    re.IGNORECASE,
)


def resolve(question: str, history: Sequence[Turn]) -> str:
    """Return the question as it would be asked with no conversation before it.

    Args:
        question: As the user typed it.
        history: The conversation so far, oldest first.
    """
    asked = _CONJUNCTION.sub("", question)
    if not history:
        return asked
    last = history[-1]
    lead_in = _LEAD_IN.match(question)
    rest = question[lead_in.end() :] if lead_in else question
    previous = last.standalone_question
    if whole := conditional(rest, previous) or compared(rest, previous) or _again(rest, previous):
        return whole
    if pointed := pointed_at(rest, last):
        return pointed
    if them := _OF_THEM.search(rest):
        rest = asked = _without_of_them(them, previous)
    if pronoun := pronoun_in(rest):
        meant = meant_by(pronoun, history)
        return rest[: pronoun.start()] + meant + rest[pronoun.end() :] if meant else asked
    tailless = _before_tail(history)
    return _completed(rest, last, tailless=tailless, has_lead_in=bool(lead_in)) or asked


def _again(rest: str, previous: str) -> str | None:
    """Ask the last question again where only an example or more is wanted; None for others."""
    if _MORE.match(rest):
        return stripped(previous)
    if example := _EXAMPLE.match(rest):
        word = example["word"]
        if " " in word and word.lower() != "for example":  # of a file, not of what was asked
            return f"{topic(previous) or stripped(previous)} {word}"
        return f"{stripped(previous)} {'example' if word.isascii() else 'пример'}"
    return None


def _before_tail(history: Sequence[Turn]) -> str:
    """Return the last question without what was only added to the one before: "…, а в фоне?"."""
    last = history[-1].standalone_question
    if len(history) < 2:
        return last
    before = stripped(history[-2].standalone_question)
    tail = stripped(last).removeprefix(f"{before} ")
    return before if stripped(last) != tail and history[-1].question.find(tail) >= 0 else last


def _without_of_them(them: re.Match[str], previous: str) -> str:
    """Say "delete all of them" as "delete all containers", and "all of them" alone as "all"."""
    before, after = them.string[: them.start()], them.string[them.end() :]
    meant = f"{them['many']} {topic(previous)}" if before.strip() else them["many"]
    return before + meant + after


def _completed(rest: str, last: Turn, *, tailless: str, has_lead_in: bool) -> str | None:
    """Return an ellipsis as a whole question; None where it is whole already.

    Args:
        rest: What was typed, without its lead-in.
        last: The last turn.
        tailless: See `_before_tail`.
        has_lead_in: Whether it had one.
    """
    content = [token for token in tokenize(rest) if not is_stop_word(token)]
    if content and all(token.kind == "flag" for token in content):
        return ask_of_flag(rest, last, has_lead_in=has_lead_in)
    is_ellipsis = has_lead_in or _LEADING_PREPOSITION.match(rest)
    if is_ellipsis and (asked := ask_of_command(rest, content, last)):
        return asked
    if not has_lead_in and not is_fragment(rest):
        return None
    return completed(rest, last.standalone_question, before_tail=tailless)
