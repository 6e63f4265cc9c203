"""Markdown to HTML that a page may show as it is: notes are hostile until they went through here.

No HTML of the source passes, links have a safe scheme, remote images become links, and there are
no `style` attributes, so that the page's content security policy needs no exception. Every block
carries the line it starts on (`data-line`, and `id="L12"` once per line), and so does every line
of a code block and of a paragraph.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, MutableMapping, Sequence
from functools import cache
from html import escape
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from ingest.front_matter import read_front_matter
from ingest.ignoring import NOTE_SUFFIXES
from kb.model import AnswerMode
from server.wikilinks import wikilinks_plugin

MAX_RENDERED_CHARS = 1_000_000
"""A longer note is shown as plain lines: parsing it would hold up everybody else."""

_SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
_DATA_IMAGE = re.compile(r"data:image/(?:png|gif|jpeg|webp);base64,[A-Za-z0-9+/=]+\Z")
_MARKER = re.compile(r"\[(\d{1,3})\]")
_ALIGNMENTS = {"left", "center", "right"}
_Kind = Literal["note", "note with front matter", "answer"]


def render_note(source: str, *, note: str = "") -> str:
    r"""Return the HTML of a note, with line anchors.

    Args:
        source: The decoded text, line ends as `\n`.
        note: Path of the note, from which relative links to other notes are resolved.
    """
    if len(source) > MAX_RENDERED_CHARS:
        return f'<pre class="plain"><code>{_code_lines(source, 1, anchors=True)}</code></pre>\n'
    return _render(source, note=note)


def render_answer(text: str, cited: Collection[int], *, mode: AnswerMode = "extractive") -> str:
    """Return the HTML of an answer: no anchors, and `[n]` markers as `sup.cite[data-n]`.

    A quote may have brackets with a number of its own (`as told in [2]`), which stay text.

    Args:
        text: Markdown with markers.
        cited: The numbers of the answer's citations.
        mode: Whose words it is in: after a quote a marker ends its block, a language model puts
            one after each sentence.
    """
    if len(text) > MAX_RENDERED_CHARS:
        return f"<pre>{escape(text)}</pre>\n"
    env: EnvType = {"note": "", "anchors": False, "cited": cited, "within": mode == "llm"}
    return str(_parser("answer").render(text, env))


def _render(source: str, *, note: str) -> str:
    env: EnvType = {"note": note, "anchors": True, "seen": set()}
    # Front matter is what the index takes for it: other rules at the top are rules.
    has_front_matter = read_front_matter(source.split("\n")).line_count > 0
    # A source without a final newline would lose the range of its last block.
    kind: _Kind = "note with front matter" if has_front_matter else "note"
    return str(_parser(kind).render(source, env))


@cache
def _parser(kind: _Kind) -> MarkdownIt:
    parser = MarkdownIt("js-default", renderer_cls=SafeRenderer)
    if kind == "note with front matter":
        parser.use(front_matter_plugin)
    if kind == "answer":
        parser.disable("reference")  # `[1]: https://…` in a quote would make links of markers
    parser.use(tasklists_plugin).use(wikilinks_plugin)
    parser.validateLink = _is_safe_link  # type: ignore[method-assign]
    return parser


def _is_safe_link(url: str) -> bool:
    """Relative, or one of the safe schemes; images may be `data:` of a bitmap."""
    compact = re.sub(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]", "", unquote(url))
    if _DATA_IMAGE.match(compact):
        return True
    scheme, colon, _ = compact.partition(":")
    if not colon or re.search(r"[/?#]", scheme):
        return not compact.startswith(("//", "\\\\", "/\\", "\\/"))
    return scheme.lower() in _SAFE_SCHEMES


class SafeRenderer(RendererHTML):
    """Writes tokens as HTML with line anchors; the rules of the base class do the rest."""

    def renderToken(  # noqa: N802 - the base class's name
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Write a plain token, with its line and without `style`."""
        token = tokens[idx]
        _move_alignment_to_class(token)
        if token.nesting == 1 and not token.hidden:
            _mark_line(token, env)
        return super().renderToken(tokens, idx, options, env)

    def fence(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType) -> str:
        """Write a fenced code block; its first line of code is the one below the fence."""
        token = tokens[idx]
        language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
        return _code_block(token, env, offset=1, language=language)

    def code_block(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType
    ) -> str:
        """Write an indented code block."""
        return _code_block(tokens[idx], env, offset=0)

    def front_matter(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType
    ) -> str:
        """Write the front matter as it stands."""
        return _code_block(tokens[idx], env, offset=1, css_class="front-matter")

    def inline_with_lines(
        self, tokens: Sequence[Token], options: OptionsDict, env: EnvType, first_line: int
    ) -> str:
        """Write the inside of a block, with an anchor where a line of the source begins."""
        env["line"] = first_line
        return self.renderInline(tokens, options, env)

    def render(self, tokens: Sequence[Token], options: OptionsDict, env: EnvType) -> str:
        """Write a whole document."""
        parts = []
        for idx, token in enumerate(tokens):
            if token.type == "inline":
                first_line = (token.map[0] + 1) if token.map else 0
                parts.append(self.inline_with_lines(token.children or [], options, env, first_line))
                continue
            rule: Callable[..., str] | None = self.rules.get(token.type)
            write = rule or self.renderToken
            parts.append(write(tokens, idx, options, env))
        return "".join(parts)

    def softbreak(
        self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, env: EnvType
    ) -> str:
        """Write a line end inside a paragraph."""
        return "\n" + _next_line_anchor(env)

    def hardbreak(
        self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, env: EnvType
    ) -> str:
        """Write a forced line end."""
        return "<br>\n" + _next_line_anchor(env)

    def text(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType) -> str:
        """Write text; in an answer, citation markers become elements."""
        html = escape(tokens[idx].content)
        if env["anchors"]:
            return html
        end = len(html) if idx + 1 == len(tokens) else -1

        def marked(match: re.Match[str]) -> str:
            is_marker = env["within"] or match.end() == end
            return _cite(match[1]) if is_marker and int(match[1]) in env["cited"] else match[0]

        return _MARKER.sub(marked, html)

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Write the start of a link that gives nothing away, or that leads to another note."""
        token = tokens[idx]
        _guard_link(token.attrs, note=str(env["note"]))
        return super().renderToken(tokens, idx, options, env)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Write an image: in the note itself as it is, elsewhere as a link or by its name."""
        token = tokens[idx]
        source = str(token.attrGet("src") or "")
        label = self.renderInlineAsText(token.children or [], options, env) or source
        if _DATA_IMAGE.match(source):
            return f'<img src="{escape(source)}" alt="{escape(label)}">'
        if urlsplit(source).scheme in {"http", "https"}:
            return (
                f'<a class="remote-image" href="{escape(source)}" target="_blank" '
                f'rel="noopener noreferrer nofollow">{escape(label)}</a>'
            )
        return f'<span class="local-image" title="{escape(source)}">{escape(label)}</span>'


