"""The commands beside those of the notes, on a real daemon: what each changes and leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.model import CommandRun, Language, RunState
from server.sandbox.service import Sandbox
from tests.docker.fixtures import run_to_end
from tests.waiting import wait_until

pytestmark = pytest.mark.docker


@pytest.fixture
def box(live_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox with a running container `idle`."""
    press(live_sandbox, "docker run -d --name idle busybox sleep 1000")
    yield live_sandbox
    press(live_sandbox, "docker rm -f idle")


def press(sandbox: Sandbox, text: str) -> CommandRun:
    """Run a line that must end well."""
    run = run_to_end(sandbox, text)
    assert (run.state, run.exit_code) == (RunState.EXITED, 0), (text, run)
    return run


def told(sandbox: Sandbox, template: str, name: str = "idle") -> str:
    """Return what the daemon tells of a container."""
    return press(sandbox, f"docker inspect -f '{template}' {name}").stdout.strip()


@pytest.mark.parametrize(("language", "word"), [("en", "is running"), ("ru", "работающим")])
def test_a_taken_name_is_told_with_a_way_on(box: Sandbox, language: Language, word: str) -> None:
    started = box.runs.start("docker run -d --name idle busybox", confirm=False, language=language)
    list(box.runs.events(started.id))
    run = box.runs.get(started.id)
    assert run.exit_code == 125
    assert "Conflict" in run.stderr
    assert word in run.stderr
    for way in ("`docker rm -f idle`", "`--name idle-2`"):
        assert way in run.stderr


def test_a_taken_name_of_a_stopped_container_and_of_a_rename(box: Sandbox) -> None:
    press(box, "docker create --name made busybox")
    again = run_to_end(box, "docker create --name made busybox")
    assert "`docker start made`" in again.stderr
    renamed = run_to_end(box, "docker rename idle made")
    assert renamed.exit_code == 1
    assert "`docker start made`" in renamed.stderr
    press(box, "docker rm made")


def test_a_taken_port_is_told_with_its_owner_and_what_is_left_over(live_sandbox: Sandbox) -> None:
    press(live_sandbox, "docker run -d --name first -p 8123:80 busybox sleep 1000")
    run = run_to_end(live_sandbox, "docker run -d --name second -p 8123:80 busybox sleep 1000")
    assert run.exit_code == 125
    assert "port 8123 is published by the container first" in run.stderr
    assert "`docker rm second`" in run.stderr
    started = run_to_end(live_sandbox, "docker start second")
    assert started.exit_code == 1
    assert "`docker stop first`" in started.stderr
    press(live_sandbox, "docker rm -f first second")


def test_a_taken_network_is_told(live_sandbox: Sandbox) -> None:
    press(live_sandbox, "docker network create own")
    again = run_to_end(live_sandbox, "docker network create own")
    assert again.exit_code == 1
    assert "`docker network rm own`" in again.stderr
    press(live_sandbox, "docker network rm own")


def test_restart_and_kill(box: Sandbox) -> None:
    before = told(box, "{{.State.StartedAt}}")
    assert press(box, "docker restart -t 0 idle").stdout == "idle\n"
    assert told(box, "{{.State.StartedAt}}") != before
    assert told(box, "{{.State.Running}}") == "true"
    assert press(box, "docker kill idle").stdout == "idle\n"
    wait_until(lambda: told(box, "{{.State.Running}}") == "false")
    assert told(box, "{{.State.ExitCode}}") == "137"


def test_pause_and_unpause(box: Sandbox) -> None:
    press(box, "docker pause idle")
    assert told(box, "{{.State.Status}}") == "paused"
    press(box, "docker unpause idle")
    assert told(box, "{{.State.Status}}") == "running"


def test_rename(box: Sandbox) -> None:
    assert press(box, "docker rename idle other").stdout == ""
    assert told(box, "{{.Name}}", "other") == "/other"
    press(box, "docker rename other idle")


def test_wait_tells_the_exit_code(live_sandbox: Sandbox) -> None:
    press(live_sandbox, "docker run -d --name ends busybox sh -c 'sleep 2; exit 5'")
    assert press(live_sandbox, "docker wait ends").stdout == "5\n"
    press(live_sandbox, "docker rm ends")


