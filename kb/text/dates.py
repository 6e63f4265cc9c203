"""Days and months of a text, in whatever form: `2024-03-05`, `05.03.2024`, `5 марта`, `March 5th`.

Each gives index terms in the lexical forms of XML Schema: `2024-03-05` is a day, `--03-05` that day
of any year, `2024-03` a month, `--03` that month of any year. So a named day meets an ISO date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

_DAY: Final = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR: Final = r"(?:19|20)\d\d"
_ORDINAL: Final = r"(?:st|nd|rd|th|-?го|-?е)?"
_NO_MORE: Final = r"(?![\d%°]|[.,:/]\d)"
"""What a day or a year goes on with is another number: `May 4.7%`."""
_DAYS: Final = (
    rf"(?<![\d.,:/-])(?P<{{0}}first>{_DAY}){_ORDINAL}"
    rf"(?:\s?(?:[–—-]|по|to)\s?(?P<{{0}}last>{_DAY}){_ORDINAL})?{_NO_MORE}"
)
_NUMBERS: Final = re.compile(r"\d[-./_]\d")
_WORD: Final = re.compile(r"[^\W\d_]+")
_NUMERIC: Final = re.compile(
    rf"(?<![\w.-])(?P<iso_year>{_YEAR})(?P<mark>[-./_])(?P<iso_month>0[1-9]|1[0-2])"
    rf"(?P=mark)(?P<iso_day>3[01]|[12]\d|0[1-9])(?!\d)"
    rf"|(?<![\w.-])(?P<month_year>{_YEAR})-(?P<year_month>0[1-9]|1[0-2])(?![\w-])"
    rf"|(?<![\w.,:/-])(?P<dotted_day>{_DAY})\.(?P<dotted_month>0?[1-9]|1[0-2])"
    rf"\.(?P<dotted_year>{_YEAR}|\d\d){_NO_MORE}(?!\w)"
    rf"|(?<![\w.,:/-])(?P<slashed>\d\d?/\d\d?)/(?P<slashed_year>{_YEAR})(?![\w/])"
    rf"|(?<![\w.,:/-])(?P<short_day>{_DAY})\.(?P<short_month>0[1-9]|1[0-2]){_NO_MORE}(?![\w-])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan:
    """A day, several days of one month, or a month, that a text names."""

    start: int
    """Offset of the first character."""
    end: int
    """Offset behind the last one."""
    month: int
    """1..12."""
    days: range | tuple[int, ...] = ()
    """Days of the month, 1..31; none where the month alone is named."""
    year: int | None = None
    is_sure: bool = True
    """False for `5.03`, which may be a number, and `03/04/2024`, which may be of two months."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the terms of what is named, as exactly as it is named, in order."""
        return self._within(f"{self.year or '-'}-{self.month:02}")

    @property
    def of_any_year(self) -> tuple[str, ...]:
        """Return the same without the year."""
        return self._within(f"--{self.month:02}")

    @property
    def terms(self) -> tuple[str, ...]:
        """Return all terms of it: with its year and without, days and month."""
        months = (f"{self.year or '-'}-{self.month:02}", f"--{self.month:02}")
        return tuple(dict.fromkeys((*self.names, *self.of_any_year, *months)))

    def _within(self, month: str) -> tuple[str, ...]:
        return tuple(f"{month}-{day:02}" for day in self.days) or (month,)


def date_terms(text: str) -> tuple[str, ...]:
    """Return the distinct terms of all dates of a text, in order."""
    return tuple(dict.fromkeys(term for span in dates(text) for term in span.terms))


def dates(text: str) -> Iterator[DateSpan]:
    """Yield the days and months that a text names, in order."""
    folded = text.lower().replace("ё", "е")
    if len(folded) != len(text):  # A letter that is two in lower case would move the places.
        return
    # What tells that there may be a date is found far sooner than the date: most texts have none.
    spans = list(_in_numbers(folded)) if _NUMBERS.search(folded) else []
    if not _months().keys().isdisjoint(_WORD.findall(folded)):
        spans += map(_in_words, _worded().finditer(folded))
    yield from sorted(spans, key=lambda span: span.start)


