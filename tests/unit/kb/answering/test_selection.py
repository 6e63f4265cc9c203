from __future__ import annotations

from dataclasses import replace

import pytest

from kb.answering.command_entries import lacks_command
from kb.answering.composer import compose, compose_not_found, compose_open
from kb.answering.flag_lookup import command_without_flag, is_looked_up, owner_of, unknown_flag
from kb.answering.quotes import cite
from kb.answering.selection import select
from kb.answering.telling import quote_telling_line
from kb.model import Chunk, ChunkId, ChunkKind, Citation, CodeSpan, LineRange, NoteId, Query
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.coverage import WeightedTerm
from kb.retrieval.features import measure
from kb.retrieval.question import parse_question
from kb.store.memory import MemoryCatalog
from tests.chunks import make_chunk
from tests.fakes import FakeNotes

PS_A = make_chunk(
    "* -a - all containers", start=5, kind=ChunkKind.FLAG, commands=("docker ps",), flags=("-a",)
)
START_A = make_chunk(
    "* -a - attach", start=9, kind=ChunkKind.FLAG, commands=("docker start -a x",), flags=("-a",)
)


def ranking_of(question: str, *chunks: Chunk) -> Ranking:
    parsed = parse_question(Query(text=question))
    candidates = tuple(
        Candidate(
            chunk=chunk,
            features=measure(parsed, (), chunk, dense=0.5, lexical=0.5),
            score=float(-position),
            arms={},
        )
        for position, chunk in enumerate(chunks)
    )
    terms = tuple(WeightedTerm(content=term, idf=1.0, known=True) for term in parsed.terms)
    return Ranking(question=parsed, terms=terms, candidates=candidates)


def citation_of(chunk: Chunk, n: int = 1) -> Citation:
    return Citation(n=n, note=chunk.note, lines=chunk.lines, quote=chunk.text, chunk=chunk.id)


def chosen(question: str, *chunks: Chunk) -> list[ChunkId]:
    return [candidate.chunk.id for candidate in select(ranking_of(question, *chunks))]


def test_both_meanings_of_a_flag_are_given() -> None:
    assert chosen("what does -a do", PS_A, START_A) == [PS_A.id, START_A.id]


def test_the_named_command_decides() -> None:
    assert chosen("what does -a do in docker start", PS_A, START_A) == [START_A.id]


STASH_A = make_chunk(
    "- -a - ignored ones too", start=13, kind=ChunkKind.FLAG, commands=("git stash push -a",),
    flags=("-a",),
)  # fmt: skip
UNOWNED_A = make_chunk("- -a : export all", start=17, kind=ChunkKind.FLAG, flags=("-a",))


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("git stash -a", [STASH_A]),
        ("what does stash -a do", [STASH_A]),
        ("что такое set -a", [UNOWNED_A]),
        ("flag -a", [PS_A, STASH_A, UNOWNED_A]),
        ("what is the meaning of -a", [PS_A, STASH_A, UNOWNED_A]),
        ("-a", [PS_A, STASH_A, UNOWNED_A]),
    ],
)
def test_the_word_before_a_flag_tells_whose_it_is(question: str, wanted: list[Chunk]) -> None:
    assert chosen(question, PS_A, STASH_A, UNOWNED_A) == [one.id for one in wanted]


def test_a_word_before_a_flag_that_nothing_has_decides_nothing() -> None:
    assert chosen("podman -a", PS_A, STASH_A) == [PS_A.id, STASH_A.id]


def of_sheet(question: str, *scores: float) -> list[int]:
    """Return the first lines of what is chosen of a fence, whose score is 9, and of its lines."""
    block = make_chunk("```\na x  # one\nb y  # two\n```", start=20, kind=ChunkKind.CODE)
    lines = [
        replace(make_chunk(f"line {n}", start=20 + n, kind=ChunkKind.COMMAND), parent=block.id)
        for n in range(1, len(scores) + 1)
    ]
    ranking = ranking_of(question, block, *lines)
    scored = [c.scored(s) for c, s in zip(ranking.candidates, (9.0, *scores), strict=True)]
    ordered = tuple(sorted(scored, key=lambda c: -c.score))
    return [c.chunk.lines.start for c in select(replace(ranking, candidates=ordered))]


