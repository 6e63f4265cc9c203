"""What a sentence does: ask, name a problem, define a term, announce what follows."""

from __future__ import annotations

import re
from typing import Final

from ingest.inline import plain_text
from kb.text.announcing import ends_in_colon
from kb.text.definitions import defined_term
from kb.text.markers import is_done, without_task_box
from kb.text.unwritten import ANSWER, says_nothing
from kb.text.words import INTERROGATIVE, any_of, read_sections

_WORDS: Final = read_sections("signals.txt", package="ingest.chunks")
_CLOSERS: Final = " \t\n*_\"'»”)`~"
_FOOTNOTE_MARKS: Final = re.compile(r"(?:\[\^[^\]\s]+\]\s*)+$")
_LONGEST_MARKS: Final = 200
_INTERROGATIVE: Final = re.compile(
    rf"(?:а |и |но |так )?(?:{INTERROGATIVE}|{any_of('ask_auxiliary')}|could|did|should|will|"
    r"можно ли|нужно ли|нужен ли|нужна ли|надо ли|есть ли|стоит ли|в ч[её]м)\b",
    re.IGNORECASE,
)
_ASKING_WORD: Final = re.compile(rf"(?:^\W*|[,:;–—-]\s*){_INTERROGATIVE.pattern}", re.IGNORECASE)
_ERROR: Final = re.compile(
    r"\b(?:errors?|failed|fails|failure|fatal|denied|cannot|can't|could not|couldn't|unable|"
    r"refused|expired|insufficient|segmentation fault|"
    r"(?<!which )(?:disk|device|drive) (?:is )?full|"
    r"not found|no such|no space|not recognized|conflict|panic|exception|traceback|"
    r"timed? ?out|"
    r"too many|already (?:in use|allocated|exists)|is not running|does not exist|unauthorized|"
    r"interrupted|aborted|violation|exceed(?:s|ed)|unmet|"
    r"forbidden|unknown|invalid|killed|segfault|out of memory|errno)\b"
    r"|\b(?:ошибк\w*|не удал\w+|не уда[её]тся|отказано|не найден\w*|невозможно|недоступ\w+|"
    r"нет доступа|превышен\w*|конфликт\w*|сбой)\b"
    r"|(?-i:[a-z](?:Error|Exception)\b|[A-Za-z](?:BackOff|Killed)\b|\b[A-Z][A-Z0-9]*_?ERR\w*\b"
    r"|\bE(?!(?:NABLE|NTRYPOINT|SCAPE|XCEPT|XECUTE|XISTS|XPLAIN|XPOSE|XTRACT)\b)[A-Z]{5,}\b)",
    re.IGNORECASE,
)
"""With the names of system errors (`ECONNREFUSED`), but not the words of SQL and Dockerfiles."""
_SYMPTOM: Final = re.compile(
    r"\W*(?:symptoms?|causes?|симптом\w*|причин[аы])[*_]*\s*:", re.IGNORECASE
)
_IS_NOT: Final = (
    # The present and the past, as "не запускать" is advice.
    rf"не {_WORDS['works']}\w*?(?:[еи]т|[уюая]т|л[аои]?)(?:с[яь])?|не включ\w+с[яь]|"
    r"(?:does|do|did|is|are|will|can)(?: ?n[o']t|not) (?:work|start|run|open|connect)\w*"
)
_PROBLEM: Final = re.compile(
    rf"\b(?:{_WORDS['problems']}|{_WORDS['breaks']}|{_IS_NOT})\b", re.IGNORECASE
)
_PROBLEMS: Final = re.compile(rf"\b{_WORDS['problems']}\b", re.IGNORECASE)
_HEADS_PROBLEMS: Final = re.compile(
    rf"(?:[^:]{{1,40}}:\s+)?(?:(?:{_WORDS['kinds']}\s+)*{_WORDS['problems']}"
    rf"|(?:что|what)\s+(?:\w+\s+)?{_WORDS['breaks']})\W*",
    re.IGNORECASE,
)
_QUESTIONS: Final = re.compile(
    r"^(?:открыт\w+ )?(?:вопрос\w*|чаво|faq|q ?& ?a|(?:open )?questions?|"
    r"частые вопросы|непонятн\w+|разобраться)\b",
    re.IGNORECASE,
)
_LABEL_ENDS: Final = r"[*_]*\s*:"
_QUESTION_LABEL: Final = re.compile(
    rf"[\s>*_]*(?P<label>q|question|в|вопрос){_LABEL_ENDS}[*_]*\s+\S", re.IGNORECASE
)
_ANSWER_LABEL: Final = re.compile(rf"[\s>*_]*{ANSWER}", re.IGNORECASE)
_SEEKS: Final = re.compile(rf"(?:{_WORDS['seeks']})\b", re.IGNORECASE)
_TASKS: Final = re.compile(rf"(?:{_WORDS['tasks']})\b", re.IGNORECASE)
_TASK: Final = re.compile(
    r"[\s>*_]*(?:(?:to-?do|to do|fixme)\b|(?:надо|нужно|сделать)[*_]*\s*:)", re.IGNORECASE
)
_MANY_MARKS: Final = re.compile(r"\?\s*\?$")
_SENTENCE_ENDS: Final = re.compile(r"[^\W\d_][.!?…;]\s+\S")
_BARE_LINK: Final = re.compile(r"<?https?://\S+>?|!?\[\[[^\]\n]+\]\]|!\[[^\]\n]*\]\(\S*\)")


