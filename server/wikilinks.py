"""`[[Note]]`, `[[folder/note#heading]]`, `[[note|shown]]`: links by name, as in Obsidian."""

from __future__ import annotations

import re
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from ingest.ignoring import NOTE_SUFFIXES

_WIKILINK = re.compile(r"\[\[(?!\s)([^\[\]|#:\n]+)(?:#[^\[\]|\n]*)?(?:\|([^\[\]\n]+))?\]\]")


def wikilinks_plugin(parser: MarkdownIt) -> None:
    """Read wikilinks as links to `<name>.md`; where there is no such note, the page looks by name.

    A target with a colon stays text: it would be read as an address.
    """
    parser.inline.ruler.before("link", "wikilink", _read_wikilink)


def _read_wikilink(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the rules' signature
    found = _WIKILINK.match(state.src, state.pos, state.posMax)
    if found is None or state.linkLevel > 0 or not state.env.get("anchors"):
        return False
    if not silent:
        name = found[1].strip()
        path = name if name.lower().endswith(NOTE_SUFFIXES) else f"{name}.md"
        link = state.push("link_open", "a", 1)
        link.attrs = {"href": quote(path)}
        state.push("text", "", 0).content = (found[2] or found[1]).strip()
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True
