"""Function words that carry no content in a question; never flags or code tokens."""

from __future__ import annotations

from typing import Final

_ENGLISH: Final = """
a an the this that these those it its is are was were be been being am do does did done doing
i me my we us our you your he she they them their there here what which who whom whose when where
why how and or but if then than so as of in on at by for to from with into about over under between
can could should would will shall may might must have has had having not no nor only also just very
too some any each every all both such same other own please tell explain know let lets mean
means meaning s t re ve ll d m get got want need
"""

_RUSSIAN: Final = """
а и или но что чтобы как какой какая какое какие каким какую каких где куда откуда когда зачем
почему кто чего чему чем это этот эта эти этого этой этом этому эту то тот та те того той тому тем
там тут здесь в во на с со к ко о об обо от до у из за по под над при про для без между через не ни
нет да же ли бы б вот ведь уж так такой такая такое такие если то есть быть был была было были
будет будут я мне меня мой моя мои мы нам нас наш ты тебе вы вам вас он она оно они его ее их им ему
ей себя свой свою свои все всё весь вся всех всем только лишь еще ещё уже очень можно нужно надо
могу может можем мочь делать делает сделать значит означает нужен нужна нужны который которая
которое которые сколько скажи объясни расскажи пожалуйста хочу
"""

STOP_WORDS: Final[frozenset[str]] = frozenset(
    word.replace("ё", "е") for word in (_ENGLISH + _RUSSIAN).split()
)
"""Lowercase, `ё` written as `е`, not stemmed."""

KEYWORDS: Final = frozenset(
    """
    AND OR FROM IN ON AS BY TO WITH INTO OVER BETWEEN FOR WHEN WHERE HAVING
    """.split()
)
"""Function words that are names where they stand in capitals: `FROM` of a Dockerfile, `HAVING` of
SQL. Words that people write so for emphasis (`NOT`, `ALL`) are none."""
