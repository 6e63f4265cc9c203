"""Ingest jobs and feeds: one at a time, nothing missed, always an end."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from kb.errors import NotFoundError, VectorServerError
from server.feed import Feed
from server.jobs import IngestJob, IngestJobs
from tests.unit.server.fakes import FakeLibrary
from tests.waiting import PATIENCE_S, wait_until


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    return FakeLibrary(tmp_path)


def wait(jobs: IngestJobs, job_id: str) -> IngestJob:
    async def last() -> IngestJob:
        seen = [job async for _, job in jobs.feed(job_id).follow()]
        return seen[-1]

    return asyncio.run(asyncio.wait_for(last(), PATIENCE_S))


def test_a_change_during_a_job_leads_to_one_more_that_all_are_told_of(
    library: FakeLibrary,
) -> None:
    library.hold = threading.Event()
    ended: list[str] = []
    second_ended = threading.Event()

    def note_end(job: IngestJob) -> None:
        ended.append(job.state)
        if len(ended) == 2:
            second_ended.set()

    jobs = IngestJobs(library, on_end=note_end)
    first = jobs.start()
    (following,) = {jobs.start().id for _ in range(5)}
    assert following != first.id
    assert jobs.running == first.id
    assert jobs.get(following).state == "running"
    library.hold.set()
    assert second_ended.wait(PATIENCE_S)
    jobs.close()
    assert (ended, library.syncs) == (["done", "done"], 2)
    assert wait(jobs, following).state == "done"
    assert jobs.running == ""


def test_closing_cancels_the_job_and_the_one_that_would_follow(library: FakeLibrary) -> None:
    library.hold = threading.Event()
    jobs = IngestJobs(library)
    both = [jobs.start().id, jobs.start().id]
    jobs.close()
    assert [jobs.get(each).state for each in both] == ["cancelled", "cancelled"]
    assert [wait(jobs, each).state for each in both] == ["cancelled", "cancelled"]
    assert (library.syncs, jobs.running) == (1, "")


def test_nothing_starts_after_closing(library: FakeLibrary) -> None:
    ended: list[str] = []
    jobs = IngestJobs(library, on_end=lambda job: ended.append(job.id))
    jobs.close()
    job = jobs.start()
    assert (job.state, jobs.running, library.syncs) == ("cancelled", "", 0)
    assert wait(jobs, job.id) == job
    assert ended == [job.id]


def test_a_missing_chroma_server_is_looked_for_again(
    library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.jobs._RETRY_S", 0.05)
    library.error = VectorServerError("away")
    ended: list[str] = []
    done = threading.Event()

    def note_end(job: IngestJob) -> None:
        ended.append(job.state)
        library.error = None
        if job.state == "done":
            done.set()

    jobs = IngestJobs(library, on_end=note_end)
    jobs.start()
    assert done.wait(PATIENCE_S)
    jobs.close()
    assert (ended[0], ended[-1]) == ("failed", "done")


def test_nothing_is_looked_for_after_the_end(
    library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.jobs._RETRY_S", 0.2)
    library.error = VectorServerError("away")
    jobs = IngestJobs(library)
    assert wait(jobs, jobs.start().id).state == "failed"
    jobs.close()
    syncs = library.syncs
    assert not threading.Event().wait(0.5)
    assert library.syncs == syncs


def test_a_server_that_goes_while_all_stops_is_not_waited_for(library: FakeLibrary) -> None:
    library.hold = threading.Event()
    library.error = VectorServerError("away")
    library.hears_cancel = False
    jobs = IngestJobs(library)
    job_id = jobs.start().id
    closing = threading.Thread(target=jobs.close)
    closing.start()
    wait_until(jobs._stopping.is_set)
    library.hold.set()
    closing.join(PATIENCE_S)
    assert wait(jobs, job_id).state == "failed"
    assert jobs._retry is None


def test_a_job_keeps_its_latest_state_alone(library: FakeLibrary) -> None:
    library.steps = 20_000
    jobs = IngestJobs(library)
    job_id = jobs.start().id
    last = wait(jobs, job_id)
    jobs.close()

    async def numbered() -> list[tuple[int, IngestJob]]:
        return [each async for each in jobs.feed(job_id).follow()]

    assert last.state == "done"
    ((number, kept),) = asyncio.run(numbered())
    assert kept == last
    assert number > library.steps


def test_a_bug_ends_the_job_too(library: FakeLibrary) -> None:
    library.error = RuntimeError("odd")  # type: ignore[assignment]
    jobs = IngestJobs(library)
    job = wait(jobs, jobs.start().id)
    assert job.state == "failed"
    assert job.error is not None
    assert "RuntimeError: odd" in job.error.message
    library.error = None
    assert wait(jobs, jobs.start().id).state == "done"


def test_old_jobs_are_forgotten(library: FakeLibrary) -> None:
    jobs = IngestJobs(library)
    first = jobs.start().id
    wait(jobs, first)
    for _ in range(60):
        wait(jobs, jobs.start().id)
    with pytest.raises(NotFoundError):
        jobs.get(first)


def test_what_is_replaced_is_told_to_those_who_were_there() -> None:
    feed: Feed[str] = Feed()

    async def scene() -> list[list[tuple[int, str]]]:
        seen: list[list[tuple[int, str]]] = [[], []]

        async def read(which: int, after: int) -> None:
            async for each in feed.follow(after=after):
                seen[which].append(each)

        early = asyncio.create_task(read(0, 0))
        await asyncio.sleep(0)
        for item in "abc":
            feed.publish_latest(item)
            await asyncio.sleep(0.01)
        late = asyncio.create_task(read(1, 1))
        await asyncio.sleep(0.01)
        feed.publish("d")
        feed.close()
        feed.publish_latest("e")
        await asyncio.wait_for(asyncio.gather(early, late), PATIENCE_S)
        return seen

    early, late = asyncio.run(scene())
    assert early == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    assert late == [(3, "c"), (4, "d")]


def test_many_threads_and_readers_lose_nothing() -> None:
    feed: Feed[int] = Feed()

    def write(writer: int) -> None:
        for number in range(100):
            feed.publish(writer * 100 + number)

    async def read() -> list[int]:
        return [item async for _, item in feed.follow()]

    async def scene() -> list[list[int]]:
        readers = [asyncio.create_task(read()) for _ in range(20)]
        await asyncio.sleep(0)
        writers = [threading.Thread(target=write, args=(k,)) for k in range(8)]
        for writer in writers:
            writer.start()
        for writer in writers:
            await asyncio.to_thread(writer.join)
        feed.close()
        feed.publish(-1)
        late = asyncio.create_task(read())
        return await asyncio.wait_for(asyncio.gather(*readers, late), PATIENCE_S)

    results = asyncio.run(scene())
    assert all(result == results[0] for result in results)
    assert sorted(results[0]) == list(range(800))
