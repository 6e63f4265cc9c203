"""The page with a real sandbox daemon: ask, open the source, pull, run, look, stop, remove."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from server.sandbox.identity import label_of, read_id
from tests.browser.accessibility import serious_issues
from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer, serve
from tests.browser.steps import ask, expect_no_sideways_scroll
from tests.docker.fixtures import registry_mirror
from tests.processes import find_processes

__all__ = ["registry_mirror"]

pytestmark = [pytest.mark.browser, pytest.mark.docker, pytest.mark.timeout(600)]

_COMMANDS: Final = """\
# Commands

```
docker ps
```

List the containers that run at this moment.

---

```
docker pull bitnami/kafka:latest
```

Download the image of the Kafka broker.

---

```
docker run --name MyPostgres -e POSTGRES_PASSWORD=mysecretpassword -p 8090:8080 -d postgres
```

Start the Postgres database in the background.

---

```
docker run -v /:/host alpine ls /host
```

Read the whole root folder of this computer from inside a container.

---

```
docker rm 46286a4fff79
```

Remove a container by its id.

---

```
docker build -t myImage <dir>
```

Build an image from a Dockerfile.

The Dockerfile:

```
FROM busybox  // the base of the image
CMD ["echo", "built"]  // what it says
```
"""
_NAMES: Final = """\
# Names

```
docker run --rm busybox hostname
```