def test_the_line_of_a_cheat_sheet_that_stands_out_is_chosen() -> None:
    assert of_sheet("delete what is merged", 6.6, 5.5) == [21]
    assert of_sheet("delete what is merged", 5.5, 6.6) == [22]
    assert of_sheet("delete what is merged", 6.6) == [21]


def test_a_block_of_code_stays_whole_where_no_line_of_it_answers_alone() -> None:
    assert of_sheet("how to set it up", 6.6, 5.7) == [20]  # both do
    assert of_sheet("how to set it up", 6.4, 1.0) == [20]  # far behind the whole
    assert of_sheet("how to set it up") == [20]
    assert of_sheet("an example of deleting", 6.6, 5.5) == [20]
    assert of_sheet("which commands are there", 6.6, 5.5) == [20]


def test_other_questions_get_the_best_candidate_alone() -> None:
    assert chosen("how do I see containers", PS_A, START_A) == [PS_A.id]


def test_nothing_to_select_from() -> None:
    assert chosen("what does -a do") == []


def test_owner_is_the_command_without_its_values() -> None:
    assert owner_of(START_A) == "docker start"
    assert owner_of(make_chunk("text")) == ""


def test_a_flag_is_told_with_its_command_in_the_language_of_the_question() -> None:
    quoted = [(PS_A, citation_of(PS_A)), (START_A, citation_of(START_A, 2))]
    english = compose(quoted, (), "en")
    assert english == (
        "Flag `-a` of `docker ps`:\n\n-a - all containers [1]\n\n"
        "Flag `-a` of `docker start`:\n\n-a - attach [2]"
    )
    assert compose(quoted[:1], (), "ru").startswith("Флаг `-a` в `docker ps`:")


def test_one_line_of_a_code_block_is_shown_as_code() -> None:
    text = "A Dockerfile:\n\n```\nFROM x\nEXPOSE 80\nRUN y\nCMD z\n```"
    span = CodeSpan(text="FROM x\nEXPOSE 80\nRUN y\nCMD z", lines=LineRange(start=4, end=7))
    chunk = replace(make_chunk(text, kind=ChunkKind.CODE), code=(span,))
    parsed = parse_question(Query(text="what is EXPOSE"))
    terms = [WeightedTerm(content=term, idf=1.0, known=True) for term in parsed.terms]
    quote = quote_telling_line(chunk, terms)
    assert quote.lines == LineRange(start=5, end=5)
    (citation,) = cite([quote], FakeNotes({"a.md": text}))
    assert compose([(chunk, citation)], terms, "en") == "```\nEXPOSE 80\n```\n\n[1]"
    assert quote_telling_line(chunk, []).lines == chunk.lines


def test_the_answer_to_a_question_block_leaves_the_question_out() -> None:
    text = "> Where are images?\n\nIn `/var/lib/docker`."
    chunk = make_chunk(text, kind=ChunkKind.QUESTION, question_lines=(1, 1))
    assert compose([(chunk, citation_of(chunk))], (), "en") == ("In `/var/lib/docker`. [1]")


def test_the_marker_does_not_break_a_fence() -> None:
    chunk = make_chunk("```\ndocker ps\n```", kind=ChunkKind.COMMAND)
    text = compose([(chunk, citation_of(chunk))], (), "en")
    assert text == "```\ndocker ps\n```\n\n[1]"


def test_an_open_question_is_called_one() -> None:
    chunk = make_chunk("> Why is it\n> so?", kind=ChunkKind.QUESTION, question_lines=(1, 2))
    text = compose_open(chunk, citation_of(chunk), "ru")
    assert "ответа там нет" in text
    assert text.endswith("> Why is it so? [1]")


def test_not_found_names_the_nearest_places_once() -> None:
    near = Citation(
        n=1,
        note=NoteId("docker.md"),
        lines=LineRange(start=1, end=2),
        quote="x",
        chunk=ChunkId("c"),
        heading_trail=("Commands",),
    )
    text = compose_not_found([near, near], "en")
    assert text == "Your notes do not answer this. Closest in your notes: docker.md (Commands)."
    assert "`--network`" in compose_not_found([], "ru", "--network")