def _cite(number: str) -> str:
    return f'<sup class="cite" data-n="{number}">[{number}]</sup>'


def _guard_link(attrs: MutableMapping[str, Any], *, note: str) -> None:
    href = str(attrs.get("href", ""))
    scheme = urlsplit(href).scheme.lower()
    if scheme in _SAFE_SCHEMES:
        attrs["target"] = "_blank"
        attrs["rel"] = "noopener noreferrer nofollow"
        return
    target = _linked_note(href, note=note)
    attrs["href"] = "#"
    attrs["rel"] = "noopener"
    if target:
        attrs["class"] = "note-link"
        attrs["data-note"] = target
    else:
        attrs["class"] = "dead-link"


def _linked_note(href: str, *, note: str) -> str:
    """The note that a relative link means; empty where it is none, or outside the folder."""
    path = unquote(href.split("#", 1)[0].split("?", 1)[0])
    if not path:
        return note
    target = posixpath.normpath(posixpath.join(posixpath.dirname(note), path))
    outside = target.startswith(("../", "/")) or target == ".."
    return "" if outside or not target.lower().endswith(NOTE_SUFFIXES) else target


def _move_alignment_to_class(token: Token) -> None:
    style = str(token.attrs.pop("style", ""))
    alignment = style.removeprefix("text-align:").strip()
    if alignment in _ALIGNMENTS:
        token.attrs["class"] = f"align-{alignment}"


def _mark_line(token: Token, env: EnvType) -> None:
    if not env["anchors"] or token.map is None or not token.block:
        return
    line = token.map[0] + 1
    token.attrs["data-line"] = str(line)
    if line not in env["seen"]:
        env["seen"].add(line)
        token.attrs["id"] = f"L{line}"


def _anchor_attributes(line: int, env: EnvType) -> str:
    if line in env["seen"]:
        return f' data-line="{line}"'
    env["seen"].add(line)
    return f' id="L{line}" data-line="{line}"'


def _next_line_anchor(env: EnvType) -> str:
    if not env["anchors"] or not env.get("line"):
        return ""
    env["line"] += 1
    return f'<span class="line-start"{_anchor_attributes(env["line"], env)}></span>'


def _code_block(
    token: Token, env: EnvType, *, offset: int, language: str = "", css_class: str = ""
) -> str:
    first_line = (token.map[0] + 1 + offset) if token.map else 0
    marked = bool(env["anchors"] and first_line)
    content = token.content.removesuffix("\n")
    code = _code_lines(content, first_line, anchors=marked, env=env) if content else ""
    opening = f' class="{css_class}"' if css_class else ""
    if marked and offset and token.map:
        opening += _anchor_attributes(token.map[0] + 1, env)
    name = f' class="language-{escape(language)}"' if language else ""
    return f"<pre{opening}><code{name}>{code}</code></pre>\n"


def _code_lines(content: str, first_line: int, *, anchors: bool, env: EnvType | None = None) -> str:
    if not anchors:
        return escape(content) + "\n"
    scope: EnvType = env if env is not None else {"seen": set()}
    return "".join(
        f'<span class="line"{_anchor_attributes(first_line + index, scope)}>{escape(line)}\n</span>'
        for index, line in enumerate(content.split("\n"))
    )