Print the name that a new container gives itself.
"""
_NOTES: Final = {"commands.md": _COMMANDS, "names.md": _NAMES}
_START_MS: Final = 120_000


@pytest.fixture(scope="module")
def sandboxed(
    registry_mirror: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LiveServer]:
    environment = {"KB_SANDBOX": "managed", "KB_SANDBOX_MIRROR": registry_mirror}
    folder = tmp_path_factory.mktemp("sandboxed")
    with serve(folder, _NOTES, environment=environment) as server:
        yield server


@pytest.fixture
def desk(open_page: OpenPage, sandboxed: LiveServer) -> Page:
    page = open_page(sandboxed.page_url, locale="en-GB")
    page.locator("#status-index .dot.good").wait_for()
    return page


def _card(turn: Locator, start: str) -> Locator:
    """Return the card of the command that starts so."""
    return turn.locator(f'.command[aria-label^="{start}"]').first


def _run(card: Locator) -> Locator:
    """Press Run and return the run once it is over."""
    card.locator("[data-part=run]").click()
    over = card.locator(".run [data-part=state]")
    expect(over).to_have_text("Finished, exit code 0", timeout=_START_MS)
    return card.locator(".run")


@contextmanager
def _daemon_killed(server: LiveServer) -> Iterator[None]:
    """Kill the sandbox daemon of a server; it is not brought back before the block ends."""
    (supervisor,) = find_processes("server.sandbox.managed.supervisor", parent=server.process.pid)
    label = label_of(read_id(server.notes.parent / "state" / "sandbox"))
    (daemon,) = find_processes(f"--label={label}")
    os.kill(supervisor, signal.SIGSTOP)
    try:
        os.kill(daemon, signal.SIGKILL)
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)


def test_the_journey_of_the_notes(desk: Page) -> None:
    turn = ask(desk, "List the containers that run at this moment")
    turn.locator(".quote [data-part=open]").first.click()
    expect(desk.locator("#panel .cited").first).to_be_visible()
    output = _run(_card(turn, "docker ps")).locator("[data-part=output]")
    expect(output).to_contain_text("CONTAINER ID")
    expect(output).to_contain_text("NAMES")

    turn = ask(desk, "Download the image of the Kafka broker")
    output = _run(_card(turn, "docker pull")).locator("[data-part=output]")
    expect(output).to_contain_text("bitnami/kafka:latest")

    turn = ask(desk, "Start the Postgres database in the background")
    card = _card(turn, "docker run")
    name = card.get_by_label("container name", exact=False).first
    name.fill("TheDatabase")
    expect(card.locator("[data-part=preview]")).to_contain_text("--name TheDatabase")
    published = _run(card).locator("[data-part=ports] a")
    expect(published).to_contain_text(":8090")

    desk.locator("#status-sandbox").click()
    container = desk.locator(".thing", has=desk.get_by_text("TheDatabase", exact=True))
    expect(container).to_contain_text("postgres")
    expect(container).to_contain_text("Up")
    port = container.locator("a.port")
    expect(port).to_contain_text("8090")
    expect(port).to_have_attribute("href", re.compile("^http://"))
    assert serious_issues(desk) == []
    container.get_by_role("button", name="Stop").click()
    expect(container).to_contain_text("Exited", timeout=_START_MS)

    turn = ask(desk, "Remove a container by its id")
    card = _card(turn, "docker rm")
    slot = card.locator("input.slot")
    expect(slot).to_have_value("")
    card.locator("[data-part=run]").click()
    expect(slot).to_be_focused()  # it wants a value first
    expect(slot).to_have_attribute("aria-invalid", "true")
    expect(card.locator(".want")).to_contain_text("Fill in: container")
    options = card.locator("datalist option")
    expect(options).to_have_count(1)
    expect(options).to_have_attribute("value", "TheDatabase")
    card.get_by_role("button", name="container: TheDatabase").click()
    expect(slot).to_have_value("TheDatabase")
    card.locator("[data-part=run]").click()
    confirm = card.locator("[data-part=confirm]")
    expect(confirm).to_contain_text("TheDatabase")
    expect(confirm.locator("[data-part=cancel]")).to_be_focused()
    assert serious_issues(desk) == []
    confirm.locator("[data-part=go]").click()
    expect(card.locator("[data-part=run]")).to_be_focused()  # not lost with the button
    expect(card.locator(".run [data-part=state]")).to_have_text(
        "Finished, exit code 0", timeout=_START_MS
    )
    expect(container).to_have_count(0)


def test_a_dockerfile_with_comments_is_built_cleaned_by_one_click(desk: Page) -> None:
    card = _card(ask(desk, "Build an image from a Dockerfile"), "docker build")
    problem = card.locator("[data-part=problem]")
    expect(problem).to_contain_text("1–2")
    card.locator("[data-part=files] summary").click()
    expect(card.locator("[data-part=file-list]")).to_contain_text("# the base of the image")

    card.locator("[data-slot=tag]").fill("myImage")
    card.get_by_role("button", name="build folder: .").click()
    expect(card.locator("[data-part=preview]")).to_contain_text("must be lowercase")
    card.get_by_role("button", name="image name: myimage").click()
    expect(card.locator("[data-part=preview]")).to_have_text("Will run: docker build -t myimage .")
    assert serious_issues(desk) == []

    card.locator("[data-part=run]").click()
    state, output = card.locator(".run [data-part=state]"), card.locator(".run .output")
    expect(state).to_have_text("Finished, exit code 1", timeout=_START_MS)
    expect(output.locator(".remark").first).to_contain_text("Line 1 of the Dockerfile")
    problem.get_by_role("button").click()
    expect(state).to_have_text("Finished, exit code 0", timeout=_START_MS)
    expect(output).to_contain_text("Successfully tagged myimage:latest")


def test_a_typed_line_says_what_it_lacks_and_what_may_run_instead(desk: Page) -> None:
    desk.locator("#status-sandbox").click()
    for line, said in (
        ("docker rm <container>", "still to be filled in: <container>"),
        ("docker run --rm -v /home:/data busybox echo kept", "is a folder of the computer"),
    ):
        desk.locator("#console-line").fill(line)
        desk.keyboard.press("Enter")
        expect(desk.locator(".console-entry .failure").first).to_contain_text(said)
    desk.locator(".console-entry .instead button").click()
    entry = desk.locator(".console-entry").first
    expect(entry.locator("[data-part=output]")).to_have_text("kept\n", timeout=_START_MS)


def test_the_console_speaks_the_language_of_the_page(
    open_page: OpenPage, sandboxed: LiveServer
) -> None:
    page = open_page(sandboxed.page_url, locale="ru-RU")
    page.locator("#status-index .dot.good").wait_for()
    page.locator("#status-sandbox").click()
    page.locator("#console-line").fill("docker run --privileged busybox")
    page.keyboard.press("Enter")
    expect(page.locator(".console-entry .failure")).to_contain_text("права на машину")


def test_what_the_policy_refuses_is_refused_in_words(desk: Page) -> None:
    turn = ask(desk, "Read the whole root folder of this computer from inside a container")
    card = _card(turn, "docker run -v")
    expect(card.locator("[data-part=refusal]")).to_be_visible()
    expect(card.locator("[data-part=run]")).to_be_hidden()
    desk.locator("#status-sandbox").click()
    desk.locator("#console-line").fill("docker run --privileged alpine")
    desk.keyboard.press("Enter")
    expect(desk.locator(".console-entry .failure").first).to_be_visible()
    assert serious_issues(desk) == []


def test_a_run_streams_and_is_stopped(desk: Page) -> None:
    desk.locator("#status-sandbox").click()
    script = "docker run --rm busybox sh -c 'while true; do echo tick; sleep 0.2; done'"
    desk.locator("#console-line").fill(script)
    desk.keyboard.press("Enter")
    entry = desk.locator(".console-entry").first
    expect(entry.locator("[data-part=output]")).to_contain_text("tick\ntick", timeout=_START_MS)
    expect_no_sideways_scroll(desk)
    desk.reload()  # it runs on, and can still be stopped
    desk.locator("#status-sandbox").click()
    expect(entry.locator("[data-part=output]")).to_contain_text("tick\ntick", timeout=_START_MS)
    entry.locator("[data-part=stop]").click()
    expect(entry.locator("[data-part=state]")).to_have_text("Stopped", timeout=_START_MS)
    expect(entry.locator("[data-part=stop]")).to_be_hidden()


def test_hostile_output_is_only_text(desk: Page) -> None:
    desk.locator("#status-sandbox").click()
    desk.locator("#console-line").fill(
        "docker run --rm busybox printf '<img src=x onerror=window.pwned=1>\\033]0;title\\007end'"
    )
    desk.keyboard.press("Enter")
    output = desk.locator(".console-entry").first.locator("[data-part=output]")
    expect(output).to_contain_text("<img src=x onerror=window.pwned=1>", timeout=_START_MS)
    expect(output).to_contain_text("end")
    expect(output).not_to_contain_text("title")
    assert desk.evaluate("window.pwned ?? null") is None


def test_the_sandbox_is_reset_after_a_word_of_the_user(desk: Page) -> None:
    desk.locator("#status-sandbox").click()
    desk.locator("#console-line").fill("docker volume create KeepMe")
    desk.keyboard.press("Enter")
    volume = desk.locator(".thing", has=desk.get_by_text("KeepMe", exact=True))
    expect(volume).to_be_visible(timeout=_START_MS)
    desk.locator(".sandbox [data-part=reset]").click()
    desk.locator("#ask-dialog [data-close]").click()
    expect(volume).to_be_visible()
    desk.locator(".sandbox [data-part=reset]").click()
    desk.locator("#ask-dialog-ok").click()
    expect(volume).to_have_count(0, timeout=_START_MS)


def test_a_daemon_that_dies_is_seen_to_come_back_and_runs_the_same_command(
    desk: Page, sandboxed: LiveServer
) -> None:
    card = _card(ask(desk, "Print the name that a new container gives itself"), "docker run --rm")
    name = _run(card).locator("[data-part=output]")
    first = name.inner_text()
    desk.locator("#status-sandbox").click()
    desk.locator("#console-line").fill("docker run --rm busybox sh -c 'echo begun; sleep 600'")
    desk.keyboard.press("Enter")
    under_way = desk.locator(".console-entry").first
    expect(under_way.locator("[data-part=output]")).to_contain_text("begun", timeout=_START_MS)

    states = desk.locator("#status-sandbox, .sandbox-status [data-part=state]")
    with _daemon_killed(sandboxed):
        expect(states).to_have_text(["Sandbox starting"] * 2, timeout=_START_MS)
        expect(under_way).to_contain_text("the sandbox daemon went away")
    expect(states).to_have_text(["Sandbox ready"] * 2, timeout=_START_MS)

    card.locator("[data-part=run]").click()
    expect(name).not_to_have_text(first, timeout=_START_MS)  # a run of its own, in a new container
    expect(name).to_have_text(re.compile(r"^[0-9a-f]{12}\s*$"), timeout=_START_MS)
