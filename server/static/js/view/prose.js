// @ts-check
/** The text of an answer: streamed as it comes, then the server's safe HTML with marker buttons. */

import { el } from "../dom/elements.js";
import { toSafeFragment } from "../dom/safe-html.js";
import { linesInWords } from "../text/format.js";
import { t } from "../text/i18n.js";
import { splitInline, splitParts } from "../text/markdown-lite.js";

/** @typedef {import("../core/types.js").Citation} Citation */

/** A longer word may have to be broken itself. */
const MAX_KEPT_CHARS = 24;

/**
 * @param {HTMLElement} container
 * @param {import("../core/types.js").Answer} answer
 * @param {(citation: Citation) => void} open
 */
export function renderAnswer(container, answer, open) {
  const fragment = answer.html ? toSafeFragment(answer.html) : liteFragment(answer.text);
  for (const marker of fragment.querySelectorAll("sup.cite")) {
    const n = Number(marker.getAttribute("data-n"));
    const citation = answer.citations.find((item) => item.n === n);
    if (citation) replaceMarker(marker, citeButton(citation, open));
  }
  makePlaces(fragment, answer.commands.map((command) => command.text));
  container.replaceChildren(fragment);
}

/**
 * A number alone on a line tells nothing: it stays with the word before it.
 *
 * @param {Element} marker
 * @param {HTMLElement} button in its place
 */
function replaceMarker(marker, button) {
  const before = marker.previousSibling;
  const text = before instanceof Text ? before.data : "";
  const word = /\S+\s*$/.exec(text)?.[0] ?? "";
  if (!before || !word || word.length > MAX_KEPT_CHARS) return marker.replaceWith(button);
  before.textContent = text.slice(0, -word.length);
  marker.replaceWith(el("span", { class: "keep" }, word, button));
}

/**
 * A code block that only shows commands which have cards of their own gives way to them.
 *
 * @param {DocumentFragment} fragment
 * @param {string[]} commands
 */
function makePlaces(fragment, commands) {
  for (const block of fragment.querySelectorAll("pre")) {
    const lines = (block.textContent ?? "").split("\n").map((line) => line.replace(/^\s*[$#]\s+/, "").trim());
    const shown = lines.filter(Boolean);
    if (shown.length === 0 || !shown.every((line) => commands.includes(line))) continue;
    block.replaceWith(
      ...shown.map((line) => el("div", { class: "command-place", attrs: { "data-command": line } })),
    );
  }
}

/**
 * @param {Citation} citation
 * @param {(citation: Citation) => void} open
 * @returns {HTMLElement}
 */
export function citeButton(citation, open) {
  const { n, note, lineStart, lineEnd } = citation;
  const label = t("quote.open", { path: note, lines: linesInWords(lineStart, lineEnd) });
  const button = el("button", { class: "cite", text: String(n), attrs: { type: "button", title: label } });
  button.setAttribute("aria-label", `[${n}] ${label}`);
  button.addEventListener("click", () => open(citation));
  return button;
}

/**
 * @param {HTMLElement} container
 * @param {string} markdown
 */
export function renderStreaming(container, markdown) {
  container.replaceChildren(liteFragment(markdown));
}

/**
 * @param {string} markdown
 * @returns {DocumentFragment}
 */
function liteFragment(markdown) {
  const fragment = document.createDocumentFragment();
  let bullets = /** @type {HTMLElement | null} */ (null);
  for (const part of splitParts(markdown)) {
    if (part.kind === "item") {
      bullets ??= /** @type {HTMLElement} */ (fragment.appendChild(el("ul")));
      bullets.append(el("li", {}, ...inline(part.text)));
      continue;
    }
    bullets = null;
    if (part.kind === "code") fragment.append(el("pre", {}, el("code", { text: part.text })));
    else fragment.append(el(part.kind === "quote" ? "blockquote" : "p", {}, ...inline(part.text)));
  }
  return fragment;
}

/** @type {(text: string) => (Node | string)[]} */
function inline(text) {
  return splitInline(text).map((piece) => (piece.tag ? el(piece.tag, { text: piece.text }) : piece.text));
}
