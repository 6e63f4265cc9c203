"""The typed action of every command that is offered."""

from __future__ import annotations

import pytest

from kb.commands import actions as act
from kb.commands.container.spec import (
    ContainerSpec,
    HealthCheck,
    Networking,
    PortBinding,
    Resources,
    RestartPolicy,
    TmpfsMount,
    Ulimit,
    VolumeMount,
)
from kb.commands.limits import MIB
from kb.commands.line.grammar import parse
from kb.commands.plan import plan
from kb.commands.readers import offered_commands
from kb.commands.spec import CommandSpec, Verdict, all_commands, command_index
from kb.errors import NeedsValuesError

Filter = act.Filter
ACTIONS: list[tuple[str, act.Action]] = [
    ("docker ps", act.ListContainers()),
    ("docker ps -aq", act.ListContainers(all=True, quiet=True)),
    ("docker ps -l", act.ListContainers(last=1)),
    ("docker ps -n 3 -s --no-trunc", act.ListContainers(last=3, size=True, no_trunc=True)),
    ("docker ps -n -1", act.ListContainers()),
    (
        "docker ps -f status=exited --filter name=a=b --format '{{.ID}}'",
        act.ListContainers(
            filters=(Filter(key="status", value="exited"), Filter(key="name", value="a=b")),
            format="{{.ID}}",
        ),
    ),
    ("docker images", act.ListImages()),
    (
        "docker image ls -a --digests nginx:1",
        act.ListImages(all=True, digests=True, reference="nginx:1"),
    ),
    ("docker volume ls -q", act.ListVolumes(quiet=True)),
    ("docker network ls --no-trunc", act.ListNetworks(no_trunc=True)),
    ("docker version", act.ShowVersion()),
    ("docker --version", act.ShowVersion(short=True)),
    ("docker info -f '{{.ServerVersion}}'", act.ShowInfo(format="{{.ServerVersion}}")),
    ("docker system df -v", act.ShowDiskUsage()),
    ("docker pull bitnami/kafka:latest", act.PullImage(reference="bitnami/kafka:latest")),
    (
        "docker pull -q --platform linux/arm64 alpine",
        act.PullImage(reference="alpine", quiet=True, platform="linux/arm64"),
    ),
    ("docker build -t mine .", act.BuildImage(context=".", tags=("mine",))),
    (
        "docker build -f app/Dockerfile.dev -t a -t b:1 --build-arg A=1 --no-cache ./app/",
        act.BuildImage(
            context="app",
            dockerfile="Dockerfile.dev",
            tags=("a", "b:1"),
            build_args=(("A", "1"),),
            no_cache=True,
        ),
    ),
    (
        "docker build --network none --target x .",
        act.BuildImage(context=".", network="none", target="x"),
    ),
    ("docker rmi -f a b:1", act.RemoveImages(targets=("a", "b:1"), force=True)),
    ("docker tag a b:2", act.TagImage(source="a", target="b:2")),
    ("docker history -q a", act.ShowHistory(image="a", quiet=True)),
    ("docker history --human=false a", act.ShowHistory(image="a", human=False)),
    (
        "docker commit -a me -m 'a b' -c 'ENV A=1' --pause=false box mine:1",
        act.CommitContainer(
            container="box",
            reference="mine:1",
            author="me",
            message="a b",
            changes=("ENV A=1",),
            pause=False,
        ),
    ),
    ("docker start -a box", act.StartContainers(targets=("box",), attach=True)),
    ("docker start a b", act.StartContainers(targets=("a", "b"))),
    ("docker stop -t 5 box", act.StopContainers(targets=("box",), timeout_s=5)),
    ("docker restart --time=0 box", act.RestartContainers(targets=("box",), timeout_s=0)),
    ("docker kill -s HUP box", act.KillContainers(targets=("box",), signal="HUP")),
    ("docker kill box", act.KillContainers(targets=("box",))),
    ("docker pause box", act.PauseContainers(targets=("box",))),
    ("docker unpause box", act.UnpauseContainers(targets=("box",))),
    ("docker wait box", act.WaitContainers(targets=("box",))),
    ("docker rm -fv a b", act.RemoveContainers(targets=("a", "b"), force=True, volumes=True)),
    ("docker rename a bb", act.RenameContainer(container="a", new_name="bb")),
    (
        "docker logs -ft --tail 10 --since 5m box",
        act.ShowLogs(container="box", follow=True, timestamps=True, tail=10, since="5m"),
    ),
    ("docker logs --tail all box", act.ShowLogs(container="box")),
    (
        "docker exec -e A=1 -w /srv -u 1000 box ls -la",
        act.ExecInContainer(
            container="box",
            command=("ls", "-la"),
            env=(("A", "1"),),
            workdir="/srv",
            user="1000",
        ),
    ),
    ("docker inspect a b", act.InspectObjects(targets=("a", "b"))),
    ("docker inspect --type image a", act.InspectObjects(targets=("a",), kind="image")),
    ("docker volume inspect data", act.InspectObjects(targets=("data",), kind="volume")),
    ("docker network inspect web", act.InspectObjects(targets=("web",), kind="network")),
    (
        "docker container inspect -s a",
        act.InspectObjects(targets=("a",), kind="container"),
    ),
    ("docker image inspect a:1", act.InspectObjects(targets=("a:1",), kind="image")),
    ("docker top box -eo pid,cmd", act.ShowTop(container="box", ps_args=("-eo", "pid,cmd"))),
    ("docker port box 80/tcp", act.ShowPorts(container="box", port="80/tcp")),
    ("docker diff box", act.ShowDiff(container="box")),
    ("docker stats --no-stream a b", act.ShowStats(targets=("a", "b"), no_stream=True)),
    ("docker volume create --label a=b data", act.CreateVolume(name="data", labels=(("a", "b"),))),
    ("docker volume create --name data", act.CreateVolume(name="data")),
    ("docker volume create", act.CreateVolume()),
    ("docker volume rm -f a1 b1", act.RemoveVolumes(targets=("a1", "b1"), force=True)),
    ("docker network create --internal web", act.CreateNetwork(name="web", internal=True)),
    ("docker network rm web", act.RemoveNetworks(targets=("web",))),
    (
        "docker network connect --alias db web box",
        act.ConnectNetwork(network="web", container="box", aliases=("db",)),
    ),
    (
        "docker network disconnect -f web box",
        act.DisconnectNetwork(network="web", container="box", force=True),
    ),
    ("docker container prune", act.Prune(kind="containers")),
    ("docker image prune -a", act.Prune(kind="images", all=True)),
    ("docker volume prune -f", act.Prune(kind="volumes")),
    ("docker network prune", act.Prune(kind="networks")),
    ("docker builder prune", act.Prune(kind="build_cache")),
    (
        "docker system prune --volumes --filter until=24h",
        act.Prune(kind="system", volumes=True, filters=(Filter(key="until", value="24h"),)),
    ),
    (
        'docker-compose -f "e:\\tmp\\docker-compose.yaml" up -d',
        act.RunCompose(
            verb="up",
            project=act.ComposeProject(file="e:\\tmp\\docker-compose.yaml"),
            arguments=("--detach",),
            detach=True,
        ),
    ),
    (
        "docker compose -p mine logs -f -n 5 web",
        act.RunCompose(
            verb="logs",
            project=act.ComposeProject(name="mine"),
            arguments=("--follow", "--tail=5"),
            services=("web",),
            follow=True,
        ),
    ),
    (
        "docker-compose -version",
        act.RunCompose(verb="version", project=act.ComposeProject(), needs_file=False),
    ),
    (
        "docker rm -f $(docker ps -aq -f status=exited)",
        act.ForEachListed(
            listing=act.ListContainers(
                all=True, quiet=True, filters=(Filter(key="status", value="exited"),)
            ),
            action=act.RemoveContainers(targets=(), force=True),
        ),
    ),
    (
        "docker rmi mine `docker images -q`",
        act.ForEachListed(
            listing=act.ListImages(quiet=True), action=act.RemoveImages(targets=("mine",))
        ),
    ),
    (
        "docker run --name MyPostgres -e POSTGRES_PASSWORD=secret -p 8090:8080 -d postgres",
        act.RunContainer(
            spec=ContainerSpec(
                image="postgres",
                name="MyPostgres",
                env=(("POSTGRES_PASSWORD", "secret"),),
                networking=Networking(ports=(PortBinding(container_port=8080, host_port=8090),)),
            ),
            detach=True,
        ),
    ),
    (
        "docker run --rm -v data:/srv:ro -v /cache --tmpfs /t alpine sh -c 'echo $HOME'",
        act.RunContainer(
            spec=ContainerSpec(
                image="alpine",
                command=("sh", "-c", "echo $HOME"),
                volumes=(
                    VolumeMount(target="/srv", volume="data", read_only=True),
                    VolumeMount(target="/cache"),
                ),
                tmpfs=(TmpfsMount(target="/t", size_bytes=64 * MIB),),
            ),
            remove=True,
        ),
    ),
    (
        (
            "docker create --restart on-failure:2 -m 64m --ulimit nofile=64 --pull never "
            "--health-cmd x --health-interval 5s --network web --network-alias db -P alpine"
        ),
        act.CreateContainer(
            spec=ContainerSpec(
                image="alpine",
                restart=RestartPolicy(name="on-failure", max_retries=2),
                resources=Resources(
                    memory_bytes=64 * MIB, ulimits=(Ulimit(name="nofile", soft=64, hard=64),)
                ),
                health=HealthCheck(command="x", interval_ns=5 * 10**9),
                networking=Networking(network="web", aliases=("db",), publish_all=True),
            ),
            pull="never",
        ),
    ),
]


