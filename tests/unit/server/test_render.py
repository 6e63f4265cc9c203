"""Rendered notes: lines can be found, and nothing of a note can act in the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.render import MAX_RENDERED_CHARS, render_answer, render_note

ALLOWED_TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
ALLOWED_ATTRIBUTES = {
    "alt",
    "class",
    "data-line",
    "data-n",
    "data-note",
    "href",
    "id",
    "rel",
    "src",
    "start",
    "target",
    "title",
}


class Checker(HTMLParser):
    """Collects what HTML holds, and fails on what it must not."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert tag in ALLOWED_TAGS, tag
        assert set(found) <= ALLOWED_ATTRIBUTES, found
        if "href" in found:
            assert found["href"] == "#" or urlsplit(found["href"]).scheme in {
                "http",
                "https",
                "mailto",
            }, found
            assert "noopener" in found["rel"]
        if "src" in found:
            assert found["src"].startswith("data:image/"), found
        self.tags.append((tag, found))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)


def check(html: str) -> Checker:
    checker = Checker()
    checker.feed(html)
    checker.close()
    return checker


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;avascript&colon;alert(1))",
    "[x](%6Aavascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](\u200bjavascript:alert(1))",
    "[x](vbscript:msgbox)",
    "[x](file:///etc/passwd)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "<javascript:alert(1)>",
    '<https://a.b/"onmouseover="alert(1)>',
    '[x](https://a.b "t\\" onmouseover=alert(1)")',
    '![" onerror=alert(1)](https://a.b/x.png)',
    '```html" onclick="alert(1)\n<b>\n```',
    "```\n</code></pre><script>alert(1)</script>\n```",
    "<!-- <img src=x> -->",
    "<svg><style><img src=x onerror=alert(1)>",
    "| a |\n|:-:|\n| <b style=x>1</b> |",
    "---\ntitle: </code><script>\n---\n",
    "[a]: javascript:alert(1)\n\n[a]",
    "&lt;script&gt; &amp; `<script>`",
    "# <a name=x>\n\n<https://ok.example>",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_of_a_note_acts(source: str) -> None:
    check(render_note(source, note="a/b.md"))
    check(render_answer(source, []))


@given(st.text(alphabet=st.sampled_from(list("<>\"'`[]()!&;:/\\#*_-|\n\tax=.jpdm1\u202e\u200b"))))
def test_no_text_gets_through_as_markup(source: str) -> None:
    check(render_note(source))
    check(render_answer(source, []))


def test_every_block_line_can_be_found() -> None:
    source = (
        "---\ntitle: x\n---\n# T\n\none\ntwo  \nthree\n\n- a\n  - b\n\n```sh\ndocker ps\ndocker rm\n"  # noqa: E501 - one line of HTML
        "```\n\n    indented\n\n> quoted\n\n| a |\n|---|\n| 1 |\n| 2 |\n"
    )
    html = render_note(source)
    lines = [int(number) for number in re.findall(r'id="L(\d+)"', html)]
    assert lines == sorted(set(lines))
    assert set(lines) >= {1, 2, 4, 6, 7, 8, 10, 11, 13, 14, 15, 18, 20, 22, 24, 25}
    for number, text in enumerate(source.split("\n"), start=1):
        if text in {"docker ps", "docker rm"}:
            assert f'<span class="line" id="L{number}" data-line="{number}">{text}\n</span>' in html


def test_ids_are_unique_even_where_blocks_share_a_line() -> None:
    html = render_note("- > - x\n1. > # y\n")
    ids = re.findall(r'id="(L\d+)"', html)
    assert len(ids) == len(set(ids))


def test_aligned_tables_use_classes() -> None:
    html = render_note("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |\n")
    assert "style" not in html
    for side in ("left", "center", "right"):
        assert f'<td class="align-{side}">' in html


def test_remote_images_become_links_and_local_ones_names() -> None:
    html = render_note("![logo](https://x.example/a.png) ![drawing](img/b.png)")
    assert "<img" not in html
    assert 'class="remote-image" href="https://x.example/a.png"' in html
    assert '<span class="local-image" title="img/b.png">drawing</span>' in html


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("b.md", "docker/b.md"),
        ("./b.md#part", "docker/b.md"),
        ("../git/c.md", "git/c.md"),
        ("%D0%B0.md", "docker/\u0430.md"),
        ("#part", "docker/a.md"),
        ("../../etc/passwd.md", None),
        ("b.txt", None),
        ("/b.md", None),
    ],
)
def test_links_between_notes_name_the_note(href: str, target: str | None) -> None:
    html = render_note(f"[x]({href})", note="docker/a.md")
    links = [attrs for tag, attrs in check(html).tags if tag == "a"]
    assert links[0]["href"] == "#"
    assert links[0].get("data-note") == target


