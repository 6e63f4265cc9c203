"""Sizes, times, tables, ports and templates in the CLI's words."""

from __future__ import annotations

import pytest

from kb.errors import InvalidInputError
from server.sandbox.runner.ports import Port, show_ports
from server.sandbox.runner.reference import split_reference
from server.sandbox.runner.table import align, columns, natural_key, short_id, table
from server.sandbox.runner.template import go_text
from server.sandbox.runner.units import ago, binary_size, decimal_size, duration, parse_time
from server.sandbox.runner.when import parse_when


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "Less than a second"), (1, "1 second"), (59, "59 seconds"),
        (60, "About a minute"), (119, "About a minute"), (120, "2 minutes"),
        (3599, "59 minutes"), (3600, "About an hour"), (5399, "About an hour"),
        (5400, "2 hours"), (47 * 3600, "47 hours"), (48 * 3600, "2 days"),
        (13 * 86400, "13 days"), (14 * 86400, "2 weeks"), (59 * 86400, "8 weeks"),
        (60 * 86400, "2 months"), (729 * 86400, "24 months"), (730 * 86400, "2 years"),
    ],
)  # fmt: skip
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("size", "decimal", "binary"),
    [
        (0, "0B", "0B"), (999, "999B", "999B"), (1000, "1kB", "1000B"),
        (4_240_000, "4.24MB", "4.044MiB"), (1_048_576, "1.05MB", "1MiB"),
        (13_300_000_000, "13.3GB", "12.39GiB"),
    ],
)  # fmt: skip
def test_sizes(size: int, decimal: str, binary: str) -> None:
    assert decimal_size(size) == decimal
    assert binary_size(size) == binary


def test_no_time_is_said_so() -> None:
    assert ago(0, 100) == "N/A"
    assert ago(40, 100) == "About a minute ago"


def test_times_of_the_api() -> None:
    assert parse_time("1970-01-01T00:01:00.5Z") == 60.5
    assert parse_time("1970-01-01T03:00:01.123456789+03:00") == pytest.approx(1.123456789)
    assert parse_time("0001-01-01T00:00:00Z") == 0
    assert parse_time("soon") == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [("1700000000", "1700000000"), ("10m", "400.000000000"), ("1m30s", "910.000000000"),
     ("1970-01-01T00:01:00Z", "60.000000000")],
)  # fmt: skip
def test_points_in_time(text: str, value: str) -> None:
    assert parse_when(text, now=1000) == value


def test_what_is_no_point_in_time_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        parse_when("yesterday", now=1000)


def test_a_table_is_as_wide_as_its_cells() -> None:
    shown = columns(ID="IMAGE ID", Name="NAME", Size="SIZE")
    rows = [{"ID": "1", "Name": "a-long-name", "Size": ""}, {"ID": "2", "Name": "ж"}]
    assert table(shown, rows) == (
        "IMAGE ID   NAME          SIZE\n1          a-long-name   \n2          ж             \n"
    )


def test_an_empty_table_has_its_heading() -> None:
    assert table(columns(ID="ID", Name="NAME"), []) == "ID        NAME\n"
    assert align([]) == ""


def test_natural_order() -> None:
    names = ["v10", "v2", "V1", "a", "v2b", ""]
    assert sorted(names, key=natural_key) == ["", "V1", "a", "v2", "v2b", "v10"]


def test_short_ids() -> None:
    assert short_id("sha256:0123456789abcdef") == "0123456789ab"


@pytest.mark.parametrize(
    ("ports", "shown"),
    [
        ([], ""),
        ([Port(private=5432)], "5432/tcp"),
        ([Port(private=80, ip="10.0.0.2", public=8090)], "10.0.0.2:8090->80/tcp"),
        ([Port(private=80, ip="::", public=8090)], "[::]:8090->80/tcp"),
        ([Port(private=9001, ip="h", public=9001), Port(private=9000, ip="h", public=9000)],
         "h:9000-9001->9000-9001/tcp"),
        ([Port(private=1), Port(private=2), Port(private=4)], "1-2/tcp, 4/tcp"),
        ([Port(private=53, ip="h", public=53, protocol="udp"), Port(private=80)],
         "h:53->53/udp, 80/tcp"),
    ],
)  # fmt: skip
def test_ports(ports: list[Port], shown: str) -> None:
    assert show_ports(ports) == shown


@pytest.mark.parametrize(
    ("text", "full", "familiar"),
    [
        ("alpine", "docker.io/library/alpine:latest", "alpine:latest"),
        ("bitnami/kafka:3", "docker.io/bitnami/kafka:3", "bitnami/kafka:3"),
        ("ghcr.io/a/b", "ghcr.io/a/b:latest", "ghcr.io/a/b:latest"),
        ("localhost/a:1", "localhost/a:1", "localhost/a:1"),
        ("host:5000/a", "host:5000/a:latest", "host:5000/a:latest"),
        ("a@sha256:1", "docker.io/library/a@sha256:1", "a@sha256:1"),
    ],
)
def test_references(text: str, full: str, familiar: str) -> None:
    reference = split_reference(text)
    assert (reference.full, reference.familiar) == (full, familiar)


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (None, "<nil>"), (["a", 1], "[a 1]"), ({"b": 1, "a": "x"}, "map[a:x b:1]"),
     ("text", "text")],
)  # fmt: skip
def test_values_as_go_prints_them(value: object, text: str) -> None:
    assert go_text(value) == text
