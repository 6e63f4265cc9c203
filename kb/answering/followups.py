"""Follow-up questions made to stand alone, by the conversation's own words and no model.

Two things are recognised: an ellipsis ("а -v?", "and --rm?", "what about a volume?"), which asks
the last question again with another thing in it, and a pronoun ("how do I remove it?", "а как его
удалить?"), which stands for the thing that the last question was about. Any other question is
left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.model import Turn
from kb.retrieval.question import command_name
from kb.text.intent import Intent, detect_intent
from kb.text.language import detect_language
from kb.text.tokens import Token, is_stop_word, tokenize

_LEAD_IN: Final = re.compile(
    r"^\W*(?:а если|а что насчет|а что насчёт|а что с|а как насчет|а как насчёт|а как же|а"
    r"|и|ну а|а ещё|and what about|what about|how about|and|but)\s+(?=\S)",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(
    r"(?<![\w-])(?:it(?! possible)|them|this one|that one|that|this|those|these"
    r"|него|неё|нее|них|нем|нём|ней|ним|нею|ними|его|её|ее|их|им|ею|это|этого|этот|эту)(?![\w-])",
    re.IGNORECASE,
)
_INFINITIVE: Final = re.compile(r"(?:ть|ти|чь|ться|тись)$")
_GENERIC: Final = frozenset(
    "flag option command key parameter флаг опция ключ команда параметр".split()
)
_PROGRAMS: Final = frozenset({"docker", "git", "linux", "window"})
_SHORT: Final = 3
"""An ellipsis has no more content than so many tokens."""


def resolve(question: str, history: Sequence[Turn]) -> str:
    """Return the question as it would be asked with no conversation before it.

    Args:
        question: As the user typed it.
        history: The conversation so far, oldest first.
    """
    if not history:
        return question
    last = history[-1]
    lead_in = _LEAD_IN.match(question)
    rest = question[lead_in.end() :] if lead_in else question
    if _is_ellipsis(rest, has_lead_in=lead_in is not None):
        return _ask_again(rest, last)
    if _PRONOUN.search(rest) and (topic := _topic(last)):
        return _capitalise_like(question, _PRONOUN.sub(topic, rest, count=1))
    return question


def _is_ellipsis(rest: str, *, has_lead_in: bool) -> bool:
    content = [token for token in tokenize(rest) if not is_stop_word(token)]
    if not content or len(content) > _SHORT or _PRONOUN.search(rest):
        return False
    if detect_intent(rest, has_flag=False) is not Intent.OTHER:
        return False
    only_flags = all(token.kind == "flag" for token in content)
    return has_lead_in or only_flags


def _ask_again(rest: str, last: Turn) -> str:
    """Put the new thing in the place of the old one in the last question."""
    thing = rest.strip().rstrip("?!. ")
    previous = last.standalone_question
    tokens = list(tokenize(previous))
    flags = [token for token in tokens if token.kind == "flag"]
    new_is_flag = any(token.kind == "flag" for token in tokenize(thing))
    if new_is_flag:
        asked = _replace(previous, flags[0], thing) if flags else _flag_question(thing, previous)
        return _with_command(asked, last)
    target = _last_thing(tokens)
    return _replace(previous, target, _bare(thing)) if target else f"{previous} {thing}"


def _flag_question(flag: str, previous: str) -> str:
    return f"что делает {flag}?" if detect_language(previous) == "ru" else f"what does {flag} do?"


def _with_command(asked: str, last: Turn) -> str:
    """Name the command that the conversation is about, unless the question names one."""
    name = " ".join(_spoken_command(last))
    if not name or name.split()[-1] in {token.surface.lower() for token in tokenize(asked)}:
        return asked
    link = "в" if detect_language(asked) == "ru" else "in"
    return f"{asked.rstrip('? ')} {link} {name}?"


def _spoken_command(last: Turn) -> tuple[str, ...]:
    return command_name(last.command) if last.command else ()


def _replace(text: str, token: Token, new: str) -> str:
    return text[: token.start] + new + text[token.start + len(token.surface) :]


def _bare(thing: str) -> str:
    return re.sub(r"^(?:the|a|an)\s+", "", thing, flags=re.IGNORECASE)


def _last_thing(tokens: Sequence[Token]) -> Token | None:
    """Return the last content token that is no verb: what the question is about."""
    things = [token for token in tokens if _is_thing(tokens, token)]
    # "how do I run postgres in docker" is about postgres: the program is the place.
    named = [token for token in things if token.term not in _PROGRAMS]
    return (named or things)[-1] if things else None


def _is_thing(tokens: Sequence[Token], token: Token) -> bool:
    if is_stop_word(token) or token.surface.lower() in _GENERIC:
        return False
    if token.kind == "word" and _INFINITIVE.search(token.surface.lower()):
        return False
    position = tokens.index(token)
    before = tokens[position - 1].surface.lower() if position else ""
    # "how do I remove …", "how to remove …": the word after these is the verb.
    return before not in {"i", "to", "you", "we"}


def _topic(last: Turn) -> str:
    thing = _last_thing(list(tokenize(last.standalone_question)))
    return thing.surface if thing else ""


def _capitalise_like(original: str, text: str) -> str:
    return text[:1].upper() + text[1:] if original[:1].isupper() else text
