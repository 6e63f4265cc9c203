"""Comments, ids of blocks and bare tags are no content."""

from __future__ import annotations

import pytest

from kb.text.hidden import is_hidden, without_hidden


@pytest.mark.parametrize(
    "text", ["</details>", "<details>\n<br/>", "^cache-note", "%%ask Bob%%", "%%\nlater\n%%"]
)
def test_what_has_nothing_to_read(text: str) -> None:
    assert is_hidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<summary>Why?</summary>",
        '<img src="a.png" alt="net">',
        "^a b",
        "%%time",
        "a <br>",
        "`^a`",
    ],
)
def test_what_is_read(text: str) -> None:
    assert not is_hidden(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rebuild everything ^cache-note [1]", "rebuild everything [1]"),
        ("ends ^a-1\nnext", "ends\nnext"),
        ("Never run as root. %%ask Bob%%", "Never run as root."),
        ("`echo %%PATH%%` prints", "`echo %%PATH%%` prints"),
        ("```\ngrep x ^a\n%%b%%\n```\nc ^d", "```\ngrep x ^a\n%%b%%\n```\nc"),
        ("docker ps | grep ^web", "docker ps | grep ^web"),
        ("docker ps | rg ^web", "docker ps | rg ^web"),
        ("it is time ^a1b2c3", "it is time"),
        ("    date %%d%%", "    date %%d%%"),
        ("2 ^ 3 and x^2", "2 ^ 3 and x^2"),
        ("100%% of it, 5%%", "100%% of it, 5%%"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert without_hidden(text) == shown