RUN = "docker run -d -p 1:2 postgres"
RUN_D = make_chunk(
    "* -d - in the background", start=20, kind=ChunkKind.FLAG, commands=(RUN,), flags=("-d",)
)
RUN_P = make_chunk("* -p - ports", start=21, kind=ChunkKind.FLAG, commands=(RUN,), flags=("-p",))


def test_all_flags_of_the_named_command_are_listed_in_their_order() -> None:
    for question in (
        "what flags does docker run have",
        "какие есть флаги у docker run",
        "ключи run",
    ):
        assert chosen(question, PS_A, RUN_P, RUN_D) == [RUN_D.id, RUN_P.id]
    text = compose([(RUN_D, citation_of(RUN_D)), (RUN_P, citation_of(RUN_P, 2))], (), "en")
    assert text == "Flags of `docker run`:\n\n- -d - in the background [1]\n- -p - ports [2]"


def test_flags_of_a_command_that_the_notes_do_not_have_are_not_another_ones() -> None:
    assert chosen("what flags does docker cp have", PS_A, RUN_P) == [PS_A.id]


@pytest.mark.parametrize("colon", ["For example:", "**For example:**"])
def test_what_a_colon_announces_belongs_to_the_answer_unless_a_term_is_asked_for(
    colon: str,
) -> None:
    told = f"A Dockerfile tells how. {colon}"
    introduction = make_chunk(told, start=30, kind=ChunkKind.DEFINITION)
    introduced = make_chunk(f"{told}\n\n```\nFROM a\n```", start=30, kind=ChunkKind.CODE)
    assert chosen("how do I write a Dockerfile", introduction, introduced) == [introduced.id]
    assert chosen("what is a Dockerfile", introduction, introduced) == [introduction.id]
    asked = "what is a Dockerfile, show me an example"
    assert chosen(asked, introduction, introduced) == [introduced.id]


DOCKER = make_chunk("Докер - это средство упаковки.", start=50, kind=ChunkKind.DEFINITION)
COMPOSE = make_chunk(
    "Docker Compose - это инструмент для нескольких контейнеров.",
    start=51,
    kind=ChunkKind.DEFINITION,
)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("что такое докер", DOCKER),
        ("what is docker", DOCKER),
        ("что такое docker compose", COMPOSE),
        ("что такое compose", COMPOSE),  # nothing defines that alone
        ("what is docker compose for", COMPOSE),
        ("зачем нужен докер", DOCKER),
        ("для чего нужен docker", DOCKER),
        ("why docker", DOCKER),
        ("зачем нужен docker compose", COMPOSE),
    ],
)
def test_who_asks_for_a_term_is_not_told_of_one_whose_name_begins_with_it(
    question: str, wanted: Chunk
) -> None:
    assert chosen(question, COMPOSE, DOCKER) == [wanted.id]


def fence_of(code: str) -> Chunk:
    """Return a chunk of a fence with this code, at line 40."""
    chunk = make_chunk(f"```\n{code}\n```", start=40, kind=ChunkKind.CODE)
    lines = LineRange(start=41, end=41 + code.count("\n"))
    return replace(chunk, code=(CodeSpan(text=code, lines=lines),))


def test_a_compose_file_comes_with_the_command_near_it() -> None:
    file = fence_of("services:\n  a:\n    image: b")
    command = 'docker-compose -f "e:\\x.yaml" up -d'
    up = make_chunk(command, start=47, kind=ChunkKind.COMMAND, commands=(command,))
    down = make_chunk(
        "docker-compose down", start=46, kind=ChunkKind.COMMAND, commands=("docker-compose down",)
    )
    far = make_chunk(command, start=90, kind=ChunkKind.COMMAND, commands=(command,))
    assert chosen("start kafka together", file, down, far, up) == [file.id, up.id]
    assert chosen("start kafka together", file, far) == [file.id]


def test_a_compose_file_comes_with_its_command_under_sudo_too() -> None:
    file = fence_of("services:\n  a:\n    image: b")
    command = "sudo docker compose up -d"
    up = make_chunk(command, start=47, kind=ChunkKind.COMMAND, commands=(command,))
    assert chosen("start kafka together", file, up) == [file.id, up.id]


def test_a_line_of_a_dockerfile_that_tells_comes_alone() -> None:
    code = "FROM x\nEXPOSE 80\nRUN y\nCMD z"
    file = fence_of(code)
    command = "docker build ."
    build = make_chunk(command, start=47, kind=ChunkKind.COMMAND, commands=(command,))
    assert chosen("what is EXPOSE", file, build) == [file.id]