def test_a_wait_is_stopped_and_the_container_goes_on(box: Sandbox) -> None:
    run = box.runs.start("docker wait idle", confirm=False)
    wait_until(lambda: box.runs.get(run.id).state is RunState.RUNNING)
    box.runs.stop(run.id)
    list(box.runs.events(run.id))
    assert box.runs.get(run.id).state is RunState.STOPPED
    assert told(box, "{{.State.Running}}") == "true"


def test_commit_and_tag(box: Sandbox) -> None:
    press(box, "docker exec idle touch /kept")
    made = press(box, "docker commit -m words idle mine:1").stdout.strip()
    assert made.startswith("sha256:")
    press(box, "docker tag mine:1 mine:2")
    assert press(box, "docker run --rm mine:2 ls /kept").stdout == "/kept\n"
    press(box, "docker rmi mine:1 mine:2")


def test_a_container_is_reached_by_name_in_a_network_it_was_connected_to(box: Sandbox) -> None:
    press(box, "docker network create own")
    press(box, "docker network connect --alias here own idle")
    press(box, "docker exec -d idle nc -ll -p 80 -e echo inside")
    asked = "docker run --rm --network own busybox sh -c 'sleep 1; nc -w 5 here 80'"
    assert press(box, asked).stdout == "inside\n"
    press(box, "docker network disconnect own idle")
    press(box, "docker network rm own")


def test_stats_once_and_until_stopped(box: Sandbox) -> None:
    once = press(box, "docker stats --no-stream idle").stdout.splitlines()
    assert once[0].startswith("CONTAINER ID")
    assert once[1].split()[1] == "idle"
    assert len(once) == 2
    run = box.runs.start("docker stats idle", confirm=False)
    wait_until(lambda: box.runs.get(run.id).stdout.count("CONTAINER ID") >= 2)
    box.runs.stop(run.id)
    list(box.runs.events(run.id))
    assert box.runs.get(run.id).state is RunState.STOPPED


def test_a_prune_of_volumes_leaves_named_ones(live_sandbox: Sandbox) -> None:
    """The daemon's own prune would take them too before API 1.42."""

    def volumes() -> set[str]:
        return set(press(live_sandbox, "docker volume ls -q").stdout.split())

    before = volumes()
    press(live_sandbox, "docker volume create named")
    press(live_sandbox, "docker create --name holder -v /data busybox")
    press(live_sandbox, "docker rm holder")
    (anonymous,) = volumes() - before - {"named"}
    pruned = press(live_sandbox, "docker volume prune -f")
    assert anonymous in pruned.stdout
    assert anonymous not in volumes()
    assert "named" in volumes()
    press(live_sandbox, "docker volume prune -f --filter all=1")
    assert "named" not in volumes()


def test_a_prune_takes_what_is_not_used_and_no_more(box: Sandbox) -> None:
    press(box, "docker create --name stopped busybox")
    press(box, "docker network create unused")
    assert press(box, "docker container prune -f").stdout.startswith("Deleted Containers:")
    assert "unused" in press(box, "docker network prune -f").stdout
    press(box, "docker commit idle dangling:1")
    press(box, "docker exec idle touch /more")
    press(box, "docker commit idle dangling:1")
    assert "Deleted Images:" in press(box, "docker image prune -f").stdout
    assert "Total reclaimed space:" in press(box, "docker builder prune -f").stdout
    assert "Total reclaimed space:" in press(box, "docker system prune -f").stdout
    assert press(box, "docker ps -a --format '{{.Names}}'").stdout == "idle\n"
    assert "dangling" in press(box, "docker images").stdout
    press(box, "docker rmi dangling:1")


def test_a_build_from_a_folder_below_the_state_folder(
    live_sandbox: Sandbox, sandbox_folder: Path
) -> None:
    folder = sandbox_folder / "contexts" / "app"
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM busybox\nCOPY words.txt /words.txt\n")
    (folder / "words.txt").write_text("from the folder\n")
    (folder / "link").symlink_to("/etc/hostname")
    built = press(live_sandbox, "docker build -t app app")
    assert "link" in built.stderr
    assert "Successfully tagged app:latest" in built.stdout
    shown = press(live_sandbox, "docker run --rm app cat /words.txt")
    assert shown.stdout == "from the folder\n"
    outside = run_to_end(live_sandbox, "docker build -t app nowhere")
    assert outside.state is RunState.FAILED
    press(live_sandbox, "docker rmi app")
