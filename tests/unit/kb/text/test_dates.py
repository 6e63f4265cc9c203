"""Every way to write a day gives the same terms."""

from __future__ import annotations

import pytest

from kb.text.dates import date_terms, dates

FIFTH_OF_MARCH = ("--03-05", "--03")


@pytest.mark.parametrize(
    "text",
    [
        "прод лежал 5 марта",
        "5-го марта",
        "March 5",
        "on March 5th at 14:00",
        "the 5th of March",
        "5 Mar",
        "Mar. 5",
        "05.03",
        "до 5.03.",
        "5 мар.",
        "march 5",
    ],
)
def test_a_day_without_a_year(text: str) -> None:
    assert date_terms(text) == FIFTH_OF_MARCH


@pytest.mark.parametrize(
    "text",
    [
        "## 2024-03-05",
        "daily/2024-03-05.md",
        "2024/03/05.md",
        "2024-03-05T14:00",
        "2024_03_05 weekly",
        "5 марта 2024 года",
        "March 5, 2024",
        "5 March 2024",
        "05.03.2024",
        "5.3.2024",
        "05.03.24",
    ],
)
def test_a_day_of_a_year(text: str) -> None:
    assert set(date_terms(text)) == {"2024-03-05", "--03-05", "2024-03", "--03"}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("июнь 2024", {"2024-06", "--06"}),
        ("June 2024", {"2024-06", "--06"}),
        ("до 2024-06", {"2024-06", "--06"}),
        ("в июне", {"--06"}),
        ("Churn in May 4.7%", {"--05"}),
        ("churn in may", {"--05"}),
        ("последний платёж в октябре", {"--10"}),
        ("1–3 июля", {"--07-01", "--07-02", "--07-03", "--07"}),
        ("9–11 Sept", {"--09-09", "--09-10", "--09-11", "--09"}),
        ("с 1 по 2 июля", {"--07-01", "--07-02", "--07"}),
        ("13/02/2024", {"2024-02-13", "--02-13", "2024-02", "--02"}),
        ("02/13/2024", {"2024-02-13", "--02-13", "2024-02", "--02"}),
        ("За март потеряли 214 писем", {"--03"}),
        ("в марте 21 письмо", {"--03"}),
    ],
)
def test_months_spans_and_other_orders(text: str, terms: set[str]) -> None:
    assert set(date_terms(text)) == terms


@pytest.mark.parametrize(
    "text",
    [
        "you may run it",
        "march on",
        "10.20.0.15 and 10.10.10.1",
        "release 4.2",
        "python 3.9",
        "99.9 % of the time",
        "1.10.2",
        "2.05%",
        "port 8080:80",
        "sep=, dec=.",
        "12345-06-78",
        "2024-061",
        "İ 5 марта",
        "",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert not date_terms(text)


def test_places_are_those_of_the_text() -> None:
    text = "что решили на встрече 3 июня?"
    (span,) = dates(text)
    assert text[span.start : span.end] == "3 июня"
    assert span.names == ("--06-03",)


def test_a_short_date_may_be_a_number() -> None:
    text = "5.03 and 5.03.2024 and 03/04/2024"
    assert [span.is_sure for span in dates(text)] == [False, True, False, False]
