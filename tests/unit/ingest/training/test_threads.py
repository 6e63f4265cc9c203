from __future__ import annotations

from ingest.training.threads import ThreadChooser


def run(chooser: ThreadChooser, used: list[int], rates: dict[int, float], steps: int) -> None:
    for _ in range(steps):
        chooser.record(tokens=100, seconds=100 / rates[used[-1]])


def test_the_fastest_number_of_threads_is_kept_and_found_again_when_that_changes() -> None:
    used: list[int] = []
    chooser = ThreadChooser(4, used.append)
    assert used == [4]
    run(chooser, used, {4: 10.0, 2: 50.0, 1: 30.0}, 100)
    assert used[-1] == 2
    run(chooser, used, {4: 90.0, 2: 50.0, 1: 30.0}, 400)
    assert used[-1] == 4


def test_one_thread_is_left_alone() -> None:
    used: list[int] = []
    run(ThreadChooser(1, used.append), used, {1: 10.0}, 1000)
    assert used == [1]