@pytest.mark.parametrize(("text", "action"), ACTIONS, ids=[text for text, _ in ACTIONS])
def test_action(text: str, action: act.Action) -> None:
    assert plan(text, confirmed=True).action == action


def test_every_command_that_is_offered_is_tried() -> None:
    tried = {parse(text).command.path for text, _ in ACTIONS}
    assert offered_commands() <= tried


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: command.path)
def test_help_is_answered_for_every_offered_command(command: CommandSpec) -> None:
    if command.verdict is not Verdict.ALLOW:
        return
    action = plan(f"docker {command.path} --help", confirmed=True).action
    assert isinstance(action, act.ShowHelp)
    assert action.text.startswith(f"Usage: docker {command.path} ")
    assert "--privileged" not in action.text


def test_help_speaks_russian_and_knows_the_whole_program() -> None:
    action = plan("docker ps --help", confirmed=True, language="ru").action
    assert isinstance(action, act.ShowHelp)
    assert "показывает и завершившиеся контейнеры" in action.text
    action = plan("docker --help", confirmed=True).action
    assert isinstance(action, act.ShowHelp)
    assert "volume create" in action.text
    assert "swarm" not in action.text


def test_a_placeholder_is_asked_for() -> None:
    with pytest.raises(NeedsValuesError) as caught:
        plan("docker build -t mine <dir>", confirmed=True)
    assert caught.value.slot_ids == ("context",)


def test_the_plans_text_is_clean() -> None:
    assert plan("$ docker ps  -a  # all", confirmed=True).text == "docker ps -a"


def test_the_classic_names_are_the_commands_of_the_groups() -> None:
    index = command_index()
    assert index["image ls"] is index["images"]
    assert index["container run"] is index["run"]
    assert index["system info"] is index["info"]
