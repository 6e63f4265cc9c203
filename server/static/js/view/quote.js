// @ts-check
/** A quote card: where the lines stand, and the lines, word for word. */

import { clone, el, part, setText, show } from "../dom/elements.js";
import { lineNumbers, linesInWords } from "../text/format.js";
import { t } from "../text/i18n.js";

/** A quote of more lines or characters than this is folded. */
const FOLD_LINES = 5;
const FOLD_CHARS = 420;

/**
 * @param {import("../core/types.js").Citation} citation
 * @param {(citation: import("../core/types.js").Citation) => void} open
 * @returns {HTMLElement}
 */
export function createQuote(citation, open) {
  const { n, note, lineStart, lineEnd, trail, quote } = citation;
  const node = clone("t-quote");
  const button = part(node, "open");
  button.addEventListener("click", () => open(citation));
  button.setAttribute(
    "aria-label",
    t("quote.open", { path: note, lines: linesInWords(lineStart, lineEnd) }),
  );
  setText(part(node, "n"), n ? String(n) : "·");
  setText(part(node, "path"), note);
  part(node, "path").title = note;
  setText(part(node, "lines"), lineNumbers(lineStart, lineEnd));
  fillTrail(part(node, "trail"), trail);
  setText(part(node, "text"), quote);
  fold(node, quote);
  return node;
}

/**
 * @param {HTMLElement} node
 * @param {string[]} trail
 */
function fillTrail(node, trail) {
  show(node, trail.length > 0);
  trail.forEach((heading, i) => {
    if (i) node.append(el("span", { class: "sep", text: "›", attrs: { "aria-hidden": "true" } }));
    node.append(el("span", { text: heading }));
  });
}

/**
 * @param {HTMLElement} node
 * @param {string} quote
 */
function fold(node, quote) {
  const long = quote.split("\n").length > FOLD_LINES || quote.length > FOLD_CHARS;
  const more = part(node, "more");
  show(more, long);
  if (!long) return;
  /** @param {boolean} open */
  const set = (open) => {
    node.classList.toggle("folded", !open);
    more.setAttribute("aria-expanded", String(open));
    setText(more, t(open ? "quote.less" : "quote.more"));
  };
  more.addEventListener("click", () => set(node.classList.contains("folded")));
  set(false);
}
