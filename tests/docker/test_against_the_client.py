"""Our output beside that of the real docker client, on the same daemon."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from server.sandbox.service import Sandbox
from tests.docker.fixtures import run_to_end

pytestmark = pytest.mark.docker

_TRIES = 8
"""A listing tells of seconds, so the clock may tick between the two. Lines are compared sorted,
since the client's order is at random where two objects are equally old."""

SAME = (
    "docker images",
    "docker image ls -q",
    "docker images --digests",
    "docker images --no-trunc",
    "docker images busybox",
    "docker images --filter dangling=true",
    "docker ps",
    "docker ps -a",
    "docker ps -aq",
    "docker ps -a --no-trunc",
    "docker ps -as",
    "docker ps -l",
    "docker ps -n 2",
    "docker ps -a --filter status=exited",
    "docker ps -a --filter name=web --filter status=running",
    "docker ps -a --format '{{.ID}}|{{.Names}}|{{.Ports}}|{{.Status}}'",
    "docker ps -a --format 'table {{.Names}}\\t{{.Image}}'",
    "docker volume ls",
    "docker volume ls -q",
    "docker network ls",
    "docker network ls -q --no-trunc",
    "docker inspect web",
    "docker inspect -f '{{.Name}} {{.State.Running}}' web ended",
    "docker volume inspect vol2",
    "docker network inspect netty",
    "docker image inspect busybox",
    "docker top web",
    "docker port web",
    "docker port web 80",
    "docker port web 81",
    "docker diff ended",
    "docker logs ended",
    "docker logs --tail 1 ended",
    "docker history busybox",
    "docker system df",
    "docker exec web echo hi",
    "docker exec -e A=b -w /tmp web sh -c 'echo $A; pwd; exit 3'",
    "docker exec web nope",
    "docker exec ended ls",
    "docker start -a ended",
    "docker pull busybox:nope",
    "docker pull nobody/nothing",
    # what is not there
    "docker inspect nope",
    "docker logs nope",
    "docker stop nope",
    "docker start nope",
    "docker start -a nope",
    "docker kill ended",
    "docker restart nope",
    "docker rm nope",
    "docker rm web",
    "docker rmi nope",
    "docker volume rm nope",
    "docker volume inspect nope",
    "docker rename nope other",
    "docker tag nope other",
    "docker top ended",
    "docker commit nope",
)


@pytest.fixture(scope="module")
def client(live_sandbox: Sandbox) -> Iterator[list[str]]:
    """The docker client's command line, with a few objects in the sandbox."""
    program = shutil.which("docker")
    if program is None:
        pytest.skip("NO DOCKER CLIENT, so the tables are not compared with its own")
    command = [program, "-H", live_sandbox.engine().endpoint.base_url]
    run_to_end(live_sandbox, "docker rm -f $(docker ps -aq)")
    for line in (
        "docker pull alpine",
        "docker run -d --name web -p 8090:80 -p 9000-9002:9000-9002 -p 53:53/udp busybox sleep 600",
        "docker run --name ended busybox sh -c 'echo one; echo two >&2; touch /file; exit 3'",
        "docker volume create vol10",
        "docker volume create vol2",
        "docker network create netty",
    ):
        run_to_end(live_sandbox, line)
    yield command
    for line in (
        "docker rm -f web ended",
        "docker volume rm vol10 vol2",
        "docker network rm netty",
    ):
        assert run_to_end(live_sandbox, line).exit_code == 0


@pytest.mark.parametrize("text", SAME)
def test_same_as_the_client(client: list[str], live_sandbox: Sandbox, text: str) -> None:
    for _ in range(_TRIES):
        ours, theirs = _ours(live_sandbox, text), _theirs(client, text)
        if ours == theirs:
            return
    assert ours == theirs


def _ours(sandbox: Sandbox, text: str) -> tuple[list[str], list[str], int | None]:
    run = run_to_end(sandbox, text)
    return sorted(run.stdout.splitlines()), run.stderr.splitlines(), run.exit_code


def _theirs(client: list[str], text: str) -> tuple[list[str], list[str], int | None]:
    shell = f'docker() {{ {" ".join(client)} "$@"; }}; {text}'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
    return sorted(done.stdout.splitlines()), done.stderr.splitlines(), done.returncode
