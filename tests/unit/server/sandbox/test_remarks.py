"""What a run says of its own: with a code, in plain English, and never without one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast, get_args

import pytest
from docker import APIClient

from kb.commands.limits import DEFAULT_RULES
from kb.commands.plan import plan
from kb.commands.texts import refused
from kb.errors import CommandRefusedError, InvalidInputError, SandboxError
from kb.model import Remark, RunEvent, RunId, RunState
from server.sandbox import remarks
from server.sandbox.driver import Endpoint
from server.sandbox.engine import Engine
from server.sandbox.kept_runs import EndedRun, KeptRuns
from server.sandbox.remarks import RemarkCode, failure, remark
from server.sandbox.run import Run
from server.sandbox.runner.gate import Gate
from server.sandbox.runner.job import Job
from server.sandbox.runner.perform import perform
from server.sandbox.settings import RunLimits

_SANDBOX: Final = Path(remarks.__file__).parent
_WORDS: Final = _SANDBOX.parent / "static" / "js" / "text"
_DOCKERS: Final = ("Error: ", "docker: ", "WARNING: ")
"""How a line begins that docker would write too."""


def _calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of methods of these names, with the module that they stand in."""
    for path in _SANDBOX.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if isinstance(node, ast.Call) and name in names:
                yield path.name, node


def _beginning(node: ast.expr) -> str:
    """Return the words that an argument begins with, as far as they stand in the source."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_beginning(value) for value in node.values)
    if isinstance(node, ast.BinOp):
        return _beginning(node.left)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_what_docker_would_not_write_is_said_as_a_remark() -> None:
    written = {
        f"{module}: {words}"
        for module, call in _calls("error", "stderr")
        if call.args and (words := _beginning(call.args[0]))
        if not words.startswith(_DOCKERS)
    }
    assert written == set()


def test_every_remark_has_a_text_and_is_said_somewhere() -> None:
    said = {_beginning(call.args[0]) for _, call in _calls("say", "remark", "make_remark")}
    assert said - {""} == set(get_args(RemarkCode)) == set(remarks._TEXTS)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_has_words_for_every_remark_and_names_what_it_names(language: str) -> None:
    source = (_WORDS / f"{language}-remarks.js").read_text(encoding="utf-8")
    words = dict(re.findall(r'"remark\.(\w+)": "(.*)",', source))
    assert words.keys() == set(get_args(RemarkCode))
    for code, text in remarks._TEXTS.items():
        named = set(re.findall(r"\{(\w+)[:}]", text))
        assert set(re.findall(r"\{(\w+)\}", words[code])) == named, code


def test_a_remark_is_plain_english_and_safe_to_show() -> None:
    assert remark("output_cut", bytes=4096).text == "\n[output cut after 4,096 bytes]\n"
    assert remark("unknown_field", field="X", fields="A").text == (
        "template: there is no field {{.X}}; fields: A\n"
    )
    hostile = remark("note", text="\x1b[2Jno\u202eevil{text}")
    assert hostile.values == {"text": "noevil{text}"}
    assert hostile.text == "note: noevil{text}\n"


def test_a_failure_keeps_its_code_and_why() -> None:
    told = failure(SandboxError("none", reason="no_dockerd", hint="get one"))
    assert (told.code, told.reasons) == ("sandbox_unavailable", ("no_dockerd",))
    assert told.values == {"message": "none", "hint": "get one"}
    assert told.text == "none\nhint: get one\n"
    assert failure(InvalidInputError("odd")).text == "odd\n"


def test_remarks_stand_apart_from_the_output_and_outlive_the_server(tmp_path: Path) -> None:
    run, told = Run(RunId("1"), "x", RunLimits()), failure(SandboxError("no", reason="no_reply"))
    run.stderr("theirs\n")
    run.say(remark("note", text="ours"))
    run.say(told)
    run.stderr("theirs again\n")
    run.end(RunState.FAILED, None)
    expected = [None, remark("note", text="ours"), told, None]
    assert [event.remark for event in run.output()] == expected
    assert run.snapshot().stderr == "theirs\nnote: ours\nno\ntheirs again\n"
    kept = KeptRuns(tmp_path, most_chars=1000)
    kept.keep(run.snapshot(), run.output())
    (ended,) = kept.read()
    restored = Run.restored(ended, RunLimits())
    assert restored.output() == run.output()


def test_a_run_kept_by_an_earlier_version_is_read(tmp_path: Path) -> None:
    run = Run(RunId("1"), "x", RunLimits())
    run.stdout("out\n")
    kept = KeptRuns(tmp_path, most_chars=1000)
    kept.keep(run.snapshot(), run.output())
    (file,) = tmp_path.iterdir()
    assert '["stdout", "out\\n"]' in file.read_text()
    (ended,) = kept.read()
    assert isinstance(ended, EndedRun)
    assert ended.output == (RunEvent(kind="stdout", text="out\n"),)


def test_a_reason_that_is_none_any_more_is_left_out(tmp_path: Path) -> None:
    run = Run(RunId("1"), "x", RunLimits())
    run.say(failure(SandboxError("no", reason="no_reply")))
    kept = KeptRuns(tmp_path, most_chars=1000)
    kept.keep(run.snapshot(), run.output())
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text().replace("no_reply", "of_long_ago"))
    (ended,) = kept.read()
    assert isinstance(ended.output[0].remark, Remark)
    assert ended.output[0].remark.reasons == ()


def test_a_refusal_at_work_is_in_the_language_of_the_command() -> None:
    endpoint = Endpoint(base_url="unix:///none", label="", ports_host="10.0.0.2")
    engine = Engine(endpoint, name="", api_version="1.41")
    gate = Gate(endpoint=endpoint, rules=DEFAULT_RULES, language="ru")
    gate.keep_refusal(refused("privileged", part="x"))
    assert re.search("[а-яё]", gate.refused[0])
    files = {"Dockerfile": b"FROM alpine\nRUN --mount=type=ssh true\n"}
    run = Run(RunId("1"), "docker build .", RunLimits())
    job = Job(engine=engine, client=cast("APIClient", None), run=run, files=files, language="ru")
    with pytest.raises(CommandRefusedError, match=r"[а-яё]"):
        perform(plan("docker build .", confirmed=True).action, job)
