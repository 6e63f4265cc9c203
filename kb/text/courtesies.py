"""What people say around a question: greetings, thanks, "could you tell me", "подскажи".

It tells nothing of what is asked, yet it moves the question's vector, and hides the words by which
the form of the answer and a follow-up are known. Only what stands at the ends of the question is
taken off, so no word between those of the question itself is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final


def _alternatives(lines: str) -> str:
    """Return a group of the lines, each a regular expression."""
    return f"(?:{'|'.join(lines.split(chr(10))[1:-1])})"


_END: Final = r"(?:[\s,.!?…:;)—–]|-(?=\s))"
"""What may stand between a courtesy and the question."""
_PAUSE: Final = rf"(?:\s*[,.!…:;)—–]{_END}*|\s+{_END}*)"
_STOP: Final = rf"(?:\s*[,.!…:;)—–]{_END}*)"
_ASKS: Final = _alternatives(r"""
how|what|where|which|who|when|why|whether|if|is|are|does|do|can
как\w*|что|чем|чего|где|куда|откуда|когда|почему|зачем|кто|сколько|нужно|надо|можно|есть|в\sчем|для\sчего
""")
_BEFORE_QUESTION: Final = rf"{_PAUSE}(?={_ASKS}\b)"

_GREETINGS: Final = _alternatives(r"""
(?:hi|hello|hey|yo|greetings)(?:\s+(?:there|all|everyone|folks|team|guys))?
good\s+(?:morning|day|afternoon|evening)
привет(?:ик|ствую)?(?:\s+(?:всем|ещ[её]\s+раз))?|здравствуй(?:те)?|здрасте|хай|приветствую
добр(?:ый|ое|ого)\s+(?:день|вечер|утро|дня|вечера|утра|времени\s+суток)
""")
_THANKS: Final = _alternatives(r"""
(?:(?:ok(?:ay)?|great|cool|perfect|nice)\s+)?(?:many\s+)?thanks(?:\s+(?:a\s+lot|a\s+bunch|in\s+advance|so\s+much|again))?|thank\s+you(?:\s+(?:very|so)\s+much|\s+in\s+advance)?
thx|ty|cheers|much\s+appreciated|please\s+help|help(?:\s+me)?\s+please
(?:(?:ок|окей|ясно|понятно|отлично|супер)\s+)?(?:заранее\s+)?(?:большое\s+)?(?:спасибо|благодарю|спс)(?:\s+(?:большое|заранее|огромное))?
буду\s+(?:очень\s+)?благодар(?:ен|на)|помоги(?:те)?(?:\s+мне)?,?\s+пожалуйста
""")
_CHATTER: Final = _alternatives(r"""
(?:a\s+)?(?:quick|simple|stupid|dumb|silly|small)\s+question|(?:one|another|next)\s+question|question
(?:sorry\s+)?i(?:'ve|\s+have)?\s+(?:always\s+|keep\s+|just\s+)?forg(?:e|o)t(?:ten|ting)?(?:\s+(?:this|it|that))?(?:\s+(?:again|every\s+time|once\s+more))?
i\s+(?:can'?t|cannot|don'?t|do\s+not)\s+remember(?:\s+(?:this|it|that))?(?:\s+again)?
(?:i\s+)?(?:need|want)\s+(?:some\s+|your\s+)?help|help(?:\s+me)?(?:\s+out)?
(?:у\s+меня\s+)?(?:есть\s+)?(?:такой\s+|один\s+|ещ[её]\s+(?:один\s+)?|глупый\s+|простой\s+|быстрый\s+)?вопрос(?:ик)?(?:\s+такой)?
(?:я\s+)?(?:что-то\s+|чего-то\s+|опять\s+|снова\s+|вечно\s+|уже\s+)*(?:забыл|забыла|забываю|подзабыл|подзабыла)
(?:я\s+)?(?:что-то\s+|опять\s+|снова\s+|никак\s+)*(?:не\s+помню|не\s+могу\s+вспомнить)
(?:нужна|требуется)\s+помощь
""")
_CALLS: Final = _alternatives(r"""
ok(?:ay)?|so|well|listen|please|pls|look|right|alright|btw|by\s+the\s+way|folks|guys|buddy|bro
слушай(?:те)?|смотри(?:те)?|пожалуйста|пж|плиз|ребят[аы]?|друг|друзья|коллеги|короче|кстати|так|значит|ну|скажи(?:те)?\s+пожалуйста
""")
_REQUESTS: Final = _alternatives(r"""
(?:(?:could|can|would|will)\s+(?:you|u|someone|anyone|somebody)\s+)?(?:please\s+|kindly\s+|just\s+)?(?:tell|remind|inform|advise)\s+me(?:\s+please)?
подскажи(?:те)?(?:\s+мне)?|скажи(?:те)?(?:\s+мне)?|напомни(?:те)?(?:\s+мне)?
(?:не\s+)?мо(?:г|гла|гли|жешь|жете|гу)(?:\s+(?:ли|бы|ты|вы))*\s+(?:мне\s+)?(?:подсказать|сказать|напомнить)(?:\s+мне)?
""")
_WISHES: Final = _alternatives(r"""
i(?:'d|\s+would)\s+(?:like|love)\s+to\s+(?:know|learn|find\s+out)|i\s+(?:want|need|wanted)\s+to\s+(?:know|learn|find\s+out)
(?:я\s+)?(?:хочу|хотел|хотела|хотелось)(?:\s+бы)?\s+(?:узнать|знать|спросить|уточнить|вспомнить)
""")
"""Of whatever follows, a question or not."""
_ASKING_FOR: Final = _alternatives(r"""
(?:(?:could|can|would|will)\s+(?:you|u|someone|anyone|somebody)\s+)?(?:please\s+|kindly\s+|just\s+)?(?:show|explain|help|teach|find\s+out|say|clarify)(?:\s+(?:to\s+)?(?:me|us))?(?:\s+(?:to\s+)?(?:understand|out|remember|figure\s+out))?
(?:do|does|would)\s+(?:you|u|anyone|anybody|someone)\s+(?:happen\s+to\s+)?(?:know|remember|recall)|you\s+know
i(?:'d|\s+would)\s+(?:like|love)\s+to\s+(?:understand|see|ask)|i(?:'m|\s+am)\s+(?:just\s+)?(?:wondering|curious|interested\s+in|looking\s+for)|i\s+was\s+(?:just\s+)?wondering
i\s+(?:want|need|wanted|have)\s+to\s+(?:understand|see|ask|remember)|just\s+wondering|wondering
(?:i\s+)?(?:don'?t|do\s+not|can'?t|cannot)\s+(?:know|remember|recall|understand)|no\s+idea|not\s+sure
(?:any|have\s+you\s+any|do\s+you\s+have\s+any)\s+(?:idea|clue|thoughts?)(?:\s+on)?|i(?:'ve|\s+have)?\s+(?:just\s+)?forg(?:o|e)t(?:ten)?|what\s+was\s+it\s+again
объясни(?:те)?(?:\s+мне)?|расскажи(?:те)?(?:\s+мне)?|покажи(?:те)?(?:\s+мне)?|помоги(?:те)?(?:\s+мне)?(?:\s+(?:понять|разобраться|вспомнить))?
(?:не\s+)?мо(?:г|гла|гли|жешь|жете)(?:\s+(?:ли|бы|ты|вы))*\s+(?:мне\s+)?(?:объяснить|рассказать|показать|помочь(?:\s+(?:понять|разобраться))?)(?:\s+мне)?
(?:я\s+)?(?:хочу|хотел|хотела|хотелось|нужно|надо|мне\s+(?:нужно|надо))(?:\s+бы)?\s+(?:узнать|знать|понять)
(?:мне\s+)?интересно(?:\s+(?:узнать|знать))?|(?:не\s+)?(?:знаешь|знаете|помнишь|помните)(?:\s+ли)?(?:\s+(?:ты|вы))?|кто-нибудь\s+(?:знает|помнит)
(?:я\s+)?(?:не\s+знаю|не\s+понимаю|не\s+пойму|не\s+помню|забыл|забыла)
""")

_HEADS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^{_END}*(?:{_GREETINGS}|{_THANKS}){_PAUSE}",
        rf"^{_END}*(?:{_CHATTER}|{_CALLS}){_STOP}",
        rf"^{_END}*(?:please|pls|пожалуйста|слушай(?:те)?|скажи(?:те)?){_PAUSE}",
        rf"^{_END}*(?:so|ok(?:ay)?|well|ну){_BEFORE_QUESTION}",
        rf"^{_END}*(?P<link>(?:а|и|ну\s+а|and|but)\s+)?(?:{_REQUESTS}|{_WISHES}){_PAUSE}",
        rf"^{_END}*(?:{_ASKING_FOR})(?:{_BEFORE_QUESTION}|\s*[,:—–]\s*)",
    )
)
"""`link` is what joins a follow-up to the question before it; it stays."""
_TAILS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:(?<=[,.!?…;])\s*|\s+)(?:{_THANKS}|please|pls|plz|пожалуйста|пж|плиз){_END}*$",
        rf"(?<=[,.!?…;])\s*(?:{_CHATTER}|{_GREETINGS}){_END}*$",
    )
)
_CONDITION: Final = re.compile(r"^(?:if|whether)\s+", re.IGNORECASE)
_MOST: Final = 8
"""Courtesies that are taken off at each end; a longer chain of them is no question of a person."""


def without_courtesies(text: str) -> str:
    """Return a question without what is said around it; as it stands where nothing else is said.

    `Hi! Could you tell me where images are stored? Thanks` -> `where images are stored?`
    """
    asked = _without(_HEADS, text)
    if asked != text:
        asked = _CONDITION.sub("", asked)
    asked = _without(_TAILS, asked).rstrip(" ,;")
    return asked if re.search(r"\w", asked) else text


def _without(patterns: Sequence[re.Pattern[str]], text: str) -> str:
    for _ in range(_MOST):
        before = text
        for pattern in patterns:
            text = pattern.sub(_link, text, count=1)
        if text == before:
            break
    return text


def _link(courtesy: re.Match[str]) -> str:
    return courtesy.groupdict().get("link") or ""
