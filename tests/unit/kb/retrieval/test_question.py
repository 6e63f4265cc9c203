from __future__ import annotations

import pytest

from kb.model import Query
from kb.retrieval.coverage import ChunkTerms, WeightedTerm, coverage, match
from kb.retrieval.question import ContentTerm, names_command, parse_question
from kb.text.intent import Intent


def parse(text: str) -> list[str]:
    return [term.term for term in parse_question(Query(text=text)).terms]


def test_content_words_and_flags_are_told_apart() -> None:
    question = parse_question(Query(text="what does -p do in docker run"))
    assert question.flags == ("-p",)
    assert question.intent is Intent.FLAG
    assert [term.term for term in question.terms] == ["docker", "run"]


def test_case_of_flags_is_kept() -> None:
    assert parse_question(Query(text="-P и -p")).flags == ("-P", "-p")


def test_words_carry_their_translations() -> None:
    (term,) = parse_question(Query(text="файлы")).terms
    assert "file" in dict(term.variants)


def test_a_date_is_one_term() -> None:
    day, month = parse("what did we decide on June 10 or in May")[-2:]
    assert (day, month) == ("--06-10", "--05")
    (_, of_year) = parse_question(Query(text="релиз 10 июня 2024")).terms
    assert of_year.term == "2024-06-10"
    assert dict(of_year.variants) == {"--06-10": 0.7}


def test_what_may_be_a_date_is_a_number_too() -> None:
    (term,) = parse_question(Query(text="5.03")).terms
    assert term.term == "5.03"
    assert dict(term.variants)["--03-05"] == 0.9


@pytest.mark.parametrize(
    ("term", "text", "held"),
    [
        ("2024-06-10", "2024-06-11", 0.0),
        ("1.21.3", "1.21.4", 0.0),
        ("volumes", "volumee", 0.8),
    ],
)
def test_a_number_with_one_digit_changed_is_another(term: str, text: str, held: float) -> None:
    content = ContentTerm(surface=term, term=term)
    weighted = WeightedTerm(content=content, idf=1.0, known=False)
    assert match(weighted, ChunkTerms(body=frozenset({text}))) == held


def test_a_question_names_a_command_by_its_sub_commands() -> None:
    def named(question: str, command: str) -> float:
        return names_command(parse_question(Query(text=question)), command)

    assert named("what does -a do in docker start", "docker start -a x") == 1.0
    assert named("докер ран -p", "docker run -p 1:1 x") == 1.0
    assert named("docker", "docker ps") == 0.0
    assert named("how to list volumes", "docker volume ls") == 0.5
    assert named("docker volume ls -q", "sudo docker volume ls") == 1.0
    assert named("which services are there", "systemctl is-active nginx") == 0.0


def test_a_program_without_sub_commands_is_named_by_its_own_name() -> None:
    def named(question: str, command: str) -> float:
        return names_command(parse_question(Query(text=question)), command)

    assert named("journalctl -n", "journalctl -u web -n 50") == 1.0
    assert named("what does -n do in kubectl logs", "journalctl -u web -n 50") == 0.0
    assert named("systemctl", "systemctl restart web") == 0.0
    assert named("anything", "") == 0.0


def weigh(term: str, idf: float, *, known: bool = True) -> WeightedTerm:
    content = ContentTerm(surface=term, term=term, variants=(("other", 0.5),))
    return WeightedTerm(content=content, idf=idf, known=known)


def held(body: str = "", context: str = "", setting: str = "") -> ChunkTerms:
    return ChunkTerms(
        body=frozenset(body.split()),
        context=frozenset(context.split()),
        setting=frozenset(setting.split()),
    )


def test_coverage_counts_rare_words_more() -> None:
    terms = [weigh("rare", 3.0), weigh("common", 1.0)]
    assert coverage(terms, held("rare")) == pytest.approx(0.75)
    assert coverage(terms, held("common")) == pytest.approx(0.25)
    assert coverage(terms, held()) == 0.0
    assert coverage([], held("rare")) == 0.0


def test_the_nearer_a_word_stands_the_more_it_counts() -> None:
    term = weigh("word", 1.0)
    places = [held("word"), held(context="word"), held(setting="word"), held()]
    shares = [coverage([term], place) for place in places]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == 4
    assert coverage([term], held("word", "word", "word")) == 1.0
    assert coverage([term], held(context="word", setting="word").body_alone()) == 0.0


def test_translations_headings_and_typing_errors_count_less() -> None:
    assert coverage([weigh("word", 1.0)], held("other")) == pytest.approx(0.5)
    assert 0 < coverage([weigh("word", 1.0)], held(context="word")) < 1
    assert 0 < coverage([weigh("containr", 1.0, known=False)], held("contain")) < 1
    assert coverage([weigh("containr", 1.0, known=True)], held("contain")) == 0.0
