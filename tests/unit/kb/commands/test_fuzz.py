"""Whatever is typed: a clear error or a body within the allow-list, never anything else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.commands.actions import CreateContainer, RunContainer
from kb.commands.compose.policy import check_compose
from kb.commands.container.spec import ContainerSpec
from kb.commands.dockerfile.policy import check_dockerfile
from kb.commands.limits import DEFAULT_RULES
from kb.commands.line.grammar import parse
from kb.commands.line.tokens import quote
from kb.commands.offer import offer
from kb.commands.plan import plan
from kb.commands.requests import check_body, create_body
from kb.commands.requests.hardening import harden_body
from kb.commands.slots.places import find_places
from kb.commands.spec import all_commands, global_flags
from kb.errors import KbError
from kb.model import LineRange, NoteId

RUN = next(spec for spec in all_commands() if spec.path == "run")
FLAGS = [flag.name for flag in RUN.flags] + [flag.short for flag in RUN.flags if flag.short]
VALUES = st.sampled_from(
    [
        "host", "/", "/:/h", "data:/d", "data:/d:ro", "x:/y:shared", "80", "8080:80", "A=b", "-1",
        "1g", "999g", "64m", "10", "0", "1", "on-failure:3", "always", "SYS_ADMIN", "CHOWN", "ALL",
        "type=bind,src=/,dst=/h", "type=volume,src=data,dst=/h", "type=tmpfs,dst=/t", "/t:size=9g",
        "container:x", "private", "none", "web", "json-file", "max-size=9g", "no-new-privileges",
        "seccomp=unconfined", "30s", "1ms", "nofile=99999999", "name:203.0.113.1", "x:host-gateway",
        "busybox", "--privileged", "", "a b", "'", "$HOME", "a,b", "0.0.0.0:1:1", "1-9:1-9",
    ]
)  # fmt: skip
WORDS = st.one_of(
    st.sampled_from(FLAGS),
    VALUES,
    st.tuples(st.sampled_from(FLAGS), VALUES).map("=".join),
    st.tuples(st.sampled_from(FLAGS), VALUES).map("".join),
    st.text(max_size=8),
)
PATHS = st.sampled_from([name for spec in all_commands() for name in (spec.path, *spec.aliases)])
ANY_FLAG = st.sampled_from(
    sorted({flag.name for spec in all_commands() for flag in spec.flags})
    + [flag.name for flag in global_flags("docker")]
)


def assert_it_tells(error: KbError) -> None:
    assert error.code
    assert error.message


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["run", "create"]), st.lists(WORDS, max_size=8))
def test_a_line_that_is_let_pass_has_a_body_that_is_let_pass(verb: str, words: list[str]) -> None:
    line = f"docker {verb} " + " ".join(words) + " busybox"
    try:
        action = plan(line, confirmed=True).action
    except KbError as error:
        assert_it_tells(error)
        return
    if isinstance(action, RunContainer | CreateContainer):
        check_body(create_body(action.spec, host_ip="192.0.2.1"))


BODY = create_body(ContainerSpec(image="busybox"), host_ip="192.0.2.1")
HOST_CONFIG = BODY["HostConfig"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | VALUES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(VALUES | st.sampled_from(["Type", "Name", "HostIp"]), inner, max_size=3)
    ),
    max_leaves=6,
)
CHANGES = st.dictionaries(st.sampled_from(sorted(HOST_CONFIG)) | VALUES, JSON, max_size=4)


@settings(max_examples=250, deadline=None)
@given(CHANGES, st.dictionaries(st.sampled_from(sorted(BODY)), JSON, max_size=2))
def test_a_hardened_body_is_held_or_refused(
    host: dict[str, object], top: dict[str, object]
) -> None:
    body = {**BODY, "HostConfig": {**HOST_CONFIG, **host}, **top}
    hardened = harden_body(body, host_ip="192.0.2.1")
    try:
        check_body(hardened)
    except KbError as error:
        assert_it_tells(error)
        return
    held = hardened["HostConfig"]
    assert isinstance(held, dict)
    assert held["CapDrop"] == ["ALL"]
    assert held["SecurityOpt"] == ["no-new-privileges"]
    assert not held.get("Privileged")
    limits = DEFAULT_RULES.limits
    assert 0 < held["Memory"] <= limits.memory_bytes
    assert 0 < held["PidsLimit"] <= limits.pids
    assert all(not str(bind).startswith("/") for bind in held.get("Binds") or [])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FLAGS), st.text(alphabet="a1C:/\\$(){}<>,=.-[]`%~;| \"'", max_size=14))
def test_no_value_of_an_option_raises_anything_but_our_errors(flag: str, value: str) -> None:
    for line in (f"docker run {flag} {value} x", f"docker run {flag}={quote(value)} x"):
        offered = offer(line, note=NoteId("n"), lines=LineRange(start=1, end=1))
        assert offered.runnable == (offered.refusal is None)


@settings(max_examples=200, deadline=None)
@given(PATHS, st.lists(ANY_FLAG | VALUES | st.text(max_size=6), max_size=6))
def test_no_line_raises_anything_but_our_errors(path: str, words: list[str]) -> None:
    for program in ("docker", "docker-compose"):
        try:
            plan(f"{program} {path} " + " ".join(words), confirmed=False)
        except KbError as error:
            assert_it_tells(error)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_no_text_raises_anything_but_our_errors(text: str) -> None:
    for line in (text, f"docker {text}", f"docker run {text}"):
        try:
            call = parse(line)
        except KbError:
            continue
        for place in find_places(call):
            token = call.tokens[place.token].value
            assert token[place.start : place.end] == place.value


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120) | st.text(alphabet="services: web\n-{}[]&*!|>'\"$#x1", max_size=80))
def test_no_file_raises_anything_but_our_errors(text: str) -> None:
    for check in (lambda: check_compose(text, host_ip="192.0.2.1"), lambda: check_dockerfile(text)):
        try:
            check()
        except KbError as error:
            assert_it_tells(error)
