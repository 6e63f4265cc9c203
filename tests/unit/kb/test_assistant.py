from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest

from kb.answering.abstention import load_calibration
from kb.answering.frames import frame, model_failed
from kb.assistant import (
    AnswerEvent,
    Assistant,
    CitationEvent,
    StatusEvent,
    StreamEvent,
    TokenEvent,
)
from kb.errors import ChatModelError, IndexUnavailableError, QuestionError
from kb.model import Answer, AnswerStatus, Question, Turn
from kb.ports import ChatMessage, Index
from kb.reasons import ChatModelReason
from kb.retrieval.fitted import SignalSet
from tests.fakes import FakeNotes
from tests.indexes import memory_index

DOCKER = """\
# Команды

```
docker ps
```

Список работающих контейнеров.

* -a - показать все контейнеры, а не только работающие
* -q - выводить только id

---

```
docker start -a name
```

Запустить контейнер снова.

* -a - attach, присоединиться к выводу

# Вопросы

> Где докер хранит файлы образов?

Вероятно, в /var/lib/docker.

> Что значит listening on 0.0.0.0?
"""
GARDEN = """\
# Garden

Tomatoes want water every second day.

Roses are cut back in March, above the third bud.
"""
SOURCES = {"docker.md": DOCKER, "garden.md": GARDEN}


@pytest.fixture(scope="module")
def index() -> Index:
    return memory_index(SOURCES)


@pytest.fixture
def assistant(index: Index) -> Assistant:
    return Assistant(index=lambda: index, notes=FakeNotes(SOURCES))


def lines_of(answer: Answer) -> list[tuple[str, int, int]]:
    return [(c.note, c.lines.start, c.lines.end) for c in answer.citations]


@pytest.mark.parametrize("question", ["что делает -q", "what does -q do"])
def test_a_flag_is_looked_up_in_both_languages(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(Question(text=question))
    assert answer.status is AnswerStatus.ANSWERED
    assert lines_of(answer) == [("docker.md", 10, 10)]


def test_both_meanings_of_a_flag_are_cited(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="что делает -a?"))
    assert sorted(lines_of(answer)) == [("docker.md", 9, 9), ("docker.md", 20, 20)]
    assert [citation.n for citation in answer.citations] == [1, 2]
    assert "[1]" in answer.text
    assert "[2]" in answer.text


def test_an_unknown_flag_is_refused_by_name(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="what does --network do?"))
    assert answer.status is AnswerStatus.NOT_FOUND
    assert "`--network`" in answer.text
    assert answer.citations == ()
    assert answer.commands == ()
    assert answer.nearest


def test_a_flag_of_another_command_is_refused_with_both_names(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="что делает -a в docker volume ls?"))
    assert answer.status is AnswerStatus.NOT_FOUND
    assert "`-a`" in answer.text
    assert "`docker volume ls`" in answer.text
    assert answer.nearest


@pytest.mark.parametrize("question", ["what does -Q do", "что делает -Q"])
def test_a_flag_in_the_other_case_is_another_one(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(Question(text=question))
    assert answer.status is AnswerStatus.NOT_FOUND
    assert "`-Q`" in answer.text
    assert answer.nearest


@pytest.mark.parametrize("other", ["-Q", "--network"])
def test_of_two_flags_that_are_compared_the_unknown_one_is_named(
    assistant: Assistant, other: str
) -> None:
    answer = assistant.ask(Question(text=f"what is the difference between -q and {other}"))
    if answer.status is AnswerStatus.ANSWERED:
        assert lines_of(answer) == [("docker.md", 10, 10)]
    assert f"Your notes do not explain the flag `{other}`." in answer.text


def test_doubt_is_passed_on(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="Где докер хранит файлы образов?"))
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.hedged
    assert lines_of(answer) == [("docker.md", 24, 26)]


def test_an_open_question_is_told_as_one(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="Что значит listening on 0.0.0.0?"))
    assert answer.status is AnswerStatus.OPEN_QUESTION
    assert lines_of(answer) == [("docker.md", 28, 28)]
    assert answer.commands == ()


def asked_of(note: str, question: str) -> Answer:
    sources = {"note.md": note, **SOURCES}
    built = memory_index(sources)
    return Assistant(index=lambda: built, notes=FakeNotes(sources)).ask(Question(text=question))


def test_a_problem_without_a_fix_is_left_open() -> None:
    note = "# Postgres\n\n### canceling statement due to statement timeout\nTODO\n"
    answer = asked_of(note, "canceling statement due to statement timeout")
    assert answer.status is AnswerStatus.OPEN_QUESTION
    assert "canceling statement" in answer.text


