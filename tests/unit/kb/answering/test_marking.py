from __future__ import annotations

import pytest

from kb.answering.marking import mark


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Port 80.\n", "Port 80. [1]"),
        ("-p - ports", "-p - ports [1]"),
        ("**Port** 80", "**Port** 80 [1]"),
        ("- port", "- port\n\n[1]"),
        ("2. port", "2. port\n\n[1]"),
        ("1. port\n\n    of the web", "1. port\n\n    of the web\n\n[1]"),
        ("| port |", "| port |\n\n[1]"),
        ("port | who\n--|--\n80 | web", "port | who\n--|--\n80 | web\n\n[1]"),
        ("a | b", "a | b [1]"),
        ("> port", "> port\n\n[1]"),
        ("```\nport\n```", "```\nport\n```\n\n[1]"),
        ("```port``` it is", "```port``` it is\n\n[1]"),
        ("```sh\nport", "```sh\nport\n```\n\n[1]"),
        ("~~~~\nport\n~~~", "~~~~\nport\n~~~\n~~~~\n\n[1]"),
        ("```\n- ```\nport", "```\n- ```\nport\n```\n\n[1]"),
        ("- start:\n  ```\n  port", "- start:\n  ```\n  port\n  ```\n\n[1]"),
        ("- ```\n  port", "- ```\n  port\n  ```\n\n[1]"),
        ("> ```\n> port", "> ```\n> port\n> ```\n\n[1]"),
    ],
)
def test_a_marker_stands_where_it_is_text(text: str, marked: str) -> None:
    assert mark(text, 1) == marked
