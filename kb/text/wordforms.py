"""What kind of word a token is: enough to tell things from deeds.

Of a Russian word a dictionary tells, of an English one tables and its neighbours. A word may be of
two kinds (`печь` is a stove and to bake); what is taken for a thing wrongly is at worst said once
more in a question that was put together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from kb.text.dictionary import russian_kinds
from kb.text.tokens import Token, fold, is_cyrillic, is_stop_word
from kb.text.words import any_of

PREPOSITIONS: Final = frozenset(
    """
    в во на с со к ко у о об обо от до из изо за по под над для без через при про между после перед
    in on at of for with without from into via by after before under over inside as about between
    since until during against
    """.split()
)
_IN_ENGLISH: Final = {
    "with": "с со", "at": "у", "in": "в во", "on": "на", "for": "для", "from": "от из",
    "about": "о об про", "after": "после", "before": "до", "without": "без", "under": "под",
}  # fmt: skip
PREPOSITION_PAIRS: Final = {
    english: frozenset(russian.split()) for english, russian in _IN_ENGLISH.items()
} | {
    word: frozenset({english})
    for english, russian in _IN_ENGLISH.items()
    for word in russian.split()
}
"""What a preposition is in the other language."""
ORDINALS: Final = frozenset(
    """
    first second third fourth fifth sixth seventh last next previous
    """.split()
)
"""Words that say which of a row; one takes the place of another. Russian ones are adjectives."""
_VERBS: Final = frozenset({"VERB", "INFN"})
_ADJECTIVES: Final = frozenset({"ADJF", "PRTF"})
_MOST: Final = 0.5
"""A word is of a kind that more of its uses are of."""
_ADVERB: Final = re.compile(r"[a-z]ly$")
_MANNER: Final = frozenset("once together separately forever quickly often long many much".split())
"""English words for how that do not end in -ly."""
TIMES: Final = frozenset(
    "зимой летом весной осенью утром днем вечером ночью сегодня завтра вчера".split()
)
"""Words that say when; one takes the place of another."""
_ENGLISH_DEED: Final = re.compile(any_of("deed", "deed_or_thing"))
_GENERIC: Final = frozenset(
    """
    flag option command key parameter then again back now afterwards later instead way
    work works working happen happens
    флаг опция ключ команда параметр способ должен должна должно должны
    """.split()
)
BEFORE_A_VERB: Final = frozenset({"i", "to", "you", "we"})
"""English words right after which stands what is done."""
_PARTICLES: Final = frozenset({"up", "down", "off", "out", "back", "away"})
"""With a deed they say another one: `back up`."""


def is_deed(token: Token) -> bool:
    """Tell whether the word by itself says what is done (`удалить`, `хранится`, `remove`)."""
    return _share(token, _VERBS) > _MOST


def is_english_deed(token: Token) -> bool:
    """Tell whether an English word may be a verb of a command (`remove`, `stop`)."""
    return _ENGLISH_DEED.fullmatch(fold(token.surface)) is not None


def is_infinitive(token: Token) -> bool:
    """Tell whether a Russian word is an infinitive."""
    kinds = _kinds(token)
    # `есть` is a form of `быть` more often than what one does at a table.
    return kinds.get("INFN", 0.0) > _MOST and "VERB" not in kinds


def is_manner(token: Token) -> bool:
    """Tell whether a word only says how (`сразу`, `forcibly`)."""
    word = fold(token.surface)
    is_adverb = token.kind == "word" and bool(_ADVERB.search(word))
    return is_adverb or word in _MANNER | TIMES or _share(token, {"ADVB"}) > _MOST


def is_adjective(token: Token) -> bool:
    """Tell whether a Russian word only says which one (`запущенные`)."""
    # `том` is a form of `тот`, but here a volume; `другой` is nothing else.
    kinds = _ADJECTIVES if "NOUN" in _kinds(token) else _ADJECTIVES | {"NPRO"}
    return _share(token, kinds) > _MOST


def is_thing(tokens: Sequence[Token], token: Token) -> bool:
    """Tell whether a token of a text names what the text is about: no verb, no function word.

    Args:
        tokens: All tokens of the text.
        token: One of them.
    """
    word = fold(token.surface)
    if is_stop_word(token) or word in _GENERIC or is_deed(token):
        return False
    if is_manner(token):
        return False
    before = [other for other in tokens[: tokens.index(token)] if not is_manner(other)]
    nearest = fold(before[-1].surface) if before else ""
    if _is_only_deed(tokens, token):
        return False
    if word in _PARTICLES and any(map(is_english_deed, before[-1:])):
        return False
    # "how do I remove …", "how to quickly remove …": the word after these is the verb.
    return nearest not in BEFORE_A_VERB


def things_in(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens that name what a text is about."""
    return [token for token in tokens if is_thing(tokens, token)]


def _is_only_deed(tokens: Sequence[Token], token: Token) -> bool:
    """Tell whether a word that is a thing as well is the deed: `как печь сырники`.

    So it is where nothing else is done, and a thing follows to which it is done.
    """
    if "INFN" not in _kinds(token) or any(map(is_deed, tokens)):
        return False
    following = tokens[tokens.index(token) + 1 :][:1]
    return any(_share(other, {"NOUN"}) > _MOST for other in following)


def _share(token: Token, kinds: Collection[str]) -> float:
    """Return in how many of a Russian word's uses it is of these kinds, 0..1; 0 for others."""
    return sum(share for kind, share in _kinds(token).items() if kind in kinds)


def _kinds(token: Token) -> Mapping[str, float]:
    word = fold(token.surface)
    return russian_kinds(word) if token.kind == "word" and is_cyrillic(word) else {}
