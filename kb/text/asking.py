"""The part of a message that asks, where the rest only tells how it came to be asked.

`Guests are coming tonight. How do I change the wifi password?` asks its second sentence. What is
left out must not be needed: the part that is kept says enough by itself and points at nothing,
and the part that is left out names no flag, path or command.
"""

from __future__ import annotations

import re
from typing import Final

from kb.text.colloquial import spelt_out
from kb.text.command_lines import words_before_program
from kb.text.courtesies import without_courtesies
from kb.text.intent import Intent, detect_intent
from kb.text.language import detect_language
from kb.text.programs import PROGRAMS
from kb.text.tokens import Token, fold, is_cyrillic, is_stop_word, tokenize
from kb.text.words import INTERROGATIVE, any_of

_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+|(?<=\s)[:;]-?[)D(]+\s*|\n+")
_SMILE: Final = re.compile(r"(?<=\w)\)+\s+")
"""A bracket that closes nothing."""
_INTERROGATIVE: Final = (
    r"(?:(?!which\s+(?:is|are|was|has|does|makes?|means?)\b)"
    rf"{INTERROGATIVE}|можно|can\s+i|do\s+i|should\s+i|is\s+there)\b"
)
_JOINED: Final = r"(?:(?:а|и|но|так|so|but|and|then)\s+)?"
_CLAUSE: Final = re.compile(rf"(?:,|:|;|\s[—–-])\s+{_JOINED}(?={_INTERROGATIVE})", re.IGNORECASE)
_BEGINS_ASKING: Final = re.compile(rf"^\W*{_JOINED}{_INTERROGATIVE}", re.IGNORECASE)
_POINTING: Final = re.compile(
    rf"(?<![\w-])(?:{any_of('personal', 'this', 'there')}|ones?|so|так|такой|такое)(?![\w-])",
    re.IGNORECASE,
)
_PERSONAL: Final = re.compile(
    r"(?<![\w-])(?:i|i'm|i'd|i've|me|we|we're|us|я|мне|меня|мы|нас|нам"
    r"|хочу|хотел[аи]?|решил[аи]?|думаю|сижу|пытаюсь|собираюсь|пробую|ищу|надоело|устал[аи]?)(?![\w-])",
    re.IGNORECASE,
)
_CONDITION: Final = re.compile(
    r"^\W*(?:when|if|after|before|while|since|once|as|every|each|for|in|on|with|without"
    r"|если|когда|после|перед|пока|при|чтобы|раз|в|на|у|для|без|с|со|из)\b",
    re.IGNORECASE,
)
_GENERIC: Final = frozenset(
    """
    do does did now next happen happened idea cure way ways thing things suggest help wrong use
    start look begin even exactly again then still actually
    делать быть случилось сделать вышло способ идея идеи начать именно опять смотреть
    теперь сейчас вообще тогда
    """.split()
)
_ENOUGH: Final = 2
_ENOUGH_IN_CLAUSE: Final = 3
"""Content words of what is kept: a clause leans on the one before it more than a sentence does."""


def asked_part(text: str) -> str:
    """Return what asks of a message, without courtesies and colloquial spellings.

    All of it is returned where the asking part would not be understood alone. Of a command line
    that is the question it is the command: `docker ps` of `sudo docker ps`.
    """
    if command := _wrapped_command(text):
        return command
    plain = without_courtesies(spelt_out(text))
    part = _asking_clause(_asking_sentences(plain))
    return without_courtesies(part) if part != plain else plain


def _wrapped_command(text: str) -> str:
    """Return the command line of a known program behind `sudo` or `NAME=value`; empty for none."""
    words = text.split()
    before = words_before_program(words)
    command = words[before:] if before else []
    return " ".join(command) if PROGRAMS.intersection(command[:1]) else ""


def _asking_sentences(text: str) -> str:
    marked = text if "(" in text else _SMILE.sub(". ", text)
    sentences = [one for one in _SENTENCE.split(marked) if one.strip()]
    asking = " ".join(one for one in sentences if _asks(one))
    telling = " ".join(one for one in sentences if not _asks(one))
    is_enough = _says_enough(asking, _ENOUGH) and not _names_something(telling)
    return asking if telling and is_enough else text


def _asks(sentence: str) -> bool:
    if sentence.rstrip().endswith("?") or _BEGINS_ASKING.match(sentence):
        return True
    return detect_intent(sentence, has_flag=False) in {Intent.HOW_TO, Intent.COMPARISON}


def _asking_clause(text: str) -> str:
    for cut in _CLAUSE.finditer(text):
        telling, asking = text[: cut.start()], text[cut.end() :]
        is_about_person = _PERSONAL.search(telling) and not _CONDITION.match(telling)
        if (
            is_about_person
            and _says_enough(asking, _ENOUGH_IN_CLAUSE)
            and not _names_something(telling)
        ):
            return asking
    return text


def _says_enough(text: str, least: int) -> bool:
    tokens = [token for token in tokenize(text) if not is_stop_word(token)]
    content = [token for token in tokens if fold(token.surface) not in _GENERIC]
    return len({token.term for token in content}) >= least and not _POINTING.search(text)


def _names_something(text: str) -> bool:
    is_russian = detect_language(text) == "ru"
    return any(_is_name(token, is_russian=is_russian) for token in tokenize(text)) or any(
        sign in text for sign in '`"«'
    )


def _is_name(token: Token, *, is_russian: bool) -> bool:
    if token.kind != "word":
        return not token.surface.isdigit()
    return is_russian and not is_cyrillic(fold(token.surface))