def test_tasks_are_boxes_that_cannot_be_ticked() -> None:
    html = render_note("- [ ] water the ferns\n- [x] feed the cat\n- [y] neither\n", note="a.md")
    boxes = re.findall(r"<input[^>]*>", html)
    assert ["checked" in box for box in boxes] == [False, True]
    assert all("disabled" in box and 'type="checkbox"' in box for box in boxes)
    assert "water the ferns" in html
    assert "[y] neither" in html


@pytest.mark.parametrize(
    ("source", "target", "shown"),
    [
        ("see [[Tea]]", "home/Tea.md", "Tea"),
        ("see [[Tea time.md]]", "home/Tea time.md", "Tea time.md"),
        ("see [[../docker/Команды#Вопросы|the commands]]", "docker/Команды.md", "the commands"),
        ("see [[Tea|<img src=x onerror=alert(1)>]]", "home/Tea.md", "&lt;img"),
    ],
)
def test_links_by_name_name_the_note(source: str, target: str, shown: str) -> None:
    html = render_note(source, note="home/backups.md")
    assert f'data-note="{target}"' in html
    assert 'href="#"' in html
    assert f">{shown}" in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "source",
    [
        "[[javascript:alert(1)]]",
        "[[https://example.org]]",
        "[[data:text/html,x|y]]",
        "[[]]",
        "[[a\nb]]",
        "`[[Tea]]`",
        "if [[ -f x ]]; then",
    ],
)
def test_what_is_no_link_by_name_stays_text(source: str) -> None:
    assert "<a" not in render_note(source, note="a.md")


def test_a_link_by_name_leads_out_of_nothing() -> None:
    html = render_note("[[../../etc/passwd]]", note="a.md")
    assert "data-note" not in html
    assert "dead-link" in html


def markers(html: str) -> list[str]:
    return re.findall(r'data-n="(\d+)"', html)


def test_markers_of_an_answer_are_elements_but_not_in_code() -> None:
    text = "So it is [1][2], `x[3]`.\n\n```\ny[4]\n```"
    html = render_answer(text, [1, 2, 3, 4], mode="llm")
    assert markers(html) == ["1", "2"]
    assert "x[3]" in html
    assert "y[4]" in html
    assert "data-line" not in html


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("As told in [2], see the list [7]. [1]", ["1"]),
        ("As told in [2]\nand **[2]**. [1]\n\n- one [3]\n- two [2]", ["1", "2"]),
        ("- one\n\n[1]", ["1"]),
        ("> asked [1]", ["1"]),
        ("So [1]: https://example.org/ [1]", ["1"]),
        ("Read [1].\n\n[1]: https://example.org/\n\n[1]", ["1"]),
        ("[**bold** [1]](https://example.org/) [1]", ["1"]),
    ],
)
def test_numbers_of_the_note_itself_are_no_markers(text: str, found: list[str]) -> None:
    assert markers(render_answer(text, [1, 2])) == found


def test_of_a_language_model_only_numbers_of_citations_are_markers() -> None:
    assert markers(render_answer("One [2]. Two [7].", [2], mode="llm")) == ["2"]


def test_a_huge_note_is_shown_as_plain_lines() -> None:
    html = render_note("<b>\n" * (MAX_RENDERED_CHARS // 4 + 1))
    assert html.startswith('<pre class="plain">')
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_text_survives() -> None:
    checker = check(render_note("Том **хранит** `данные` & <тег>\n"))
    assert checker.text.strip() == "Том хранит данные & <тег>"


def test_front_matter_is_what_the_index_takes_for_it() -> None:
    front = render_note("---\ntitle: Kettle\n---\n\nIt whistles.\n")
    assert '<pre class="front-matter"' in front
    assert "---" not in front
    rules = render_note("---\n\nIt whistles.\n\n---\n")
    assert "front-matter" not in rules
    assert rules.count("<hr") == 2
    assert "front-matter" not in render_answer("---\ntitle: Kettle\n---\n", [])