def test_what_is_yet_to_be_written_is_no_answer() -> None:
    note = "# Economics\n\n## Stagflation and its causes\n\nTODO\n"
    answer = asked_of(note, "what are stagflation and its causes")
    assert answer.status is not AnswerStatus.ANSWERED


def test_quotes_are_the_lines_of_the_file(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="roses are cut back in march?"))
    (citation,) = answer.citations
    source = SOURCES[citation.note].split("\n")
    assert citation.quote == "\n".join(source[citation.lines.start - 1 : citation.lines.end])


def test_another_topic_is_refused(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="who won the chess olympiad in Baku"))
    assert answer.status is AnswerStatus.NOT_FOUND
    assert 0 <= answer.confidence < 0.5


def test_a_follow_up_is_resolved_and_shown(assistant: Assistant) -> None:
    before = Turn(
        question="что делает -a в docker ps",
        standalone_question="что делает -a в docker ps",
        command="",
    )
    answer = assistant.ask(Question(text="а -q?", history=(before,)))
    assert answer.standalone_question == "что делает -q в docker ps"
    assert lines_of(answer) == [("docker.md", 10, 10)]
    wordless = assistant.ask(Question(text="-q?", history=(before,)))
    assert wordless.language == "ru"


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Hi! Could you tell me where docker stores image files? Thanks!", "where docker stores"),
        ("Подскажи, пожалуйста, где докер хранит файлы образов", "где докер хранит файлы образов"),
        ("ult ljrth [hfybn afqks j,hfpjd", "где докер хранит файлы образов"),
        ("gde docker hranit fayly obrazov", "где docker хранит файлы образов"),
        ("where docker stroes iamge files", "where docker stores image files"),
    ],
)
def test_what_was_meant_is_answered_and_shown(assistant: Assistant, typed: str, asked: str) -> None:
    answer = assistant.ask(Question(text=typed))
    assert answer.question == typed
    assert answer.standalone_question.startswith(asked)
    assert answer.language == ("en" if asked.startswith("where") else "ru")
    assert assistant.search(typed, top_k=1)[0].chunk.text.startswith("> Где докер хранит")


def test_a_polite_follow_up_is_resolved(assistant: Assistant) -> None:
    before = Turn(question="что делает -a в ps?", standalone_question="что делает -a в ps?")
    answer = assistant.ask(Question(text="спасибо! а подскажи -q?", history=(before,)))
    assert answer.standalone_question == "что делает -q в ps?"


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("# Команды\n", "# Команды\n\nИ ещё строка.\n", [("docker.md", 12, 12)]),
        ("Список", "Перечень", [("docker.md", 10, 10)]),
        ("только id", "лишь id", []),
    ],
    ids=["moved", "beside", "gone"],
)
def test_edited_notes_are_not_misquoted(
    index: Index, old: str, new: str, lines: list[tuple[str, int, int]]
) -> None:
    edited = {**SOURCES, "docker.md": DOCKER.replace(old, new)}
    assistant = Assistant(index=lambda: index, notes=FakeNotes(edited))
    answer = assistant.ask(Question(text="что делает -q"))
    assert lines_of(answer) == lines
    for citation in answer.citations:
        quoted = edited[citation.note].split("\n")[citation.lines.start - 1 : citation.lines.end]
        assert citation.quote == "\n".join(quoted)


@pytest.mark.parametrize("text", ["", "  \n", "a" * 2001])
def test_bad_questions_are_refused_with_a_hint(assistant: Assistant, text: str) -> None:
    with pytest.raises(QuestionError) as caught:
        assistant.ask(Question(text=text))
    assert caught.value.hint


def test_no_index_is_an_error_with_a_hint() -> None:
    with pytest.raises(IndexUnavailableError) as caught:
        Assistant(index=lambda: None, notes=FakeNotes({})).ask(Question(text="x"))
    assert caught.value.hint


def test_an_empty_index_finds_nothing() -> None:
    empty = memory_index({})
    answer = Assistant(index=lambda: empty, notes=FakeNotes({})).ask(Question(text="-p?"))
    assert answer.status is AnswerStatus.NOT_FOUND


