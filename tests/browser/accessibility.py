"""axe-core in a page: what it finds that keeps people out."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

_SERIOUS = {"serious", "critical"}
_COME_TO_REST = """() => Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
  .map((each) => each.finished))"""
"""What slides in is half hidden on its way."""
_RUN = "axe.run(document, {resultTypes: ['violations']})"


def serious_issues(page: Page) -> list[str]:
    """Return the serious and critical findings of axe, one line each."""
    if not page.evaluate("typeof window.axe === 'object'"):
        script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        page.evaluate(f"(() => {{ {script} }})()")
    page.evaluate(_COME_TO_REST)
    found: list[dict[str, object]] = page.evaluate(_RUN)["violations"]
    return [_in_words(each) for each in found if each["impact"] in _SERIOUS]


def _in_words(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    if not isinstance(nodes, list):
        raise TypeError(f"axe lists no nodes: {nodes!r}")
    places = "; ".join(f"{each['html'][:160]} {each['any'][:1]}" for each in nodes[:3])
    return f"{violation['id']}: {violation['help']}: {places}"
