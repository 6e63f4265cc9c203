"""What kind of word a token is, told by its form and neighbours: enough to tell things from deeds.

A form may deceive (`печь` is a stove and to bake); what is taken for a thing wrongly is at worst
said once more in a question that was put together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kb.text.tokens import Token, fold, is_stop_word
from kb.text.words import any_of

PREPOSITIONS: Final = frozenset(
    """
    в во на с со к ко у о об обо от до из изо за по под над для без через при про между после перед
    in on at of for with without from into via by after before under over inside as about between
    since until during against
    """.split()
)
_INFINITIVE: Final = re.compile(
    r"(?:(?<!ос)ть|чь|ться|тись|(?:й|ид|[вн]ес|вез|рас|лез|полз|спас|мес)ти)$"
)
_NOUNS_LIKE_INFINITIVES: Final = frozenset(
    """
    память сеть часть область печать кровать путь мать смерть честь весть лопасть власть треть
    четверть нефть шерсть жесть горсть ночь речь помощь дочь есть
    """.split()
)
_REFLEXIVE: Final = re.compile(r"(?:тся|лся|лась|лось|лись)$")
_ADJECTIVE: Final = re.compile(
    r"(?:ый|ий|ая|яя|ое|ее|ые|ие|ых|их|ую|юю|ого|его|ому|ему|ыми|ими|ущей|ющей|ащей|ящей|[ео]вой|[сц]кой)$"
    r"|^(?:друг|больш|втор|люб|прост|чуж|нов|стар)ой$"
)
_NOUNS_LIKE_ADJECTIVES: Final = re.compile(r"(?:ение|ание|яние|тие|твие)$")
_SHORT_ADJECTIVE: Final = 5
_ADVERB: Final = re.compile(r"[a-z]ly$")
_MANNER: Final = frozenset(
    """
    сразу вместе отдельно автоматически вручную быстро навсегда принудительно насильно разом заодно
    молча подробно постоянно несколько много мало обратно назад наоборот
    once together separately forever quickly often long many much
    """.split()
)
TIMES: Final = frozenset(
    "зимой летом весной осенью утром днем вечером ночью сегодня завтра вчера".split()
)
"""Words that say when; one takes the place of another."""
_DEEDS: Final = frozenset(
    """
    лежит лежат стоит стоят хранит хранят работает работают использует используют занимает
    слушает слушают показывает живет живут дежурит отвечает отвечают печь
    """.split()
)
_ENGLISH_DEED: Final = re.compile(any_of("deed", "deed_or_thing"))
_GENERIC: Final = frozenset(
    """
    flag option command key parameter then again back now afterwards later instead way
    work works working happen happens
    флаг опция ключ команда параметр потом теперь снова опять заново сейчас способ происходит
    должен должна должно должны следует стоит
    """.split()
)
BEFORE_A_VERB: Final = frozenset({"i", "to", "you", "we"})
"""English words right after which stands what is done."""
_PARTICLES: Final = frozenset({"up", "down", "off", "out", "back", "away"})
"""With a deed they say another one: `back up`."""
_PAST: Final = re.compile(r"[аеиуыя]л[иао]$")
_BEFORE_PAST: Final = frozenset(
    "когда где куда откуда почему зачем сколько кто что как мы вы они она оно".split()
)


def is_deed(token: Token) -> bool:
    """Tell whether the word by itself says what is done (`удалить`, `хранится`, `remove`)."""
    word = fold(token.surface)
    if token.kind != "word":
        return False
    return is_infinitive(token) or word in _DEEDS or bool(_REFLEXIVE.search(word))


def is_english_deed(token: Token) -> bool:
    """Tell whether an English word may be a verb of a command (`remove`, `stop`)."""
    return _ENGLISH_DEED.fullmatch(fold(token.surface)) is not None


def is_infinitive(token: Token) -> bool:
    """Tell whether a Russian word is an infinitive."""
    word = fold(token.surface)
    is_noun = word in _NOUNS_LIKE_INFINITIVES
    return token.kind == "word" and not is_noun and bool(_INFINITIVE.search(word))


def is_manner(token: Token) -> bool:
    """Tell whether a word only says how (`сразу`, `forcibly`)."""
    word = fold(token.surface)
    is_adverb = token.kind == "word" and bool(_ADVERB.search(word))
    return is_adverb or word in _MANNER or word in TIMES


def is_adjective(token: Token) -> bool:
    """Tell whether a Russian word only says which one (`запущенные`)."""
    word = fold(token.surface)
    return (
        len(word) >= _SHORT_ADJECTIVE
        and bool(_ADJECTIVE.search(word))
        and not _NOUNS_LIKE_ADJECTIVES.search(word)
    )


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
    if nearest == "как" and word.endswith("о"):  # "как быстро …"
        return False
    if nearest in _BEFORE_PAST and _PAST.search(word):  # "когда меняли …"
        return False
    if word in _PARTICLES and any(map(is_english_deed, before[-1:])):
        return False
    # "how do I remove …", "how to quickly remove …": the word after these is the verb.
    return nearest not in BEFORE_A_VERB


def things_in(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens that name what a text is about."""
    return [token for token in tokens if is_thing(tokens, token)]