@pytest.mark.parametrize("code", ["SELECT 1\nFROM users", "from os import path"])
def test_other_code_comes_without_a_build(code: str) -> None:
    command = "docker build ."
    build = make_chunk(command, start=47, kind=ChunkKind.COMMAND, commands=(command,))
    assert chosen("who are the users", fence_of(code), build) == [fence_of(code).id]


def test_a_dockerfile_comes_with_any_build() -> None:
    file = fence_of("FROM a")
    command = "docker buildx build ."
    build = make_chunk(command, start=47, kind=ChunkKind.COMMAND, commands=(command,))
    assert chosen("how do I make an image", file, build) == [file.id, build.id]


def test_what_belongs_to_the_best_candidate_is_found_though_the_ranking_lacks_it() -> None:
    file = fence_of("services:\n  a:\n    image: b")
    command = "docker compose up -d"
    up = make_chunk(command, start=47, kind=ChunkKind.COMMAND, commands=(command,))
    ranking = ranking_of("start kafka together", file)
    picked = select(ranking, MemoryCatalog([file, up]))
    assert [candidate.chunk.id for candidate in picked] == [file.id, up.id]


VOLUME_LS = "docker volume ls"


@pytest.mark.parametrize(
    ("question", "command"),
    [
        ("что делает -a в docker volume ls", VOLUME_LS),
        ("what does -a do in docker volume list?", VOLUME_LS),
        ("what does -a do in docker ps", ""),
        ("what does -a do in docker container ls", ""),
        ("what does -a do", ""),
        ("what does -a do when I start a volume", ""),
    ],
)
def test_another_commands_flag_is_no_answer(question: str, command: str) -> None:
    ranking = ranking_of(question, PS_A, START_A)
    assert command_without_flag(ranking) == command
    assert select(ranking)


def test_nor_is_the_flag_of_a_program_that_is_not_dockers() -> None:
    other = make_chunk("* -a - all", kind=ChunkKind.FLAG, commands=("frobnicate x",), flags=("-a",))
    assert command_without_flag(ranking_of("what does -a do in docker ps", other)) == "docker ps"
    assert command_without_flag(ranking_of("what does -a do in docker ps", other, PS_A)) == ""


def test_an_alias_of_the_named_command_decides() -> None:
    question = "what does -a do in docker container start"
    assert chosen(question, PS_A, START_A) == [START_A.id]


def test_a_command_that_only_mentions_the_asked_flag_may_explain_it() -> None:
    shown = "docker volume ls -a  # all of them"
    entry = make_chunk(shown, start=60, kind=ChunkKind.COMMAND, commands=("docker volume ls -a",))
    ranking = ranking_of("what does -a do in docker volume ls", PS_A, entry)
    assert command_without_flag(ranking) == ""
    assert [candidate.chunk.id for candidate in select(ranking)] == [entry.id]


def test_so_may_a_term_or_line_in_words_of_the_command() -> None:
    down = make_chunk(
        "down\n: stop; `-v` also volumes",
        start=62,
        kind=ChunkKind.DEFINITION,
        context="Compose notes",
    )
    ranking = ranking_of("what does docker compose down -v do", RUN_D, down)
    assert command_without_flag(ranking) == ""
    picked = select(ranking)
    assert [candidate.chunk.id for candidate in picked] == [down.id]
    assert is_looked_up(ranking, picked)
    limit = make_chunk("Memory: `docker run -m 1g`, processors: `--cpus 2`", start=64)
    for question, is_sure in (("docker run --cpus", True), ("docker run --CPUS", False)):
        ranking = ranking_of(f"what does {question} do", limit)
        assert command_without_flag(ranking) == ""
        assert is_looked_up(ranking, select(ranking)) is is_sure
    assert command_without_flag(ranking_of("what does docker run -M do", limit)) == "docker run"
    used = make_chunk("All: `docker stop $(docker ps -q)`", start=65)
    ranking = ranking_of("what does docker ps -q do", used)
    assert not is_looked_up(ranking, select(ranking))
    other = ranking_of("what does docker exec --cpus do", limit)
    assert command_without_flag(other) == "docker exec"


