"""What is replaced is given back when its last reader has left, never before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from kb.readers import Readers, borrowed


class Thing:
    def __init__(self) -> None:
        self.readers = Readers()
        self.is_closed = False

    def close(self) -> None:
        assert not self.is_closed
        self.is_closed = True


class Place:
    """Holds a thing, and replaces it."""

    def __init__(self) -> None:
        self.thing: Thing | None = Thing()

    def current(self) -> Thing | None:
        return self.thing

    def replace(self) -> None:
        old, self.thing = self.thing, Thing()
        assert old is not None
        old.readers.when_none(old.close)


def test_without_readers_it_is_given_back_at_once() -> None:
    place = Place()
    old = place.thing
    place.replace()
    assert old is not None
    assert old.is_closed


def test_the_last_reader_gives_it_back() -> None:
    place = Place()
    with borrowed(place.current) as first:
        with borrowed(place.current) as second:
            place.replace()
            assert second is first is not None
        assert [first.is_closed, first.readers.is_awaited] == [False, True]
        with borrowed(place.current) as later:
            assert later is not None
            assert later is not first
    assert [first.is_closed, first.readers.is_awaited, later.is_closed] == [True, False, False]


@pytest.mark.parametrize("how", ["close", "forget", "raise"])
def test_a_reader_that_breaks_off_leaves(how: str) -> None:
    place = Place()

    def read() -> Iterator[Thing | None]:
        with borrowed(place.current) as thing:
            yield thing
            raise ValueError

    reading = read()
    old = next(reading)
    place.replace()
    assert old is not None
    assert not old.is_closed
    if how == "close":
        reading.close()  # type: ignore[attr-defined]
    elif how == "raise":
        with suppress(ValueError):
            next(reading)
    else:
        del reading
    assert old.is_closed


def test_what_is_replaced_between_two_looks_is_not_read() -> None:
    place = Place()
    looks = 0

    def current() -> Thing | None:
        nonlocal looks
        found = place.current()
        looks += 1
        if looks == 1:
            place.replace()
        return found

    with borrowed(current) as thing:
        assert thing is place.thing
        assert thing is not None
        assert not thing.is_closed


def test_where_there_is_none_there_is_nothing_to_read() -> None:
    place = Place()
    place.thing = None
    with borrowed(place.current) as found:
        assert found is None
