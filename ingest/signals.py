"""What a sentence does: ask, name a problem, define a term, announce what follows."""

from __future__ import annotations

import re
from typing import Final

from ingest.inline import plain_text
from kb.text.definitions import defined_term
from kb.text.words import INTERROGATIVE, any_of

_CLOSERS: Final = " \t\n*_\"'»”)`~"
_FOOTNOTE_MARKS: Final = re.compile(r"(?:\[\^[^\]\s]+\]\s*)+$")
_LONGEST_MARKS: Final = 200
_INTERROGATIVE: Final = re.compile(
    rf"(?:а |и |но |так )?(?:{INTERROGATIVE}|{any_of('ask_auxiliary')}|could|did|should|will|"
    r"можно ли|нужно ли|нужен ли|нужна ли|надо ли|есть ли|стоит ли|в ч[её]м)\b",
    re.IGNORECASE,
)
_ERROR: Final = re.compile(
    r"\b(?:errors?|failed|fails|failure|fatal|denied|cannot|can't|could not|couldn't|unable|"
    r"refused|not found|no such|no space|not recognized|conflict|panic|exception|traceback|"
    r"timed? ?out|"
    r"too many|already (?:in use|allocated|exists)|is not running|does not exist|unauthorized|"
    r"interrupted|aborted|violation|exceed(?:s|ed)|unmet|"
    r"forbidden|unknown|invalid|killed|segfault|out of memory|errno)\b"
    r"|\b(?:ошибк\w*|не удал\w+|не уда[её]тся|отказано|не найден\w*|невозможно|недоступ\w+|"
    r"нет доступа|превышен\w*|конфликт\w*|сбой)\b"
    r"|(?-i:[a-z](?:Error|Exception)\b|\b[A-Z][A-Z0-9]*_?ERR\w*\b"
    r"|\bE(?!(?:NABLE|NTRYPOINT|SCAPE|XCEPT|XECUTE|XISTS|XPLAIN|XPOSE|XTRACT)\b)[A-Z]{5,}\b)",
    re.IGNORECASE,
)
"""With the names of system errors (`ECONNREFUSED`), but not the words of SQL and Dockerfiles."""
_SYMPTOM: Final = re.compile(
    r"\W*(?:symptoms?|causes?|симптом\w*|причин[аы])[*_]*\s*:", re.IGNORECASE
)
_PROBLEM: Final = re.compile(
    r"\b(?:проблем\w*|ошибк\w*|грабл\w+|неполадк\w*|трабл\w*|косяк\w*|не работа\w+|"
    r"не запуска\w+|не старт\w+|не видит\w*|не открыва\w+|не подключа\w+|не удаля\w+|"
    r"не поднима\w+|не хвата\w+|пада[её]т|ломает\w*|сломал\w*|зависа\w+|виснет|"
    r"troubleshooting|troubles?|problems?|issues?|errors?|pitfalls?|gotchas?|"
    r"(?:does|do|did|is|are|will|can)(?: ?n[o']t|not) (?:work|start|run|open|connect)\w*|"
    r"broken|crash\w*|fails?|failed|stuck|hangs?)\b",
    re.IGNORECASE,
)
_QUESTIONS: Final = re.compile(
    r"^(?:открыт\w+ )?(?:вопрос\w*|чаво|faq|q ?& ?a|(?:open )?questions?|"
    r"частые вопросы|непонятн\w+|разобраться)\b",
    re.IGNORECASE,
)
_UNWRITTEN: Final = re.compile(
    r"[\s>*_?.…–—()\[\]:-]*(?:(?:todo|tbd|tba|fixme|later|позже|потом|дописать|выяснить)"
    r"[\s*_?.…–—()\[\]:!-]*)*",
    re.IGNORECASE,
)
_BARE_LINK: Final = re.compile(r"<?https?://\S+>?|!?\[\[[^\]\n]+\]\]|!\[[^\]\n]*\]\(\S*\)")


def asks(text: str) -> bool:
    """Tell whether a quote, heading or line asks something."""
    plain = _bare(text)
    if plain.endswith("?"):
        return not is_unwritten(plain)
    return "?" in plain and bool(_INTERROGATIVE.match(plain))


def ends_with_question(text: str) -> bool:
    """Tell whether the last thing a text does is ask."""
    return _bare(text).endswith("?") and not is_unwritten(text)


def asks_without_mark(text: str) -> bool:
    """Tell whether a text begins like a question; for places where questions are expected."""
    return asks(text) or bool(_INTERROGATIVE.match(_bare(text)))


def is_error(text: str) -> bool:
    """Tell whether a text reads like an error message."""
    return bool(_ERROR.search(text))


def names_problem(text: str) -> bool:
    """Tell whether a heading or sentence names a problem."""
    return bool(_PROBLEM.search(plain_text(text)))


def tells_symptom(text: str) -> bool:
    """Tell whether a paragraph begins with what it is to a problem: `**Symptom:** …`."""
    return bool(_SYMPTOM.match(text))


def is_unwritten(text: str) -> bool:
    """Tell whether a text is empty, or only says that it is still to be written (`TODO`, `???`)."""
    return bool(_UNWRITTEN.fullmatch(text))


def heads_questions(heading: str) -> bool:
    """Tell whether a heading announces a list of questions."""
    return bool(_QUESTIONS.match(heading.strip()))


def defines(text: str) -> bool:
    """Tell whether a paragraph begins by saying what a term is: `X - это …`, `X is a …`."""
    return defined_term(plain_text(text).lstrip()) is not None


def announces(text: str) -> bool:
    """Tell whether a paragraph ends in a colon, and so belongs to what follows."""
    return _bare(text).endswith((":", ":\u00a0"))


def ends_openly(text: str) -> bool:
    """Tell whether a paragraph ends without a full stop, as a line before an example may."""
    if _BARE_LINK.fullmatch(text.strip()):
        return False
    return not _bare(text).endswith((".", "!", "?", "…", ";"))


def _bare(text: str) -> str:
    """Return what a text says, without marks, quotes around it and footnote marks after it."""
    plain = plain_text(text).strip(_CLOSERS)
    end = _FOOTNOTE_MARKS.search(plain, max(0, len(plain) - _LONGEST_MARKS))
    return plain[: end.start()].rstrip(_CLOSERS) if end else plain
