"""Holds a page's requests back, so that a test decides when the server hears of them."""

from __future__ import annotations

from playwright.sync_api import Page, Route


class Held:
    """Requests that wait until the test lets them go.

    A route that is taken away lets its requests go, so this one stays and passes them on.

    Args:
        page: The page that asks.
        url: A pattern of the addresses that are held.
    """

    def __init__(self, page: Page, url: str) -> None:
        self._waiting: list[Route] = []
        self._is_open = False
        page.route(url, self._take)

    def pass_later_ones(self) -> None:
        """Let every request pass that comes from now on."""
        self._is_open = True

    def let_go(self) -> None:
        """Let those that wait go, and every later one pass."""
        self.pass_later_ones()
        while self._waiting:
            self._waiting.pop().continue_()

    def _take(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        else:
            self._waiting.append(route)
