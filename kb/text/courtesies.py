"""What people say around a question: greetings, thanks, "could you tell me", "it was in my notes".

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
_STOP: Final = rf"\s*(?:[,.!…:;)—–]|-(?=\s)){_END}*"
_PAUSE: Final = rf"(?:{_STOP}|\s+)"
_ASKS: Final = _alternatives(r"""
how|what|where|which|who|when|why|whether|if|is|are|does|do|can
как\w*|что|чем|чего|где|куда|откуда|когда|почему|зачем|кто|сколько|нужно|надо|можно|есть|в\sчем|для\sчего
""")
_SPEAKS: Final = _alternatives(rf"""
{_ASKS}|and|but|please|could|would|will|tell|show|remind|i|i'm|i'd|i've|we|my
а|и|ну|подскажи\w*|скажи\w*|напомни\w*|покажи\w*|объясни\w*|помоги\w*|не|я|мне|у|хочу
""")
"""How somebody goes on who has greeted without a sign after it."""
_BEFORE_QUESTION: Final = rf"{_PAUSE}(?={_ASKS}\b)"

_GREETINGS: Final = _alternatives(r"""
(?:hi|hello|hey|yo|greetings)(?:\s+(?:there|all|everyone|folks|team|guys))?
good\s+(?:morning|day|afternoon|evening)
привет(?:ик|ствую)?(?:\s+(?:всем|ещ[её]\s+раз))?|здравствуй(?:те)?|здрасте|хай|приветствую
(?:всем\s+)(?:привет|здравствуйте)|(?:день|вечер)\s+добрый|доброго\s+времени
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
(?:i'm\s+)?sorry(?:\s+(?:for|about)\s+(?:the|a|my)\s+(?:\w+\s+)?question)?|excuse\s+me
извини(?:те)?(?:\s+за\s+(?:\w+\s+)?вопрос)?|прости(?:те)?(?:\s+за\s+(?:\w+\s+)?вопрос)?
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
_INTERJECTIONS: Final = (
    r"(?:oops|ugh+|a+rgh|yikes|wow|damn|ouch|hm+|um+|uh+|erm+|aa+h|oh|ah|huh"
    r"|э+м+|ээ+|хм+|мм+|аа+|ох|ой|ай|эх|ах|фу|блин|ч[её]рт|ух|упс|ого|ура|караул)"
)
_REQUESTS: Final = _alternatives(r"""
(?:(?:could|can|would|will)\s+(?:you|u|someone|anyone|somebody)\s+)?(?:please\s+|kindly\s+|just\s+)?(?:tell|remind|inform|advise)\s+me(?:\s+please)?(?:\s+(?:about|of)\b)?
(?:подскажи|скажи|напомни)(?:те|-ка)?(?:\s+мне)?(?:,?\s+пожалуйста)?(?:\s+(?:про|о|об)\b)?
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

_IN_NOTES: Final = (
    r"(?:in|from)\s+(?:my|the|our)\s+notes|(?:у\s+меня\s+)?в\s+(?:моих\s+|наших\s+)?заметках"
)
_NOTED_BEFORE: Final = _alternatives(r"""
(?:what|where|how)?\s*(?:did|do|have|had)\s+(?:i|we)\s+(?:ever\s+)?(?:write|note|jot|put)(?:\s+(?:anything|something|it|notes|down))*\s+(?:about|on|for)
what\s+do\s+(?:my|the|our)\s+notes\s+(?:say|have|tell|know)\s+(?:about|on|for)
(?:is\s+there\s+|do\s+i\s+have\s+|i\s+had\s+)?(?:anything|something|any\s+notes?|notes)\s+(?:in\s+(?:my|the|our)\s+notes\s+)?(?:about|on)
somewhere\s+in\s+(?:my|the|our)\s+notes\s+(?:there\s+(?:was|is)|i\s+(?:have|had|wrote|noted))(?:\s+down)?(?:\s+(?:something|a\s+note)\s+(?:about|on))?
(?:а\s+)?у\s+меня\s+(?:(?:где-то|точно|вроде|же|там)\s+)*(?:был[аои]?|есть)\s+(?:что-то\s+)?(?:записан[аоы]?|заметк[аи])(?:,|\s+(?:про|о|об|по))?
(?:а\s+)?что\s+(?:у\s+меня|у\s+нас|я|мы)\s+(?:там\s+)?(?:есть|записано|писал[аи]?|записывал[аи]?|знаю)\s+(?:про|о|об|по|насч[её]т)
""")
_NOTED_AFTER: Final = _alternatives(r"""
(?:what|where)\s+(?:did|do|have)\s+(?:i|we)\s+(?:write|note|have|put)(?:\s+down)?(?:\s+(?:about|on|for|to\s+do\s+about))?(?:\s+(?:it|that|this|them|those|these))?
what\s+(?:do\s+(?:my|the)\s+notes\s+say|is\s+in\s+(?:my|the)\s+notes|'s\s+in\s+(?:my|the)\s+notes|'s\s+my\s+note|do\s+i\s+have)(?:\s+(?:about|on)(?:\s+(?:it|that|this))?)?
(?:anything|something|any\s+notes?)(?:\s+(?:on|about)\s+(?:it|that|this|how))?(?:\s+in\s+(?:my|the)\s+notes)?|did\s+i\s+(?:ever\s+)?write(?:\s+(?:anything|something|it))?(?:\s+down)?(?:\s+(?:about|on)\s+(?:it|that|this))?
(?:i'm\s+sure\s+)?i(?:'ve\s+got|\s+had|\s+have|\s+wrote|\s+noted)\s+(?:it|that)(?:\s+down)?\s+somewhere(?:\s+in\s+(?:my|the)\s+notes)?(?:\s+i\s+(?:believe|think))?
(?:can|could)\s+you\s+(?:dig|pull|look|bring)\s+(?:it|them|that)\s+up|show\s+me|find\s+it
(?:а\s+)?что\s+(?:у\s+меня\s+|у\s+нас\s+|я\s+|мы\s+)?(?:там\s+)?(?:про|об|о)\s+(?:него|не[её]|это|этом|них|н[её]м|ней)\s+(?:у\s+меня\s+)?(?:записано|писал[аи]?|записывал[аи]?|есть)
(?:(?:где-то|точно|кажется|ведь|же|уже|я|об\s+этом|про\s+\w+|это|его|е[её]|куда-то|вроде|у\s+меня),?\s+)+(?:писал[аи]?|записывал[аи]?|был[ао]?\s+(?:что-то\s+)?(?:записан[ао]?|в\s+заметках))
(?:а\s+то\s+)?(?:я\s+)?(?:каждый\s+раз|вечно|вс[её]\s+время|всегда)\s+(?:забываю|путаю|путаюсь)|it'?s\s+been\s+(?:ages|a\s+while)|i\s+(?:always|keep)\s+(?:forget(?:ting)?|mix(?:ing)?\s+(?:this|it|them|these)\s+up)
(?:не\s+)?подскаж(?:ешь|ете|и|ите)(?:\s+(?:мне|как|где))?|не\s+знаешь|не\s+помнишь|remind\s+me(?:\s+how)?
найди(?:те)?(?:\s+мне)?|глянь(?:те)?|поищи(?:те)?|покажи(?:те)?|напомни(?:те)?(?:-ка)?
""")

_HEADS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^{_END}*(?:{_GREETINGS}|{_THANKS})(?:{_STOP}|\s+(?={_SPEAKS}\b))",
        rf"^{_END}*(?:{_CHATTER}|{_CALLS}){_STOP}",
        rf"^{_END}*(?:\w+\s+){{0,3}}(?:question|вопрос)\b(?![^:]*\b(?:about|on|про|о|об)\b)[^:?.]{{0,30}}:\s*",
        rf"^{_END}*(?:please|pls|пожалуйста|слушай(?:те)?){_PAUSE}",
        rf"^{_END}*{_INTERJECTIONS}(?:{_STOP}|{_BEFORE_QUESTION})",
        rf"^{_END}*(?:so|ok(?:ay)?|well|ну){_BEFORE_QUESTION}",
        rf"^{_END}*(?P<link>(?:а|и|ну\s+а|and|but)\s+)?(?:{_REQUESTS}|{_WISHES}){_PAUSE}",
        rf"^{_END}*{_NOTED_BEFORE}{_PAUSE}",
        rf"^{_END}*(?:{_ASKING_FOR})(?:{_BEFORE_QUESTION}|\s*[,:—–]\s*)",
    )
)
"""What `link` names stays: it joins a follow-up to the question before it."""
_TAILS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:(?<=[,.!?…;])\s*|\s+)(?:{_THANKS}|please|pls|plz|пожалуйста|пж|плиз){_END}*$",
        rf"(?<=[,.!?…;])\s*(?:{_CHATTER}|{_GREETINGS}|{_NOTED_AFTER}){_END}*$",
        rf"\s+(?:{_IN_NOTES}){_END}*$",
        rf"^(?P<link>what(?:'s|\s+(?:was|is|are|were|does|did))\b.*\w)\s+again{_END}*$",
    )
)
_BLANKS: Final = re.compile(r"\s{2,}")
_CONDITION: Final = re.compile(r"^(?:if|whether)\s+", re.IGNORECASE)
_MOST: Final = 8
"""Courtesies that are taken off at each end; a longer chain of them is no question of a person."""


def without_courtesies(text: str) -> str:
    """Return a question without what is said around it; as it stands where nothing else is said.

    `Hi! Could you tell me where images are stored? Thanks` -> `where images are stored?`
    """
    plain = _BLANKS.sub(lambda blanks: blanks.group()[0], text)
    asked = _without(_HEADS, plain)
    if asked != plain:
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
