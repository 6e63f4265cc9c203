"""Elliptical questions made whole: "а только запущенные?", "and on the server?", "а удалить?".

What is said takes the place of its counterpart in the last question: a thing that of a thing, a
deed that of a deed, "у redis" that of "у postgres", "где" that of "сколько". What has no
counterpart there is asked beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import Postfix

from kb.text.language import detect_language
from kb.text.tokens import Token, fold, is_stop_word, tokenize
from kb.text.wordforms import (
    BEFORE_A_VERB,
    ORDINALS,
    PREPOSITION_PAIRS,
    PREPOSITIONS,
    TIMES,
    is_adjective,
    is_english_deed,
    is_infinitive,
    is_manner,
    things_in,
)
from kb.text.words import INTERROGATIVE, any_of

ASKING: Final = re.compile(
    rf"\b(?:{INTERROGATIVE}|{any_of('ask_auxiliary')}|можно)\b", re.IGNORECASE
)
_ASKING_PHRASE: Final = re.compile(
    rf"^\W*(?:how (?:long|many|much|often|big|do|to|can|should)|{INTERROGATIVE})\b\s*",
    re.IGNORECASE,
)
_ONLY_ASKS: Final = re.compile(
    rf"^\W*(?:{any_of('ask_circumstance', 'ask_person')}|how (?:long|many|much|often|big))\W*$",
    re.IGNORECASE,
)
_MEASURE: Final = re.compile(
    r"^\W*(?:(?:на|в|за|до|от|по|с|при|из|для|под|у|к|о|at|in|on|from|for|to|with|by)\s+)?"
    rf"(?:сколько|{any_of('ask_which')}|how (?:many|much)|what)(?:\s+по)?\s+[^\W\d_]+\W*$",
    re.IGNORECASE,
)
_COMPARES: Final = re.compile(
    r"^\W*(?P<head>чем|в ч[её]м (?:разница|отличие)|(?:what(?:'s| is) )?(?:the )?difference)"
    r"\s+(?P<tail>(?:отлич\w+\s+от|с|со|от|from|with|to)\s.+)$",
    re.IGNORECASE,
)
_ASKED_FOR: Final = re.compile(rf"\b(?:{any_of('ask_which')}|what)\s+$", re.IGNORECASE)
_SUBJECT: Final = re.compile(
    r"\b(?:does|do|did|is|are|can|should|will)\s+(?:(?:the|a|an|my|our)\s+)?", re.IGNORECASE
)
_DEED_IN_ENGLISH: Final = re.compile(
    r"\b(?:(?:do|can|should|could|must)\s+(?:i|we|you)|how\s+to|to)\s+(?P<deed>[a-z]+)",
    re.IGNORECASE,
)
_HELPING_VERB: Final = re.compile(
    r"\b(?:does|do|did|can|should|will)\s+(?:(?:the|a|an|my|our)\s+)?$", re.IGNORECASE
)
_PARTICIPLE: Final = re.compile(r"ed$", re.IGNORECASE)
_QUANTIFIER: Final = re.compile(
    r"(?<![\w-])(?:все|всё|всех|любые|all|any|every)\s+$", re.IGNORECASE
)
_ONES: Final = re.compile(r"\s+ones?\b\W*$", re.IGNORECASE)
_WHICH_ONE: Final = re.compile(r"(?:[еоыи]й|[еоыи]м|[ыи]х)$")
"""How "следующей" ends, and "другом"; what has no noun of its own."""
_TO_THE_ASSISTANT: Final = re.compile(r"\b(?:you|ты|вы|тебя|вас|тебе|вам)\b", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_ON_SYSTEM: Final = re.compile(
    rf"(?:в|на|под|для|in|on|under|for) {any_of('system')}(?!\w)", re.IGNORECASE
)
_ARTICLE_BEFORE: Final = re.compile(r"\b(a)n?\s$", re.IGNORECASE)
_VOWELS: Final = frozenset("aeiou")
_PROGRAMS: Final = frozenset({"docker", "git", "linux", "window"})
"""Terms of programs and systems: `докер` is `docker`."""
_LABEL: Final = re.compile(r"[A-ZА-ЯЁ]{2,5}|[A-ZА-ЯЁ]{0,4}[-_]?\d+(?:\.\d+)*", re.ASCII)
_NAME: Final = re.compile(r"(?<=\S\s)[^\W\d_a-zа-яё]\w+(?:\s[^\W\d_a-zа-яё]\w+)*")
_SHORT: Final = 3
"""An ellipsis has no more content than so many tokens."""
_MOST_WORDS: Final = 6
"""Nor more words than so many, the small ones included."""


def compared(question: str, previous: str) -> str | None:
    """Return a comparison with its first side: "чем отличается от образа?"; None for others."""
    match = _COMPARES.match(question)
    side = topic(previous) if match else ""
    if match is None or not side:
        return None
    link = "" if detect_language(question) == "ru" else "of "
    return f"{match['head']} {link}{side} {match['tail']}"


def is_fragment(rest: str) -> bool:
    """Tell whether a question without a lead-in is a part of one: "in the background?"."""
    tokens = list(tokenize(rest))
    if not rest.rstrip().endswith("?") or not tokens or len(tokens) > _MOST_WORDS:
        return False
    if _ONLY_ASKS.match(rest) or _MEASURE.match(rest) or _ONES.search(rest):
        return True
    if any(token.kind == "flag" for token in tokens):
        return False
    if ASKING.search(rest):
        return not things_in(tokens) and not _TO_THE_ASSISTANT.search(rest)
    content = [token for token in tokens if not is_stop_word(token)]
    return len(content) <= 1 or _begins_openly(tokens[0])


def _begins_openly(token: Token) -> bool:
    word = fold(token.surface)
    return word in PREPOSITIONS or word in {"только", "лишь", "only", "just"}


def completed(rest: str, previous: str, *, before_tail: str | None = None) -> str | None:
    """Return an ellipsis as a whole question; None where it is whole already.

    Args:
        rest: What was typed, without its lead-in ("а", "and").
        previous: The last question, whole.
        before_tail: The last question without what was only added to its end; the same by default.
    """
    tokens = list(tokenize(rest))
    content = [token for token in tokens if not is_stop_word(token)]
    if not tokens or len(content) > _SHORT:
        return None
    said, asked = stripped(rest), stripped(previous)
    kept = stripped(previous if before_tail is None else before_tail)
    if ASKING.search(rest):
        return _asked_otherwise(said, tokens, asked)
    said, asked, kept = _with_label(said, asked, kept)
    tokens = list(tokenize(said))
    content = [token for token in tokens if not is_stop_word(token)]
    if not tokens:
        return asked
    if fold(tokens[0].surface) in PREPOSITIONS:
        return _with_phrase(said, asked) or f"{kept} {said}"
    is_open = _begins_openly(tokens[0]) and not all(map(is_adjective, content))
    if is_open or all(map(is_manner, content)):
        return _at_another_time(said, asked) or f"{kept} {said}"
    return _with_deed(said, content, asked) or _with_thing(said, content, asked)


def conditional(rest: str, previous: str) -> str | None:
    """Return the last question under a condition: "если он запущен?"; None for others."""
    is_condition = re.match(r"\W*(?:если|if)\b", rest, re.IGNORECASE)
    if not is_condition or rest.count(" ") >= _MOST_WORDS or "," in rest:
        return None
    return f"{stripped(previous)} {stripped(rest)}"


def _asked_otherwise(said: str, tokens: Sequence[Token], asked: str) -> str | None:
    """Ask something else of the same: "а где?", "сколько минут?", "а как вернуть обратно?"."""
    if _ONLY_ASKS.match(said):
        return f"{said} {_ASKING_PHRASE.sub('', asked, count=1)}"
    if _MEASURE.match(said):
        return _with_things(said, asked)
    if things_in(tokens):
        return None
    old = next(filter(is_infinitive, tokenize(asked)), None)
    if old is not None and is_infinitive(tokens[-1]):
        objects = [one for one in main_things(asked) if one.start < old.start]
        wanted = [surface(asked, one) for one in objects if _is_asked_for(one, asked)]
        return " ".join([said, *wanted]) + asked[old.start + len(old.surface) :]
    return _with_things(said, asked)


def _with_label(said: str, asked: str, kept: str) -> tuple[str, str, str]:
    """Put a label in the place of the last question's: E15 for UE, 4.3 for 4.2.

    Returns:
        What is said beside it; the last question, and as much of it as is kept, with the label.
    """
    own, old = labels_in(said), labels_in(asked)
    if len(own) != 1 or len(old) != 1:
        return said, asked, kept
    label = surface(said, own[0])
    rest = " ".join(replaced(said, own[0], "").split())
    if all(is_stop_word(one) or fold(one.surface) in PREPOSITIONS for one in tokenize(rest)):
        rest = ""
    also = labels_in(kept)
    kept = replaced(kept, also[0], label) if also else kept
    return rest, replaced(asked, old[0], label), kept


def _at_another_time(said: str, asked: str) -> str | None:
    """Put "зимой" in the place of "летом"; None where there is no such place."""
    old = next((token for token in tokenize(asked) if fold(token.surface) in TIMES), None)
    is_time = all(fold(token.surface) in TIMES for token in tokenize(said))
    return replaced(asked, old, said) if old and is_time else None


def _with_phrase(said: str, asked: str) -> str | None:
    """Put a phrase with a preposition in the place of one with the same; None where none is."""
    preposition = fold(next(iter(tokenize(said))).surface)
    same = {preposition, *PREPOSITION_PAIRS.get(preposition, ())}
    tokens = list(tokenize(asked))
    places = [n for n, token in enumerate(tokens) if fold(token.surface) in same]
    if _ON_SYSTEM.fullmatch(said):
        # "В линуксе" takes the place of "на винду".
        places = [n for n, token in enumerate(tokens) if _ON_SYSTEM.match(asked, token.start)]
    if not places:
        return None
    begin = places[-1]
    after = (n for n in range(begin + 1, len(tokens)) if fold(tokens[n].surface) in PREPOSITIONS)
    end = next(after, None)
    tail = f" {asked[tokens[end].start :]}" if end is not None else _noun_left_out(said, asked)
    return asked[: tokens[begin].start] + said + tail


def _noun_left_out(said: str, asked: str) -> str:
    """Return the noun that "на следующей" means after "на этой неделе"."""
    own, words = list(tokenize(said)), list(tokenize(asked))
    is_open = len(own) == 2 and _WHICH_ONE.search(own[1].surface)
    if is_open and len(words) > 1 and fold(words[-2].surface) not in PREPOSITIONS:
        return f" {surface(asked, words[-1])}"
    return ""


def _with_deed(said: str, content: Sequence[Token], asked: str) -> str | None:
    """Put a deed in the place of the old one; None where none is said."""
    first = content[0]
    if is_infinitive(first):
        old = next(filter(is_infinitive, tokenize(asked)), None)
        span = (old.start, old.start + len(old.surface)) if old else None
    elif first.start == 0 and is_english_deed(first) and detect_language(said) == "en":
        match = _DEED_IN_ENGLISH.search(asked)
        span = match.span("deed") if match else None
    else:
        return None
    if span is None:
        return _with_things(said, asked) if is_infinitive(first) else None
    own = [token for token in content[1:] if not is_adjective(token)]
    phrase = _phrase_start(said)
    if own and own[0].start > phrase:  # "добавить в группу": to what, but not what
        return asked[: span[0]] + said[:phrase].rstrip() + asked[span[1] :] + f" {said[phrase:]}"
    return asked[: span[0]] + said + ("" if own else asked[span[1] :])


def _phrase_start(said: str) -> int:
    """Return where the first phrase with a preposition begins; the length where none does."""
    # After a deed "to" is one.
    starts = (t.start for t in tokenize(said) if fold(t.surface) in PREPOSITIONS | {"to"})
    return next(starts, len(said))


def _with_thing(said: str, content: Sequence[Token], asked: str) -> str:
    things = main_things(asked)
    if kind := _with_kind(said, content, asked, things):
        return kind
    if things and _joined(said) & _joined(asked[things[0].start :]):
        return asked[: extent(asked, things[0])[0]] + said
    place = _place_of(said, content, asked, things)
    if place is None:
        return _with_things(said, asked)
    begin, end = place
    return _before(_bare(said), asked[:begin]) + _bare(said) + asked[end:]


def _before(thing: str, text: str) -> str:
    """Return the text before a thing, with the article that it takes: "an image"."""
    article = "an" if thing[:1].lower() in _VOWELS else "a"
    return _ARTICLE_BEFORE.sub(f"{article} ", text)


def _with_kind(
    said: str, content: Sequence[Token], asked: str, things: Sequence[Token]
) -> str | None:
    """Say which ones are meant; None where a thing is said."""
    is_kind = bool(_ONES.search(said)) or all(map(is_adjective, content))
    if not (is_kind or fold(content[0].surface) in ORDINALS):
        return None
    kind = _ONES.sub("", said)
    if old := _same_kind(content[0], asked, things):
        return replaced(asked, old, _bare(kind))
    return _of_kind(kind, asked, things) if is_kind and things else None


def _place_of(
    said: str, content: Sequence[Token], asked: str, things: Sequence[Token]
) -> tuple[int, int] | None:
    """Return where what is said belongs in the last question; None where it is asked beside it."""
    alike = [token for token in things if token.kind == content[0].kind == "code"]
    if alike:
        return extent(asked, alike[-1])
    is_one = _is_one_name(said, content)
    name = last_name(asked) if is_name(said, content[0]) and is_one else ""
    if whole := name or (topic(asked) if len(content) > 1 and is_one else ""):
        begin = asked.rindex(whole)
        return begin, begin + len(whole)
    if len({extent(said, token) for token in content}) > 1 or not things:
        return None
    if _ARTICLE.match(said):  # "and the config?" after "where are nginx logs"
        return extent(asked, [things[0], *_named_together(asked, things)][-1])
    return extent(asked, _counterpart(content[0], asked, things))


def _is_one_name(said: str, content: Sequence[Token]) -> bool:
    """Tell whether words name one thing: "a named volume", "именованный том"."""
    if len(list(tokenize(_bare(said)))) > len(content):
        return False
    is_english = detect_language(said) == "en"
    return is_english or all(map(is_adjective, content[:-1]))


def _same_kind(kind: Token, asked: str, things: Sequence[Token]) -> Token | None:
    """Return what says which one in the last question: "первого" for "второго"; None for none."""
    words = list(tokenize(asked))
    if fold(kind.surface) in ORDINALS:
        return next((word for word in words if fold(word.surface) in ORDINALS), None)
    kinds = [word for word in words if is_adjective(word) and not is_stop_word(word)]
    alike = [word for word in kinds if _shared_ending(word, kind) > 1]
    before = [word for word in kinds if words[words.index(word) + 1 :][:1] == list(things[:1])]
    return next(iter([*alike, *before]), None)


def _joined(text: str) -> set[str]:
    """Return the prepositions that join things of a text: "том от bind mount"."""
    return {fold(token.surface) for token in list(tokenize(text))[1:]} & PREPOSITIONS


def _of_kind(said: str, asked: str, things: Sequence[Token]) -> str:
    """Say which things are asked about: "только запущенные" for "все контейнеры"."""
    head = [things[0], *_named_together(asked, things)][-1]
    before = _QUANTIFIER.sub("", asked[: extent(asked, things[0])[0]])
    return f"{before}{_bare(said)} {asked[extent(asked, head)[0] :]}"


def _counterpart(token: Token, asked: str, things: Sequence[Token]) -> Token:
    """Return the thing of the last question that another one stands for.

    A name takes the place of the last name: Latin letters in Russian tell it. In English it is what
    the question says something of ("what port does postgres use"). Else it is the first thing, or
    the second where that belongs to the first and ends more alike: "логи контейнера", "а сервиса?".
    """
    if detect_language(asked) == "ru":
        names = [thing for thing in things if thing.surface.isascii()]
        if names and token.surface.isascii():
            return names[-1]
        is_pair = len(things) > 1 and asked[extent(asked, things[0])[1] : things[1].start] == " "
        return max(things[: 1 + is_pair], key=lambda thing: _shared_ending(thing, token))
    for match in _SUBJECT.finditer(asked):
        for thing in things:
            if thing.start == match.end():
                return thing
    return things[0]


def _shared_ending(one: Token, other: Token) -> int:
    """Return how many last letters two words share: those of one case share some."""
    return Postfix.similarity(fold(one.surface), fold(other.surface))


def _with_things(said: str, previous: str) -> str:
    """Ask beside the things of the last question, without the one that it asked for."""
    things = main_things(previous)
    kept = [one for one in things if not _is_asked_for(one, previous)]
    return " ".join([stripped(said), *(surface(previous, thing) for thing in kept or things)])


def _is_asked_for(thing: Token, question: str) -> bool:
    """Tell whether a question asks which one of these: "какое масло"."""
    return _ASKED_FOR.search(question[: extent(question, thing)[0]]) is not None


def labels_in(text: str) -> list[Token]:
    """Return a text's labels: capitals or digits, as an error has, or a version."""
    return [token for token in tokenize(text) if _LABEL.fullmatch(surface(text, token))]