def test_a_command_is_not_lacking_that_the_notes_explain_as_a_term() -> None:
    question = "what does docker compose config do"
    config = make_chunk("config\n: prints the file", start=66, context="Compose notes")
    assert not lacks_command(ranking_of(question, config))
    term = replace(config, kind=ChunkKind.DEFINITION)
    ranking = ranking_of(question, DB, term)
    assert [candidate.chunk.id for candidate in select(ranking)] == [term.id]
    assert is_looked_up(ranking, select(ranking))
    assert not lacks_command(ranking_of(question, replace(config, text="- `config` - prints")))
    assert lacks_command(ranking_of(question, replace(config, context="Git")))
    assert lacks_command(ranking_of(question, replace(config, text="See the config.")))


def test_a_flag_is_unknown_only_where_no_candidate_has_it() -> None:
    assert unknown_flag(ranking_of("what do -a and -d do", PS_A, RUN_D)) == ""
    assert unknown_flag(ranking_of("what do -a and -z do", PS_A, RUN_D)) == "-z"


@pytest.mark.parametrize(
    "question", ["what is the difference between -d and -p", "-d vs -p", "чем -d отличается от -p"]
)
def test_flags_are_compared(question: str) -> None:
    other = make_chunk("* -d - days", kind=ChunkKind.FLAG, commands=("df",), flags=("-d",))
    assert chosen(question, other, PS_A, RUN_P, RUN_D) == [RUN_D.id, RUN_P.id]
    assert chosen(question, other, RUN_P) == [other.id, RUN_P.id]


@pytest.mark.parametrize(
    "question",
    [
        "named volume vs bind mount",
        "what is the difference between a named volume and a bind mount",
        "how does a named volume differ from a bind mount",
    ],
)
def test_the_best_for_each_side_is_compared(question: str) -> None:
    decoy = make_chunk("A named bind.", start=1)
    volume = make_chunk("A named volume is kept by docker.", start=3)
    mount = make_chunk("A bind mount is a folder of the machine.", start=5)
    assert chosen(question, decoy, volume, mount) == [volume.id, mount.id]


def test_what_holds_both_sides_is_enough() -> None:
    both = make_chunk("A named volume is docker's, a bind mount yours.", start=9)
    volume = make_chunk("A named volume is kept by docker.", start=3)
    assert chosen("named volume vs bind mount", volume, both) == [both.id]


def test_what_holds_both_sides_but_is_far_behind_is_not_taken() -> None:
    both = make_chunk("A named volume is docker's, a bind mount yours.", start=9)
    volume = make_chunk("A named volume is kept by docker.", start=3)
    mount = make_chunk("A bind mount is a folder of the machine.", start=5)
    assert chosen("named volume vs bind mount", volume, mount, both) == [volume.id, mount.id]


def test_a_side_is_what_the_notes_know_of_it() -> None:
    volume = make_chunk("A named volume is kept by docker.", start=3)
    mount = make_chunk("A mount is a folder of the machine.", start=5)
    ranking = ranking_of("named volume vs zorky frobnicated mount", volume, mount)
    unknown = {"zorky", "frobnicated"}
    terms = tuple(replace(t, known=t.content.surface not in unknown) for t in ranking.terms)
    picked = select(replace(ranking, terms=terms))
    assert [candidate.chunk.id for candidate in picked] == [volume.id, mount.id]


LIST = make_chunk("Isolation levels:\n\n- read committed\n", start=1, kind=ChunkKind.LIST)
REST = make_chunk("- serializable is the strictest", start=5, kind=ChunkKind.LIST)
ITEM = replace(make_chunk("- read committed", start=3, kind=ChunkKind.LIST_ITEM), parent=LIST.id)


def listed(question: str, rest: Chunk = REST) -> list[ChunkId]:
    picked = select(ranking_of(question, ITEM), MemoryCatalog([LIST, ITEM, rest]))
    return [candidate.chunk.id for candidate in picked]


def test_a_question_for_a_list_gets_all_of_it() -> None:
    assert listed("which isolation levels exist") == [LIST.id, REST.id]
    after_a_blank = replace(REST, lines=LineRange(start=6, end=6))
    after_two = replace(REST, lines=LineRange(start=7, end=7))
    assert listed("which isolation levels exist", rest=after_a_blank) == [LIST.id, REST.id]
    assert listed("which isolation levels exist", rest=after_two) == [LIST.id]