def test_the_stream_ends_with_the_answer_that_its_pieces_make(assistant: Assistant) -> None:
    events = list(assistant.stream(Question(text="что делает -q")))
    last = events[-1]
    assert isinstance(last, AnswerEvent)
    pieces = [event.text for event in events if isinstance(event, TokenEvent)]
    assert "".join(pieces) == last.answer.text
    cited = [event.citation for event in events if isinstance(event, CitationEvent)]
    assert tuple(cited) == last.answer.citations


class ScriptedModel:
    """A chat model that says what it is told to."""

    name = "scripted"

    def __init__(self, reply: str, error: ChatModelError | None = None) -> None:
        self.reply = reply
        self.error = error
        self.asked: list[ChatMessage] = []

    def stream(
        self, messages: Sequence[ChatMessage], *, cancelled: Callable[[], bool]
    ) -> Iterator[str]:
        self.asked = list(messages)
        if self.error:
            raise self.error
        yield self.reply


def worded(index: Index, model: ScriptedModel | None) -> tuple[Answer, list[StreamEvent]]:
    assistant = Assistant(index=lambda: index, notes=FakeNotes(SOURCES), chat_model=model)
    events = list(assistant.stream(Question(text="что делает -q в docker ps", mode="llm")))
    last = events[-1]
    assert isinstance(last, AnswerEvent)
    return last.answer, events


def test_a_model_words_the_answer_with_checked_claims(index: Index) -> None:
    model = ScriptedModel("Флаг `-q` выводит только id [1]. Луна сделана из сыра [1].")
    answer, _ = worded(index, model)
    assert answer.mode == "llm"
    assert "только id [1]" in answer.text
    assert "Луна" not in answer.text
    assert answer.notice
    assert answer.citations[0].n == 1


@pytest.mark.parametrize(
    "model",
    [
        None,
        ScriptedModel("", ChatModelError("timed out", reason="too_slow")),
        ScriptedModel("Everything is fine, trust me."),
        ScriptedModel("NOT_IN_NOTES"),
    ],
)
def test_without_a_sound_reply_the_quotes_answer(index: Index, model: ScriptedModel | None) -> None:
    answer, events = worded(index, model)
    assert answer.mode == "extractive"
    assert answer.notice
    assert lines_of(answer) == [("docker.md", 10, 10)]
    last_status = max(n for n, event in enumerate(events) if isinstance(event, StatusEvent))
    said = [event.text for event in events[last_status:] if isinstance(event, TokenEvent)]
    assert "".join(said) == answer.text


@pytest.mark.parametrize("reason", get_args(ChatModelReason))
def test_why_a_model_failed_is_told_in_the_language_of_the_question(
    index: Index, reason: ChatModelReason
) -> None:
    error = ChatModelError("it said no to m-7", reason=reason, detail="m-7")
    answer, _ = worded(index, ScriptedModel("", error))
    assert answer.notice
    assert "said no" not in answer.notice
    assert re.search(r"\([^{}()]*[а-яё][^{}()]*\)", answer.notice)
    assert model_failed(error, "en").startswith("The language model failed (it said no to m-7)")


def test_a_model_gets_what_was_chosen_first(index: Index) -> None:
    model = ScriptedModel("Флаг `-q` выводит только id [1].")
    worded(index, model)
    content = model.asked[1].content
    assert '<passage n="1" place="docker.md, lines 10-10">' in content
    assert '<passage n="6"' in content
    assert '<passage n="7"' not in content


def test_a_model_is_not_asked_what_the_notes_do_not_hold(index: Index) -> None:
    model = ScriptedModel("It connects networks [1].")
    assistant = Assistant(index=lambda: index, notes=FakeNotes(SOURCES), chat_model=model)
    answer = assistant.ask(Question(text="what does --network do?", mode="llm"))
    assert answer.status is AnswerStatus.NOT_FOUND
    assert model.asked == []


def test_all_flags_of_a_named_command_are_looked_up_and_listed(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="какие есть флаги у docker ps?"))
    assert answer.status is AnswerStatus.ANSWERED
    assert [citation.quote[:4] for citation in answer.citations] == ["* -a", "* -q"]
    assert answer.text.startswith("Флаги `docker ps`:")
    assert "Flags of" not in assistant.ask(Question(text="flags of docker cp")).text


def test_flags_of_one_command_are_compared(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="what is the difference between -a and -q"))
    assert answer.status is AnswerStatus.ANSWERED
    assert lines_of(answer) == [("docker.md", 9, 9), ("docker.md", 10, 10)]


RUN = """\
Run a database:

```
docker run -it --rm -p 1:2 postgres
```

* -d - in the background
* -p - ports
* --rm - remove it afterwards. What it has written goes with it.
* -t - a terminal
"""


