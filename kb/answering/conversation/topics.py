"""What a question is about: its things, the names and labels among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.answering.conversation.whole_words import extent, surface
from kb.text.language import detect_language
from kb.text.tokens import Token, fold, tokenize
from kb.text.wordforms import BEFORE_A_VERB, is_adjective, is_infinitive, things_in
from kb.text.words import any_of

_ASKED_FOR: Final = re.compile(rf"\b(?:{any_of('ask_which')}|what)\s+$", re.IGNORECASE)
_HELPING_VERB: Final = re.compile(
    r"\b(?:does|do|did|can|should|will)\s+(?:(?:the|a|an|my|our)\s+)?$", re.IGNORECASE
)
_PARTICIPLE: Final = re.compile(r"ed$", re.IGNORECASE)
_PROGRAMS: Final = frozenset({"docker", "git", "linux", "window"})
"""Terms of programs and systems: `докер` is `docker`."""
_LABEL: Final = re.compile(r"[A-ZА-ЯЁ]{2,5}|[A-ZА-ЯЁ]{0,4}[-_]?\d+(?:\.\d+)*", re.ASCII)
_NAME: Final = re.compile(r"(?<=\S\s)[^\W\d_a-zа-яё]\w+(?:\s[^\W\d_a-zа-яё]\w+)*")


def topic(question: str) -> str:
    """Return what a pronoun after a question stands for; empty where there is nothing.

    A name may be of several words: in English ("where are nginx logs", "what is a bind mount"), or
    in Latin letters ("systemctl enable что делает").
    """
    things = main_things(question)
    if not things:
        return ""
    begin, end = extent(question, things[0])
    for thing in named_together(question, things):
        end = extent(question, thing)[1]
    return question[begin:end]


def main_things(question: str) -> list[Token]:
    """Return what a question is about: its content tokens that are no verbs.

    "how do I run postgres in docker" is about postgres: the program is the place; but in "how to
    install docker on debian" it is the thing.
    """
    tokens = list(tokenize(question))
    things = things_in(tokens)
    named = [t for t in things if t.term not in _PROGRAMS or _is_object(t, tokens, things)]
    nouns = [thing for thing in named if not is_adjective(thing)]
    return nouns or named or things


def _is_object(program: Token, tokens: Sequence[Token], things: Sequence[Token]) -> bool:
    """Tell whether a program is what something is done to: right after the deed, and alone."""
    position = tokens.index(program)
    if position < 1:
        return False
    before = tokens[position - 1]
    is_after_deed = is_infinitive(before) or (
        position > 1 and fold(tokens[position - 2].surface) in BEFORE_A_VERB
    )
    following = tokens[position + 1 : position + 2]
    return is_after_deed and not any(token in things for token in following)


def named_together(question: str, things: Sequence[Token]) -> list[Token]:
    """Return the things right after the first one that make one name with it."""
    is_russian = detect_language(question) == "ru"
    run = [things[0]]
    for thing in things[1:]:
        end = extent(question, run[-1])[1]
        is_word_of_name = not is_russian or (thing.surface.isascii() and run[-1].surface.isascii())
        is_next = question[end : extent(question, thing)[0]] == " " and thing.kind != "flag"
        if not (is_next and is_word_of_name):
            break
        run.append(thing)
    # "when does my certificate expire", "where are backups stored": the last one is the verb.
    before = question[: things[0].start]
    is_verb = _HELPING_VERB.search(before) or _PARTICIPLE.search(run[-1].surface)
    return run[1:-1] if is_verb and not is_russian else run[1:]


def is_asked_for(thing: Token, question: str) -> bool:
    """Tell whether a question asks which one of these: "какое масло"."""
    return _ASKED_FOR.search(question[: extent(question, thing)[0]]) is not None


def last_name(text: str) -> str:
    """Return the last name of a text that does not begin it, with all its words; empty for none."""
    names = [match.group() for match in _NAME.finditer(text)]
    return names[-1] if names else ""


def is_name(text: str, token: Token) -> bool:
    """Tell whether a token of a text is written as a name."""
    return token.kind == "word" and text[token.start].isupper()


def labels_in(text: str) -> list[Token]:
    """Return a text's labels: capitals or digits, as an error has, or a version."""
    return [token for token in tokenize(text) if _LABEL.fullmatch(surface(text, token))]
