"""The commands of a developer's notes, pressed one after the other on a real daemon."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping

import pytest

from kb.errors import CommandRefusedError, NeedsConfirmationError
from kb.model import CommandRun, RunState
from server.note_file_check import clean_files
from server.sandbox.service import Sandbox
from server.sandbox.state import ContainerSummary
from tests.docker.fixtures import run_to_end
from tests.waiting import wait_until

pytestmark = pytest.mark.docker

DOCKERFILE = b"""FROM python:3.6
RUN mkdir -p /usr/src/app/
WORKDIR /usr/src/app/
COPY . /usr/src/app/
RUN pip install --no-cache-dir -r reqs.txt
EXPOSE 8080
ENV TZ Europe/Moscow
CMD ["python", "hello-docker.py"]
"""


def test_the_notes_from_the_first_command_to_the_last(live_sandbox: Sandbox) -> None:
    """One story: each command finds what those before it have left."""

    def press(text: str) -> CommandRun:
        run = run_to_end(live_sandbox, text)
        assert run.state is RunState.EXITED, (text, run)
        assert run.exit_code == 0, (text, run)
        return run

    press("docker rm -f $(docker ps -aq)")
    run_to_end(live_sandbox, "docker rmi bitnami/kafka postgres")
    pulled = press("docker pull bitnami/kafka:latest").stdout.splitlines()
    assert pulled[0] == "latest: Pulling from bitnami/kafka"
    assert pulled[-2:] == [
        "Status: Downloaded newer image for bitnami/kafka:latest",
        "docker.io/bitnami/kafka:latest",
    ]
    listed = press("docker images").stdout
    assert listed.startswith("REPOSITORY ")
    assert ["bitnami/kafka", "latest"] in [line.split()[:2] for line in listed.splitlines()]
    assert press("docker info").stdout.splitlines()[3] == "Server:"

    made = press("docker run --name MyPostgres -e POSTGRES_PASSWORD=s -p 8090:8080 -d postgres")
    container = made.stdout.strip()
    assert len(container) == 64
    assert "Unable to find image 'postgres:latest' locally" in made.stderr
    assert container[:12] in press("docker ps").stdout
    assert press("docker ps -a -q").stdout.splitlines() == [container[:12]]
    assert press("docker ps --format '{{.Names}}'").stdout == "MyPostgres\n"
    _wait_for_log(live_sandbox, "MyPostgres", "ready to accept connections")
    assert (
        'listening on IPv4 address "0.0.0.0", port 5432' in press("docker logs MyPostgres").stdout
    )

    (link,) = [
        port.url
        for each in live_sandbox.inventory().containers
        for port in each.ports
        if port.container_port == 8080
    ]
    assert ":8090/" in link
    with urllib.request.urlopen(link, timeout=5) as answer:
        assert answer.read() == b"it works\n"

    assert press(f"docker stop {container[:12]}").stdout == f"{container[:12]}\n"
    assert press("docker ps -q").stdout == ""
    attached = live_sandbox.runs.start("docker start -a MyPostgres", confirm=False)
    _wait_for_output(live_sandbox, attached, "ready to accept connections")
    live_sandbox.runs.stop(attached.id)
    list(live_sandbox.runs.events(attached.id))
    assert live_sandbox.runs.get(attached.id).state is RunState.STOPPED
    assert press("docker ps -q").stdout == ""

    assert press("docker volume create MyVolume").stdout == "MyVolume\n"
    assert "local     MyVolume\n" in press("docker volume ls").stdout
    press(
        "docker run --rm -v MyVolume:/usr/src/app/resources alpine touch /usr/src/app/resources/x"
    )
    kept = press("docker run --rm -v MyVolume:/data alpine ls /data")
    assert kept.stdout == "x\n"

    press("docker rm MyPostgres")
    assert "Untagged: postgres:latest" in press("docker rmi postgres").stdout
    press("docker rmi bitnami/kafka")
    press("docker volume rm MyVolume")


def test_a_build_from_the_notes_own_files(live_sandbox: Sandbox) -> None:
    files = {
        "Dockerfile": DOCKERFILE,
        "reqs.txt": b"flask==1.1.1\n",
        "hello-docker.py": b"print('hello')\n",
    }
    built = _build(live_sandbox, files)
    assert built.exit_code == 0, built
    assert "Collecting flask==1.1.1" in built.stdout
    assert built.stdout.endswith("Successfully tagged my-image:latest\n")
    run = run_to_end(live_sandbox, "docker run --rm my-image")
    assert (run.stdout, run.exit_code) == ("running hello-docker.py\n", 0)


def test_a_dockerfile_with_the_notes_comments_fails_and_says_why(live_sandbox: Sandbox) -> None:
    text = b"FROM python:3.6\nCOPY . /usr/src/app/  // copies everything\n"
    built = _build(live_sandbox, {"Dockerfile": text})
    assert built.exit_code == 1
    assert "line 2 of the Dockerfile" in built.stderr


def test_a_dockerfile_that_cannot_even_be_read_says_why_too(live_sandbox: Sandbox) -> None:
    built = _build(live_sandbox, {"Dockerfile": b"FROM python:3.6  // the base\n"})
    assert built.exit_code == 1
    assert built.stderr.startswith("Error response from daemon: ")
    assert "line 1 of the Dockerfile" in built.stderr
    cleaned = clean_files({"Dockerfile": b"FROM python:3.6  // the base\n"})
    assert _build(live_sandbox, cleaned).exit_code == 0


def test_a_build_without_a_dockerfile_is_a_clear_error(live_sandbox: Sandbox) -> None:
    run = run_to_end(live_sandbox, "docker build -t my-image .")
    assert run.state is RunState.FAILED
    assert "Dockerfile" in run.stderr


def test_what_a_command_would_destroy_is_told_first(live_sandbox: Sandbox) -> None:
    run_to_end(live_sandbox, "docker create --name doomed alpine")
    for text in ("docker rm doomed", "docker container prune", "docker rm $(docker ps -aq)"):
        with pytest.raises(NeedsConfirmationError) as raised:
            live_sandbox.runs.start(text, confirm=False)
        assert any("doomed" in victim for victim in raised.value.victims), text
    with pytest.raises(NeedsConfirmationError) as raised:
        live_sandbox.runs.start("docker rm doomed", confirm=False, language="ru")
    assert raised.value.victims == ("контейнер doomed из alpine",)
    assert run_to_end(live_sandbox, "docker rm doomed").exit_code == 0


def test_what_is_not_there_needs_no_confirmation(live_sandbox: Sandbox) -> None:
    run = run_to_end(live_sandbox, "docker rm 46286a4fff79", confirm=False)
    assert run.exit_code == 1
    assert run.stderr == "Error response from daemon: No such container: 46286a4fff79\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("docker run --rm alpine sh -c 'exit 7'", 7),
        ("docker run --rm alpine no-such-program", 127),
        ("docker run --rm alpine /etc/passwd", 126),
        ("docker run --rm nobody/nothing", 125),
        ("docker exec nothing ls", 1),
    ],
)
def test_exit_codes_are_the_clis(live_sandbox: Sandbox, text: str, code: int) -> None:
    run = run_to_end(live_sandbox, text)
    assert (run.state, run.exit_code) == (RunState.EXITED, code), run


def test_both_streams_are_told_apart(live_sandbox: Sandbox) -> None:
    text = "docker run --rm alpine sh -c 'echo out; echo err >&2'"
    run_to_end(live_sandbox, "docker pull alpine")
    run = run_to_end(live_sandbox, text)
    assert (run.stdout, run.stderr) == ("out\n", "err\n")


def test_a_run_that_never_ends_is_stopped(live_sandbox: Sandbox) -> None:
    run = live_sandbox.runs.start("docker run --rm alpine sleep 1000", confirm=False)
    wait_until(lambda: any(each.state == "running" for each in _containers(live_sandbox)))
    live_sandbox.runs.stop(run.id)
    kinds = [event.kind for event in live_sandbox.runs.events(run.id)]
    assert kinds[-1] == "exit"
    assert live_sandbox.runs.get(run.id).state is RunState.STOPPED
    wait_until(lambda: not _containers(live_sandbox))


def test_logs_are_followed_until_stopped(live_sandbox: Sandbox) -> None:
    made = "docker run -d --name ticking alpine sh -c 'while true; do echo tick; sleep 0.1; done'"
    assert run_to_end(live_sandbox, made).exit_code == 0
    run = live_sandbox.runs.start("docker logs -f ticking", confirm=False)
    _wait_for_output(live_sandbox, run, "tick\ntick\n")
    live_sandbox.runs.stop(run.id)
    list(live_sandbox.runs.events(run.id))
    assert live_sandbox.runs.get(run.id).state is RunState.STOPPED
    assert run_to_end(live_sandbox, "docker rm -f ticking").exit_code == 0


def test_refused_commands_reach_no_daemon(live_sandbox: Sandbox) -> None:
    for text in ("docker run --privileged alpine", "docker run -v /:/h alpine", "docker ps; id"):
        with pytest.raises(CommandRefusedError):
            live_sandbox.runs.start(text, confirm=True)


def _build(sandbox: Sandbox, files: Mapping[str, bytes]) -> CommandRun:
    return run_to_end(sandbox, "docker build -t my-image .", files=files)


def _containers(sandbox: Sandbox) -> tuple[ContainerSummary, ...]:
    return sandbox.inventory().containers


def _wait_for_log(sandbox: Sandbox, name: str, words: str) -> None:
    def logged() -> bool:
        run = run_to_end(sandbox, f"docker logs {name}")
        return words in run.stdout + run.stderr

    wait_until(logged)


def _wait_for_output(sandbox: Sandbox, run: CommandRun, words: str) -> None:
    def came() -> bool:
        now = sandbox.runs.get(run.id)
        return words in now.stdout + now.stderr

    wait_until(came)