def is_name(text: str, token: Token) -> bool:
    """Tell whether a token of a text is written as a name."""
    return token.kind == "word" and text[token.start].isupper()


def last_name(text: str) -> str:
    """Return the last name of a text that does not begin it, with all its words; empty for none."""
    names = [match.group() for match in _NAME.finditer(text)]
    return names[-1] if names else ""


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


def topic(question: str) -> str:
    """Return what a pronoun after a question stands for; empty where there is nothing.

    A name may be of several words: in English ("where are nginx logs", "what is a bind mount"), or
    in Latin letters ("systemctl enable что делает").
    """
    things = main_things(question)
    if not things:
        return ""
    begin, end = extent(question, things[0])
    for thing in _named_together(question, things):
        end = extent(question, thing)[1]
    return question[begin:end]


def _named_together(question: str, things: Sequence[Token]) -> list[Token]:
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


def stripped(text: str) -> str:
    """Return a question without its mark and the spaces around it."""
    return text.strip().rstrip("?!. ")


def replaced(text: str, token: Token, new: str) -> str:
    """Return the text with another word in the place of a token's."""
    start, end = extent(text, token)
    return text[:start] + new + text[end:]


def surface(text: str, token: Token) -> str:
    """Return the whole word of a token as it is written."""
    start, end = extent(text, token)
    return text[start:end]


def extent(text: str, token: Token) -> tuple[int, int]:
    """Return where the token's whole word stands: `docker-compose` is one."""
    start, end = token.start, token.start + len(token.surface)
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "-_."):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "-_"):
        end += 1
    return start, end


def _bare(thing: str) -> str:
    return _ARTICLE.sub("", thing)
