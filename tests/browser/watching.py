"""Notices what must never happen in the page: script errors, CSP violations, dialogs."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Dialog, Error, Page

WATCH_SCRIPT = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
window.layoutShifts = [];
new PerformanceObserver((list) => window.layoutShifts.push(...list.getEntries())).observe(
  { type: "layout-shift", buffered: true },
);
"""

MAX_LAYOUT_SHIFT = 0.1
"""Above this a page jumps (https://web.dev/articles/cls)."""


def layout_shift(page: Page, *, after_input: bool = False) -> float:
    """Return how much of the page has jumped, as Chromium counts it.

    Args:
        page: The page that was watched.
        after_input: Also count what moved within half a second after a click or a key: what
            follows from it at once here comes later on a slow machine.
    """
    script = """(all) => window.layoutShifts.filter((entry) => all || !entry.hadRecentInput)
      .reduce((sum, entry) => sum + entry.value, 0)"""
    return float(page.evaluate(script, after_input))


class Watch:
    """Collects what goes wrong in a page.

    Args:
        page: The page to watch from now on.
        expect_csp_reports: The test makes the policy speak on purpose.
    """

    def __init__(self, page: Page, *, expect_csp_reports: bool = False) -> None:
        self._page = page
        self._expect_csp_reports = expect_csp_reports
        self._seen: list[str] = []
        page.on("pageerror", self._on_error)
        page.on("dialog", self._on_dialog)
        page.on("console", self._on_console)

    def problems(self) -> list[str]:
        """Return what went wrong so far."""
        if self._page.is_closed() or self._expect_csp_reports:
            return self._seen
        violations: list[str] = self._page.evaluate("window.violations ?? []")
        return [*self._seen, *(f"CSP: {each}" for each in violations)]

    def _on_error(self, error: Error) -> None:
        self._seen.append(f"script error: {error.message}\n{error.stack}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self._seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_console(self, message: ConsoleMessage) -> None:
        text = message.text
        # A refused request is part of some tests; a failure of the page's own code never is.
        expected = text.startswith("Failed to load resource")
        is_policy = "Content Security Policy" in text
        if is_policy and self._expect_csp_reports:
            return
        if is_policy or (message.type == "error" and not expected):
            self._seen.append(f"console: {text}")