def test_a_question_for_one_item_gets_that() -> None:
    assert listed("which isolation level is read committed") == [ITEM.id]


WAY = make_chunk(
    "## How do I restore a backup?\n\n1. Stop it.\n2. Load the dump of the backup.\n3. Start it.",
    kind=ChunkKind.QUESTION,
    question_lines=(1, 1),
)
STEPS = replace(
    make_chunk("\n".join(WAY.text.split("\n")[2:]), start=3, kind=ChunkKind.LIST), parent=WAY.id
)
STEP = replace(
    make_chunk("2. Load the dump of the backup.", start=4, kind=ChunkKind.LIST_ITEM),
    parent=STEPS.id,
)
BULLET = replace(
    make_chunk("- Load the dump of the backup.", start=4, kind=ChunkKind.LIST_ITEM),
    parent=STEPS.id,
)
CODE_STEP = replace(
    make_chunk("2. Load it:\n```\nload\n```", start=4, kind=ChunkKind.COMMAND), parent=WAY.id
)
LONG_WAY = replace(WAY, lines=LineRange(start=1, end=60))


@pytest.mark.parametrize(
    ("question", "step", "whole", "is_whole"),
    [
        ("how do I restore a backup?", STEP, WAY, True),
        ("how do I restore a backup?", CODE_STEP, WAY, True),
        ("how do I load the dump?", STEP, WAY, False),
        ("how do I load the dump of the backup?", STEP, WAY, False),
        ("how do I restore a backup?", BULLET, WAY, False),
        ("what is restoring a backup?", STEP, WAY, False),
        ("how do I restore a backup?", STEP, LONG_WAY, False),
    ],
)
def test_who_asks_for_the_way_gets_every_step(
    question: str, step: Chunk, whole: Chunk, is_whole: bool
) -> None:
    catalog = MemoryCatalog([whole, STEPS, step])
    (picked,) = select(ranking_of(question, step), catalog)
    assert picked.chunk.id == (whole.id if is_whole else step.id)


PROBLEM = make_chunk(
    "## Permission denied\n\nCheck:\n\n- the key\n- the port\n\n"
    "- Error: address in use\n  Fix: stop it",
    kind=ChunkKind.TROUBLESHOOTING,
    question_lines=(1, 1),
)
CHECKS = replace(
    make_chunk("Check:\n\n- the key\n- the port", start=3, kind=ChunkKind.LIST), parent=PROBLEM.id
)
CHECK = replace(make_chunk("- the port", start=6, kind=ChunkKind.LIST_ITEM), parent=CHECKS.id)
OWN_FIX = replace(
    make_chunk("- Error: address in use\n  Fix: stop it", start=8, kind=ChunkKind.LIST_ITEM),
    parent=PROBLEM.id,
)


def mended(question: str, found: Chunk) -> list[ChunkId]:
    picked = select(ranking_of(question, found), MemoryCatalog([PROBLEM, CHECKS, CHECK, OWN_FIX]))
    return [candidate.chunk.id for candidate in picked]


@pytest.mark.parametrize("question", ["permission denied error on the port", "permission denied"])
def test_a_step_of_a_fix_brings_all_of_it_however_deep_it_stands(question: str) -> None:
    assert mended(question, CHECK) == [PROBLEM.id]
    assert mended(question, OWN_FIX) == [PROBLEM.id]


def test_a_part_with_a_symptom_and_fix_of_its_own_is_enough() -> None:
    assert mended("address already in use error", OWN_FIX) == [OWN_FIX.id]


def test_an_item_of_a_fix_that_is_asked_for_stays_alone() -> None:
    assert mended("which port", CHECK) == [CHECK.id]
    assert mended("the port", CHECK) == [CHECK.id]


def test_a_part_of_a_fix_that_something_else_is_asked_of_stays_alone() -> None:
    assert mended("how do I change the port", CHECK) == [CHECK.id]


TABLE = make_chunk(
    "| host | user |\n|---|---|\n| web01 | deploy |\n| db01 | postgres |", kind=ChunkKind.TABLE_ROW
)
WEB, DB = (
    replace(make_chunk(row, start=start, kind=ChunkKind.TABLE_ROW), context=head, parent=TABLE.id)
    for row, start, head in (
        ("| web01 | deploy |", 3, "host | user"),
        ("| db01 | postgres |", 4, "host | user"),
    )
)