def _in_numbers(folded: str) -> Iterator[DateSpan]:
    """Yield the dates in numbers: `03/04/2024` may be a day of two months."""
    for found in _NUMERIC.finditer(folded):
        yield from _numeric_spans(found)


def _numeric_spans(found: re.Match[str]) -> Iterator[DateSpan]:
    parts = {name: part for name, part in found.groupdict().items() if part}
    readings = list(_numbers(parts))
    for day, month, year in readings:
        yield DateSpan(
            start=found.start(),
            end=found.end(),
            month=month,
            days=(day,) if day else (),
            year=year,
            is_sure="short_day" not in parts and len(readings) == 1,
        )


def _in_words(found: re.Match[str]) -> DateSpan:
    """Return the date of a match of `_worded`."""
    # Each order of day, month and year has groups of its own.
    parts = {name[2:]: part for name, part in found.groupdict().items() if part}
    first = int(parts.get("first", 0))
    last = int(parts.get("last", first))
    return DateSpan(
        start=found.start(),
        end=found.end(),
        month=_months()[parts["word"]],
        days=range(first, max(first, last) + 1) if first else (),
        year=int(parts["calendar"]) if "calendar" in parts else None,
    )


def _numbers(parts: Mapping[str, str]) -> Iterator[tuple[int, int, int | None]]:
    """Yield day (0 for none), month and year of a date in numbers."""
    if "iso_year" in parts:
        yield int(parts["iso_day"]), int(parts["iso_month"]), int(parts["iso_year"])
    elif "month_year" in parts:
        yield 0, int(parts["year_month"]), int(parts["month_year"])
    elif "dotted_day" in parts:
        year = parts["dotted_year"]
        century = 0 if len(year) > len("24") else 2000
        yield int(parts["dotted_day"]), int(parts["dotted_month"]), century + int(year)
    elif "short_day" in parts:
        yield int(parts["short_day"]), int(parts["short_month"]), None
    elif "slashed" in parts:
        one, other = map(int, parts["slashed"].split("/"))
        for day, month in dict.fromkeys(((one, other), (other, one))):
            if 1 <= day <= 31 and 1 <= month <= 12:
                yield day, month, int(parts["slashed_year"])


@lru_cache(maxsize=1)
def _worded() -> re.Pattern[str]:
    """Return what finds a date with a month's name in a text in lower case."""
    plain, doubtful = _month_words()
    latin = _any_of([word for word in _months() if word.isascii()])
    year = rf"(?:\.?,?\s+(?P<{{0}}calendar>{_YEAR}){_NO_MORE})"
    day_first, month_first, with_year = (year.format(order) for order in ("a_", "b_", "c_"))
    return re.compile(
        rf"{_DAYS.format('a_')}\s+(?:of\s+)?(?P<a_word>{_any_of(_months())})\b{day_first}?"
        rf"|\b(?P<b_word>{latin})\b\.?\s+(?:the\s+)?{_DAYS.format('b_')}(?!\w){month_first}?"
        rf"|\b(?P<c_word>{_any_of(_months())})\b{with_year}"
        rf"|\b(?P<d_word>{_any_of(plain)})\b"
        rf"|(?<=\bin\s)(?P<e_word>{_any_of(doubtful)})\b"
        rf"|(?<=\b(?:last|next|this)\s)(?P<f_word>{_any_of(doubtful)})\b"
        rf"|(?<=\b(?:since|until)\s)(?P<g_word>{_any_of(doubtful)})\b"
    )


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


@lru_cache(maxsize=1)
def _months() -> Mapping[str, int]:
    return {
        word: int(line.split()[0])
        for line in _table()
        for word in line.replace("|", " ").split()[1:]
    }


def _month_words() -> tuple[list[str], list[str]]:
    """Return the words that are months wherever they stand, and those that may be others."""
    halves = [line.split("|") for line in _table()]
    return (
        [word for plain, _ in halves for word in plain.split()[1:]],
        [word for _, doubtful in halves for word in doubtful.split()],
    )


def _table() -> list[str]:
    text = files("kb.text").joinpath("dates.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