def asks(text: str) -> bool:
    """Tell whether a quote, heading or line asks something."""
    plain = _bare(text)
    if plain.endswith("?"):
        return not says_nothing(plain)
    return "?" in plain and bool(_INTERROGATIVE.match(plain))


def ends_with_question(text: str) -> bool:
    """Tell whether the last thing a text does is ask."""
    return _bare(text).endswith("?") and not says_nothing(text)


def asks_without_mark(text: str) -> bool:
    """Tell whether a text begins like a question; for places where questions are expected."""
    return asks(text) or bool(_INTERROGATIVE.match(_bare(text)))


def is_error(text: str) -> bool:
    """Tell whether a text reads like an error message."""
    return bool(_ERROR.search(text))


def names_problem(text: str) -> bool:
    """Tell whether a heading or sentence names a problem."""
    return bool(_PROBLEM.search(plain_text(text)))


def heads_problems(heading: str) -> bool:
    """Tell whether a heading announces problems and names none: `Known errors`, `что ломалось`."""
    return bool(_HEADS_PROBLEMS.fullmatch(plain_text(heading).strip()))


def collects_problems(heading: str) -> bool:
    """Tell whether the sections below a heading are problems: `Ошибки сборки`, `что ломалось`."""
    return heads_problems(heading) or bool(_PROBLEMS.search(plain_text(heading)))


def tells_symptom(text: str) -> bool:
    """Tell whether a paragraph begins with what it is to a problem: `**Symptom:** …`."""
    return bool(_SYMPTOM.match(text))


def labels_question(line: str) -> bool:
    """Tell whether a line says that it asks: `Q: …`, `**Вопрос:** …`."""
    match = _QUESTION_LABEL.match(line)
    # The letter alone may label anything in Russian: `В: 220`.
    return match is not None and (match["label"].lower() != "в" or ends_with_question(line))


def labels_answer(line: str) -> bool:
    """Tell whether a line says that it answers, and if with nothing: `A: …`, `Ответ:`."""
    return bool(_ANSWER_LABEL.match(line))


def notes_task(line: str) -> bool:
    """Tell whether a line begins by saying that it is a thing to be done: `TODO: …`, `Надо: …`."""
    return bool(_TASK.match(line))


def wonders(line: str) -> bool:
    """Tell whether an item is a single question, no doubted statement: `price: 50?`."""
    plain = _bare(without_task_box(line))
    if not ends_with_question(plain) or _SENTENCE_ENDS.search(plain):
        return False
    return bool(_MANY_MARKS.search(plain) or _ASKING_WORD.search(plain))


def seeks(line: str) -> bool:
    """Tell whether an item says what is to be found out: `ask Ann`, `выяснить, почему`."""
    return not is_done(line) and bool(_SEEKS.match(_bare(without_task_box(line))))


def leaves_open(heading: str) -> bool:
    """Tell whether a heading announces what is still to be found out or to be done."""
    return heads_questions(heading) or bool(_TASKS.match(plain_text(heading).strip()))


def heads_questions(heading: str) -> bool:
    """Tell whether a heading announces a list of questions."""
    return bool(_QUESTIONS.match(heading.strip()))


def defines(text: str) -> bool:
    """Tell whether a paragraph begins by saying what a term is: `X - это …`, `X is a …`."""
    return defined_term(plain_text(text).lstrip()) is not None


def announces(text: str) -> bool:
    """Tell whether a paragraph ends in a colon, and so belongs to what follows."""
    return ends_in_colon(_bare(text))


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