@pytest.mark.parametrize(
    ("question", "picked"),
    [
        ("user on db01", [DB.id]),
        ("user web01 and db01", [TABLE.id]),
        ("user", [TABLE.id]),
        ("user on db01 after midnight", [TABLE.id]),
        ("which users are there", [TABLE.id]),
    ],
)
def test_the_one_row_that_answers_stands_for_its_table(
    question: str, picked: list[ChunkId]
) -> None:
    found = select(ranking_of(question, TABLE), MemoryCatalog([TABLE, WEB, DB]))
    assert [candidate.chunk.id for candidate in found] == picked


def test_each_side_with_an_entry_of_its_own_is_told_by_it() -> None:
    run = make_chunk(
        "docker run nginx\n\nMakes a container.",
        kind=ChunkKind.COMMAND,
        commands=("docker run nginx",),
        start=1,
    )
    start = make_chunk(
        "docker start web\n\nStarts what was made by docker run.",
        kind=ChunkKind.COMMAND,
        commands=("docker start web",),
        start=5,
    )
    question = "what is the difference between docker run and docker start"
    assert chosen(question, start, run) == [run.id, start.id]
    telling = make_chunk("docker start differs from docker run: it makes nothing.", start=9)
    assert chosen(question, telling, start, run) == [telling.id]


def test_definitions_are_compared_though_one_names_the_other() -> None:
    image = make_chunk("Image - a template.", kind=ChunkKind.DEFINITION, start=1)
    container = make_chunk("Container - an image that runs.", kind=ChunkKind.DEFINITION, start=3)
    assert chosen("image vs container", container, image) == [image.id, container.id]


def test_lines_of_code_and_flags_are_compared() -> None:
    whole = make_chunk("```\nRUN x  # build\nCMD y  # start\n```", kind=ChunkKind.CODE, start=1)
    run = make_chunk("RUN x  # build", kind=ChunkKind.CODE, start=2, parent=whole.id)
    cmd = make_chunk("CMD y  # start", kind=ChunkKind.CODE, start=3, parent=whole.id)
    assert chosen("CMD vs RUN", run, whole, cmd) == [cmd.id, run.id]
    assert chosen("CMD vs -p", cmd, whole, RUN_P) == [cmd.id, RUN_P.id]


def test_who_asks_for_a_link_gets_the_address_under_the_heading() -> None:
    address = make_chunk("https://example.org/talk", start=3)
    told = make_chunk("A talk about containers.", start=5)
    assert chosen("link to the talk about containers", told, address) == [address.id]
    assert chosen("ссылка на talk about containers", told, address) == [address.id]
    assert chosen("the talk about containers", told, address) == [told.id]
    elsewhere = make_chunk("https://example.org/other", start=3, note="b.md")
    assert chosen("link to the talk about containers", told, elsewhere) == [told.id]


def test_who_asks_how_gets_the_command_rather_than_a_line_of_a_file() -> None:
    whole = make_chunk("```\nFROM a  # to make an own image\nRUN b  # x\n```", kind=ChunkKind.CODE)
    line = make_chunk("FROM a  # to make an own image", kind=ChunkKind.CODE, parent=whole.id)
    build = make_chunk(
        "docker build .\n\nMake an own image.",
        kind=ChunkKind.COMMAND,
        commands=("docker build .",),
        start=9,
    )
    assert chosen("how do I make an own image", line, build) == [build.id]
    assert chosen("what makes an own image", line, build) == [line.id]
    assert chosen("how do I make an own image", line, whole) == [line.id]


def test_the_code_of_a_fix_is_no_line_of_a_file() -> None:
    fix = make_chunk("# no space\n\n```\nFROM a\n```", kind=ChunkKind.TROUBLESHOOTING)
    code = make_chunk("```\nFROM a\n```", kind=ChunkKind.CODE, start=3, parent=fix.id)
    build = make_chunk(
        "docker build .", kind=ChunkKind.COMMAND, commands=("docker build .",), start=9
    )
    assert chosen("how do I start from a", code, build) == [code.id]
