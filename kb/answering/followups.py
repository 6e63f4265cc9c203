"""Follow-up questions made to stand alone, by the conversation's own words and no model.

Three things are recognised: an ellipsis ("а -v?", "and in docker start?", "what about a volume?"),
which asks the last question again with another thing in it; a pronoun ("how do I remove it?", "а
как его удалить?"), which stands for the thing that the last question was about; and a flag without
its command ("что делает -a?"), which is one of the command that was spoken of. Any other question
is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.answering.ellipsis import (
    ASKING,
    compared,
    completed,
    conditional,
    is_fragment,
    last_name,
    replaced,
    stripped,
    topic,
)
from kb.commands.naming import NamedCommand, named_in, spec_of
from kb.model import Turn
from kb.text.command_lines import command_name
from kb.text.language import detect_language
from kb.text.tokens import Token, is_stop_word, tokenize
from kb.text.wordforms import is_english_deed, things_in
from kb.text.words import any_of

_WELL: Final = r"^\W*(?:(?:ладно|хорошо|ок|понятно|ясно|спасибо|ok|okay|thanks|great|fine)\W+)?"
_LEAD_IN: Final = re.compile(
    rf"{_WELL}(?:а что насч[её]т|а что с|а как насч[её]т|а как же|а ещ[её]|ну а|а|и"
    r"|and what about|what about|how about|and|but|now)\s+(?=\S)",
    re.IGNORECASE,
)
_CONJUNCTION: Final = re.compile(rf"{_WELL}(?:ну\s+)?(?:а|и|and|but)\s+(?=\w+\W+\w)", re.IGNORECASE)
"""What joins a question to the one before it; as a question of its own it begins after it."""
_THERE: Final = re.compile(rf"\b{any_of('there')}\b", re.IGNORECASE)
_LEADING_PREPOSITION: Final = re.compile(r"^\W*(?:in|of|for|with|у|в|для|с)\s", re.IGNORECASE)
_SAID_OF_NOTHING: Final = (
    r"it\s+(?:(?:takes?|took|matters?|seems?|depends?|makes? sense|possible)\b"
    r"|(?:necessary|safe|ok|okay|better|best|worth|good|bad|enough|required|true|normal)"
    r"\s+(?:to|that|if|for|not)\b)"
)
_STANDS_FOR: Final = re.compile(
    rf"(?<![\w-])(?!{_SAID_OF_NOTHING}){any_of('personal')}(?![\w-])", re.IGNORECASE
)
_HAS_IT: Final = re.compile(r"(?<!\w)у\s+$", re.IGNORECASE)
_WHO_HAS: Final = re.compile(r"(?<!\w)у\s+(?:сам\w+\s+)?(?P<who>[\w.-]+)", re.IGNORECASE)
_OF_A_PERSON: Final = re.compile(r"he|she|his|him|her", re.IGNORECASE)
_REMEMBERED: Final = 3
"""So many questions back somebody may be meant."""
_ONE: Final = re.compile(r"(?<![\w-])(?:this one|that one|one(?=\W*$))(?![\w-])", re.IGNORECASE)
_POINTING: Final = re.compile(
    r"(?<![\w-])(?!that\s+(?:the|a|an|i|you|we|my|there)\b)"
    rf"{any_of('this')}(?![\w-])",
    re.IGNORECASE,
)
_OF_THEM: Final = re.compile(
    r"\b(?P<many>all|both|some|any|each|most|none) of (?:them|these|those)\b", re.IGNORECASE
)
_THIS_COMMAND: Final = re.compile(
    r"\b(?:this|that|эт(?:а|у|ой)) (?:command|команд(?:а|у|ы|ой))\b", re.IGNORECASE
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
_THIS_FLAG: Final = re.compile(
    r"\b(?:this|that|эт(?:от|ого|им|ом|а|у|ой)) "
    r"(?:flag|option|switch|key|флаг\w?|ключ\w?|параметр\w?|опци[яюи])\b",
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
    if pointed := _pointed_at(rest, last):
        return pointed
    if them := _OF_THEM.search(rest):
        rest = asked = _without_of_them(them, previous)
    if pronoun := _pronoun(rest):
        meant = _meant_by(pronoun, history)
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


def _pointed_at(rest: str, last: Turn) -> str | None:
    """Name what "this command" or "that flag" is, if it is known; None where none is spoken of."""
    if command := _THIS_COMMAND.search(rest):
        name = _spoken_command(last)
        return rest[: command.start()] + name + rest[command.end() :] if name else rest
    if this := _THIS_FLAG.search(rest):
        spoken = f"{last.standalone_question} {last.command}"
        flags = {flag.surface for flag in _flags_in(spoken)}
        if len(flags) != 1:
            return rest
        return _with_command(rest[: this.start()] + flags.pop() + rest[this.end() :], last)
    return None


def _without_of_them(them: re.Match[str], previous: str) -> str:
    """Say "delete all of them" as "delete all containers", and "all of them" alone as "all"."""
    before, after = them.string[: them.start()], them.string[them.end() :]
    meant = f"{them['many']} {topic(previous)}" if before.strip() else them["many"]
    return before + meant + after


def _flags_in(text: str) -> list[Token]:
    return [token for token in tokenize(text) if token.kind == "flag"]


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
        return _ask_of_flag(rest, last, is_bare=not ASKING.search(rest), has_lead_in=has_lead_in)
    is_ellipsis = has_lead_in or _LEADING_PREPOSITION.match(rest)
    if is_ellipsis and (asked := _ask_of_command(rest, content, last)):
        return asked
    if not has_lead_in and not is_fragment(rest):
        return None
    return completed(rest, last.standalone_question, before_tail=tailless)


def _ask_of_flag(rest: str, last: Turn, *, is_bare: bool, has_lead_in: bool) -> str:
    """Ask of a flag of the command that the conversation is about."""
    if is_bare:
        flags = _flags_in(last.standalone_question)
        thing = stripped(rest)
        if flags:
            rest = replaced(last.standalone_question, flags[0], thing)
        else:
            rest = _flag_question(thing, last.standalone_question)
        return _with_command(rest, last)
    is_about_last = has_lead_in or _THERE.search(rest) or _has_flags(_spoken_command(last), rest)
    return _with_command(rest, last) if is_about_last else rest


def _has_flags(command: str, asked: str) -> bool:
    """Tell whether a command has every flag that is asked about."""
    spec = spec_of(command)
    return spec is not None and all(spec.flag(flag.surface) for flag in _flags_in(asked))


def _ask_of_command(rest: str, content: Sequence[Token], last: Turn) -> str | None:
    """Ask the last question of another command; None where the rest is no command alone.

    The command takes the place of the old one; where a flag was asked about and no command was
    named, it is named now.
    """
    command = next(iter(named_in(rest)), None)
    if command is None or ASKING.search(rest) or _says_more(content, command):
        return None
    previous = last.standalone_question
    flags = _flags_in(previous)
    named = sorted(named_in(previous), key=lambda one: not one.has_program)
    old = next((one for one in named if one.has_program or flags), None)
    words = rest[command.start : command.end]
    new_flags = [token.surface for token in content if token.kind == "flag"]
    if old is None:
        asked = _naming(previous, _with_program(words, command)) if flags else None
    else:
        new = _with_program(words, command) if old.has_program else words
        if not flags:
            new = " ".join([new, *new_flags])
        asked = previous[: old.start] + new + previous[old.end :]
    if asked is None or not (flags and new_flags):
        return asked
    return replaced(asked, _flags_in(asked)[0], " ".join(new_flags))


def _says_more(content: Sequence[Token], command: NamedCommand) -> bool:
    """Tell whether more is said than a command with flags."""
    return any(
        not (token.kind == "flag" or command.start <= token.start < command.end)
        for token in content
    )


def _with_program(words: str, command: NamedCommand) -> str:
    return words if command.has_program else f"docker {words}"


def _flag_question(flag: str, previous: str) -> str:
    return f"что делает {flag}?" if detect_language(previous) == "ru" else f"what does {flag} do?"


def _with_command(asked: str, last: Turn) -> str:
    """Name the command that the conversation is about, unless the question names one."""
    name = _spoken_command(last)
    if not name or name.split()[-1] in {token.surface.lower() for token in tokenize(asked)}:
        return asked
    return _naming(asked, name)


def _naming(asked: str, name: str) -> str:
    link = "в" if detect_language(asked) == "ru" else "in"
    return f"{asked.rstrip('? ')} {link} {name}?"


def _spoken_command(last: Turn) -> str:
    """Return the name of the command that was asked about, else of the one that was offered."""
    asked = last.standalone_question
    named = next((one for one in named_in(asked) if one.has_program), None)
    return asked[named.start : named.end] if named else command_name(last.command)


def _meant_by(pronoun: re.Match[str], history: Sequence[Turn]) -> str:
    """Return what a pronoun stands for: "he" for who was named last, "it" for the last topic.

    "У неё" is who has something in the last question too.
    """
    if _has_something(pronoun):
        owners = list(_WHO_HAS.finditer(history[-1].standalone_question))
        if owners:
            return owners[-1]["who"]
    if _OF_A_PERSON.fullmatch(pronoun.group()):
        recent = reversed(history[-_REMEMBERED:])
        named = (last_name(turn.standalone_question) for turn in recent)
        if person := next(filter(None, named), ""):
            return person
    return topic(history[-1].standalone_question)


def _pronoun(rest: str) -> re.Match[str] | None:
    """Return the pronoun that stands for what the conversation is about.

    Where the question names a thing before a pronoun, it means that one. "This" and "это" point
    back only where the question names nothing at all: they also belong to a noun ("this error")
    or only join clauses.
    """
    tokens = list(tokenize(rest))
    if one := _ONE.search(rest):
        # "And a redis one?" asks of another kind of thing.
        before = [thing for thing in things_in(tokens) if thing.start < one.start()]
        return one if ASKING.search(rest) or all(map(is_english_deed, before)) else None
    things = things_in(tokens)
    for personal in _STANDS_FOR.finditer(rest):
        before = [token for token in tokens if token.start < personal.start()]
        # The word right before is what is done to it ("list them") or what it has: "образ у неё".
        last = -2 if _has_something(personal) else -1
        if not any(token in things for token in before[:last]):
            return personal
    return None if things else _POINTING.search(rest)


def _has_something(pronoun: re.Match[str]) -> bool:
    """Tell whether a pronoun says who has something: "у неё"."""
    return _HAS_IT.search(pronoun.string, 0, pronoun.start()) is not None
