from __future__ import annotations

import pytest

from kb.answering.hedging import is_hedged
from kb.answering.shortening import focus
from kb.model import Query
from kb.retrieval.coverage import WeightedTerm
from kb.retrieval.question import parse_question


def weighted(question: str) -> list[WeightedTerm]:
    parsed = parse_question(Query(text=question))
    return [WeightedTerm(content=term, idf=1.0, known=True) for term in parsed.terms]


def test_a_short_paragraph_is_not_touched() -> None:
    assert focus("One. Two. Three.", weighted("two")) == "One. Two. Three."


def test_a_long_paragraph_is_cut_to_whole_sentences_that_hold_the_words() -> None:
    filler = ["This sentence is about something else entirely, nothing to see."] * 8
    paragraph = " ".join([*filler[:5], "The backups live on the second disk.", *filler[5:]])
    short = focus(paragraph, weighted("where do backups live"))
    assert "The backups live on the second disk." in short
    assert len(short) < len(paragraph) / 2
    assert short.startswith("… ")
    assert short.endswith(" …")


def test_a_long_paragraph_without_the_words_starts_at_its_beginning() -> None:
    paragraph = " ".join(f"Sentence number {n} says a little more than nothing." for n in range(20))
    assert focus(paragraph, weighted("nginx")).startswith("Sentence number 0")


@pytest.mark.parametrize(
    ("text", "hedged"),
    [
        ("Вероятно, все образы внутри диска.", True),
        ("WSL докер похоже ставит сам.", True),
        ("It probably lives there.", True),
        ("I'm not sure why.", True),
        ("Образы лежат в /var/lib/docker.", False),
        ("The most likely cause", True),
        ("Вероятность ошибки мала", False),
        ("Имитация ресурсов, вроде ядер процессора и памяти.", False),
        ("Файлы вроде бы остаются.", True),
        ("Том вроде живёт отдельно", True),
        ("Порт менять не надо, вроде.", True),
        ("Похоже на обычный архив.", False),
        ("Похоже, это архив.", True),
        ("Если возможно, берите том.", False),
        ("Возможно, это том.", True),
    ],
)
def test_hedges(text: str, hedged: bool) -> None:
    assert is_hedged(text) is hedged


def test_in_a_long_text_only_a_doubt_about_what_is_asked_counts() -> None:
    lines = [f"Line {n} is plain." for n in range(8)]
    text = "\n".join([*lines, "Backups probably live there."])
    assert is_hedged(text, weighted("where do backups live"))
    assert not is_hedged(text, weighted("plain nginx"))


def test_in_a_list_only_a_doubt_in_an_item_that_is_asked_for_counts() -> None:
    text = "Порты:\n- у сайта порт 8080\n- база, кажется, на 5432\n\n[1]"
    assert not is_hedged(text, weighted("какой порт у сайта"))
    assert is_hedged(text, weighted("где база"))
    assert is_hedged(text, weighted("порты сайта и базы"))
    assert is_hedged(text, weighted("nginx"))
    assert is_hedged(f"{text}\nНе уверен.", weighted("какой порт у сайта"))


def test_what_a_sentence_opposes_comes_with_it() -> None:
    first = "The engine does not run inside a guest of Windows, whatever the settings say of it."
    second = (
        "That is since it runs in a machine of its own there, which would be a nested one then."
    )
    third = "But a guest that has Linux can run the engine, for nothing is nested there at all."
    rest = "Memory is another matter. It is shared with the host, and given back slowly. " * 3
    shown = focus(f"{first} {second} {third} {rest}", weighted("a guest that has Linux"))
    assert shown.startswith(f"{first} {second} {third}")
