"""Lets a page draw between any two events of an answer, as a slow network does."""

from __future__ import annotations

from playwright.sync_api import Page

_SCRIPT = """
const fetchAtOnce = window.fetch;
const oneFrame = () => new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn)));
window.fetch = async (path, options) => {
  const response = await fetchAtOnce(path, options);
  if (!String(path).endsWith("/api/ask/stream") || !response.ok) return response;
  const events = (await response.text()).split(/(?<=\\n\\n)/);
  const body = new ReadableStream({
    async pull(controller) {
      await oneFrame();
      if (events.length) controller.enqueue(new TextEncoder().encode(events.shift()));
      else controller.close();
    },
  });
  return new Response(body, { headers: response.headers });
};
"""


def drip_answers(page: Page) -> None:
    """Bring the answers of every page that is opened from now on event by event."""
    page.add_init_script(_SCRIPT)
