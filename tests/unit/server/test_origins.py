"""Hosts and origins: one spelling, ports count."""

from __future__ import annotations

import pytest

from kb.errors import InvalidInputError
from server.origins import Authority, OwnOrigins, parse_authority


@pytest.mark.parametrize(
    ("value", "host", "port"),
    [
        ("localhost:8765", "localhost", 8765),
        ("LocalHost", "localhost", None),
        ("[::1]:80", "::1", 80),
        ("[0:0::1]", "::1", None),
        ("kb.example.org.:443", "kb.example.org", 443),
    ],
)
def test_authorities_are_brought_to_one_spelling(value: str, host: str, port: int | None) -> None:
    assert parse_authority(value) == Authority(host=host, port=port)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ":80",
        "a:b",
        "a:0",
        "a:65536",
        "a:80:80",
        "[::1",
        "[::1]x",
        "[::1]80",
        "[1.2.3.4]:80",
        "a b",
        "a/b",
        "u@h",
        "h?x",
        "h#x",
        "a,b",
        "h:８０",
        "\u0430:80",
        "x" * 400,
        "h:-1",
        "h\t:80",
    ],
)
def test_malformed_authorities_are_none(value: str) -> None:
    assert parse_authority(value) is None


def test_a_missing_port_means_the_schemes_own() -> None:
    origins = OwnOrigins(host="127.0.0.1", port=80, extra=["kb.example.org"])
    assert origins.owns_host("localhost")
    assert origins.owns_host("localhost:80")
    assert origins.owns_host("kb.example.org", scheme="https")
    assert origins.owns_host("kb.example.org:443", scheme="https")
    assert not origins.owns_host("kb.example.org:8443", scheme="https")
    assert origins.owns_origin("https://kb.example.org")
    assert not origins.owns_origin("https://kb.example.org:8443")


def test_a_set_address_is_ours_and_a_wildcard_is_not() -> None:
    assert OwnOrigins(host="192.168.1.5", port=80).owns_host("192.168.1.5:80")
    assert OwnOrigins(host="fe80::1", port=80).owns_host("[fe80::1]:80")
    assert not OwnOrigins(host="0.0.0.0", port=80).owns_host("0.0.0.0:80")


@pytest.mark.parametrize(
    "value",
    [
        "null",
        "",
        "http://",
        "file://localhost:8765",
        "localhost:8765",
        "http://localhost:8765/",
        "http://localhost:8765#x",
        "http://x@localhost:8765",
        "HTTP://localhost:8765",
    ],
)
def test_odd_origins_are_foreign(value: str) -> None:
    assert not OwnOrigins(host="127.0.0.1", port=8765).owns_origin(value)


@pytest.mark.parametrize("value", ["*", "http://x", "a b", "x/y"])
def test_extra_hosts_must_be_hosts(value: str) -> None:
    with pytest.raises(InvalidInputError, match="KB_ALLOWED_HOSTS"):
        OwnOrigins(host="127.0.0.1", port=80, extra=[value])
