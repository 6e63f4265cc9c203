// @ts-check
/** A quote card: where the lines stand, and the lines, word for word. */

import { clone, el, part, setText, show } from "../dom/elements.js";
import { lineNumbers, linesInWords } from "../text/format.js";
import { t } from "../text/i18n.js";

const FENCE = /^\s*(`{3,}|~{3,})/;
/** A quote of more lines or characters than this is folded; less of it where the answer says it. */
const FOLD = { lines: 5, chars: 420 };
const COMPACT_FOLD = { lines: 2, chars: 190 };

/**
 * @param {import("../core/types.js").Citation} citation
 * @param {(citation: import("../core/types.js").Citation) => void} open
 * @param {boolean} compact
 * @returns {HTMLElement}
 */
export function createQuote(citation, open, compact) {
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
  part(node, "text").append(...quotedLines(quote));
  node.classList.toggle("compact", compact);
  fold(node, quote, compact ? COMPACT_FOLD : FOLD);
  return node;
}

/**
 * The quote as it stands; code only looks like code, and its fences step back.
 *
 * @param {string} quote
 * @returns {Node[]}
 */
function quotedLines(quote) {
  let fence = "";
  const lines = quote.split("\n");
  return lines.map((line, i) => {
    const mark = FENCE.exec(line)?.[1] ?? "";
    const isFence = mark !== "" && (!fence || mark.startsWith(fence));
    if (isFence) fence = fence ? "" : mark;
    const text = i < lines.length - 1 ? `${line}\n` : line;
    const kind = isFence ? "fence" : fence ? "code" : line.trim() ? "" : "blank";
    return el("span", { class: kind, text });
  });
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
 * @param {{lines: number, chars: number}} most
 */
function fold(node, quote, most) {
  const words = quote.split("\n").filter((line) => line.trim() && !FENCE.test(line));
  const long = words.length > most.lines || words.join(" ").length > most.chars;
  node.classList.toggle("folded", !long && most === COMPACT_FOLD); // only the fences are hidden
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
