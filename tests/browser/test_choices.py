"""What a command names and is not there is marked, with what could stand in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.server_process import LiveServer, serve
from tests.browser.steps import ask
from tests.browser.test_cleaning import PlayedSandbox

pytestmark = pytest.mark.browser

_NOTE: Final = """\
# Containers together

Show what the service of the shop has printed:

```
docker compose logs web
```

Remove the image of the database:

```
docker rmi postgres:15
```

The Compose file of the shop:

```yaml
services:
  db:
    image: postgres
  shop:
    image: nginx
```
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serve(tmp_path_factory.mktemp("choices"), {"together.md": _NOTE}) as live:
        yield live


@dataclass
class PlayedImages:
    """What is in the played sandbox."""

    tags: list[str] = field(default_factory=lambda: ["postgres:16"])

    def inventory(self, route: Route) -> None:
        image = {"id": "sha256:12345678", "tags": self.tags, "size_bytes": 1, "age_s": 1.0}
        told = {"state": "ready", "engine": "Docker", "message": "", "driver": "managed"}
        nothing: dict[str, list[object]] = {"containers": [], "volumes": [], "networks": []}
        route.fulfill(json={**told, **nothing, "images": [image], "ports": []})


@pytest.fixture
def images() -> PlayedImages:
    return PlayedImages()


@pytest.fixture
def page(open_page: OpenPage, server: LiveServer, images: PlayedImages) -> Page:
    made = open_page("about:blank", locale="en-US")
    PlayedSandbox().play(made, server)
    made.route("**/api/sandbox", images.inventory)
    made.goto(server.page_url)
    made.locator("#status-sandbox .dot.good").wait_for()
    return made


def _card(page: Page, question: str, line: str) -> Locator:
    return ask(page, question).locator(f'.command[aria-label="{line}"]')


def test_a_service_is_chosen_from_the_notes_compose_file(page: Page) -> None:
    card = _card(page, "docker compose logs web", "docker compose logs web")
    wanted = card.locator(".want.absent")
    expect(wanted).to_contain_text("web — not in the note's Compose file")
    expect(wanted.locator(".choice")).to_have_text(["db", "shop"])
    wanted.locator(".choice").first.click()
    expect(card.locator('input[data-slot="service"]')).to_have_value("db")
    expect(card.locator(".want.absent")).to_have_count(0)


def test_an_image_that_is_not_there_is_marked_and_others_are_offered(page: Page) -> None:
    card = _card(page, "docker rmi postgres:15", "docker rmi postgres:15")
    wanted = card.locator(".want.absent")
    expect(wanted).to_contain_text("postgres:15 — not in the sandbox")
    wanted.get_by_text("postgres:16").click()
    expect(card.locator(".want.absent")).to_have_count(0)


def test_what_has_come_from_elsewhere_is_found_by_an_answer_and_by_coming_back(
    page: Page, images: PlayedImages
) -> None:
    images.tags.append("postgres:15")
    card = _card(page, "docker rmi postgres:15", "docker rmi postgres:15")
    expect(card.locator(".slot").first).to_have_value("postgres:15")
    expect(card.locator(".want.absent")).to_have_count(0)
    images.tags.remove("postgres:15")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(card.locator(".want.absent")).to_contain_text("postgres:15 — not in the sandbox")