def test_a_long_flag_is_told_by_its_first_sentence_whatever_is_asked() -> None:
    more = "A database is kept elsewhere, on a disk of its own. " * 9
    sources = {"run.md": RUN.replace("* -p - ports\n", f"* -p - ports of the host. {more}\n")}
    index = memory_index(sources)
    answer = Assistant(index=lambda: index, notes=FakeNotes(sources)).ask(
        Question(text="how do I run a database")
    )
    assert "- -p - ports of the host. … [2]\n" in answer.text


def test_a_command_is_told_with_the_flags_that_it_uses() -> None:
    sources = {"run.md": RUN}
    index = memory_index(sources)
    assistant = Assistant(index=lambda: index, notes=FakeNotes(sources))
    answer = assistant.ask(Question(text="how do I run a database"))
    assert [command.text for command in answer.commands] == ["docker run -it --rm -p 1:2 postgres"]
    assert [citation.quote[:4] for citation in answer.citations[1:]] == ["* -p", "* --", "* -t"]
    assert answer.text.endswith(
        "- -p - ports [2]\n- --rm - remove it afterwards. … [3]\n- -t - a terminal [4]"
    )


def logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


@pytest.mark.parametrize(("chance", "is_sure"), [(0.6, False), (0.7, True)])
def test_an_answer_that_is_far_from_sure_says_so(
    index: Index, chance: float, is_sure: bool
) -> None:
    fitted = replace(load_calibration(SignalSet.NO_TOKENS), threshold=0.01)
    question, notes = Question(text="how often do tomatoes want water"), FakeNotes(SOURCES)
    before = Assistant(index=lambda: index, notes=notes, calibration=fitted).ask(question)
    moved = logit(chance) - logit(before.confidence)
    calibration = replace(fitted, bias=fitted.bias + moved)
    answer = Assistant(index=lambda: index, notes=notes, calibration=calibration).ask(question)
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.confidence == pytest.approx(chance, abs=0.01)
    assert answer.text.startswith(frame("unsure", "en")) is not is_sure


DISK = """\
# New disk

1. Find the name of the disk with `lsblk -f`, before anything else is done to it.
2. Make a file system on the disk: `mkfs.ext4 /dev/sdb1`, which takes a while.

    It can be stopped.

3. Mount the disk by label in `/etc/fstab`, since letters may change:

    ```
    LABEL=data /mnt ext4
    ```

# Other

Bread is bought on Fridays.
"""


@pytest.mark.parametrize("question", ["which flour for rye loaves", "who is on call tonight"])
def test_the_nearest_places_are_places_apart(question: str) -> None:
    index = memory_index({"disk.md": DISK})
    answer = Assistant(index=lambda: index, notes=FakeNotes({"disk.md": DISK})).ask(
        Question(text=question)
    )
    assert answer.status is AnswerStatus.NOT_FOUND
    assert len(answer.nearest) > 1
    for one, other in pairwise(sorted(answer.nearest, key=lambda place: place.lines)):
        assert not one.lines.overlaps(other.lines)


VOLUMES = """\
# Volumes

```
{prefix}docker volume ls
```

The volumes there are.

* -q - names only
* -f - those that a filter lets pass

# Networks

```
{prefix}docker network create inner
```

A network of one's own.

* -d - the driver
* --internal - without a way out
"""


@pytest.mark.parametrize("prefix", ["", "sudo ", "sudo -u me ", "A=1 ", "env A=1 ", "time "])
def test_what_stands_before_a_command_changes_nothing(prefix: str) -> None:
    sources = {"volumes.md": VOLUMES.format(prefix=prefix), "garden.md": GARDEN}
    index = memory_index(sources)
    assistant = Assistant(index=lambda: index, notes=FakeNotes(sources))
    flag = assistant.ask(Question(text="what does -q do"))
    assert lines_of(flag) == [("volumes.md", 9, 9)]
    assert "`docker volume ls`" in flag.text
    flags = assistant.ask(Question(text="flags of docker network create"))
    assert lines_of(flags) == [("volumes.md", 20, 20), ("volumes.md", 21, 21)]
    before = Turn(
        question="how to make a network of my own?",
        standalone_question="how to make a network of my own?",
        command=f"{prefix}docker network create inner",
    )
    then = assistant.ask(Question(text="and what does -d do?", history=(before,)))
    assert then.standalone_question == "what does -d do in docker network create?"
    assert lines_of(then) == [("volumes.md", 20, 20)]
