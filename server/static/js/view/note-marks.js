// @ts-check
/** Marks lines in a note that is shown: in its source exactly, in its rendered form by block. */

import { el } from "../dom/elements.js";

/** @typedef {[number, number]} Lines */

const BLOCKS = "p,h1,h2,h3,h4,h5,h6,li,pre,blockquote,ul,ol,table,thead,tbody,tr,hr,dl,dd,dt,div";

/**
 * @param {string} source
 * @param {Lines | null} lines
 * @returns {HTMLElement} the source with a number before each line
 */
export function sourceView(source, lines) {
  const list = el("ol", { class: "source" });
  source.replace(/\n$/, "").split("\n").forEach((text, i) => {
    const line = el("li", { attrs: { "data-line": String(i + 1) } }, el("code", { text: text || " " }));
    line.classList.toggle("cited", contains(lines, i + 1));
    list.append(line);
  });
  return list;
}

/** @type {(lines: Lines | null, line: number) => boolean} */
const contains = (lines, line) => lines !== null && lines[0] <= line && line <= lines[1];

/** @type {(node: Element) => number} */
const lineOf = (node) => Number(node.getAttribute("data-line"));

/**
 * Marks the rendered blocks that stand on the lines.
 *
 * @param {HTMLElement} root with `data-line` on its blocks
 * @param {Lines} lines
 * @returns {void}
 */
export function markRendered(root, lines) {
  for (const block of root.querySelectorAll("[data-line]")) {
    if (!block.isConnected && !root.contains(block)) continue;
    const isAnchor = block.classList.contains("line-start");
    if (isAnchor || block.querySelector("[data-line]:not(.line-start)")) {
      if (block.localName === "li" && contains(lines, lineOf(block))) wrapOwnText(block);
      continue;
    }
    markLeaf(block, lines);
  }
}

/**
 * @param {Element} leaf a block without blocks inside
 * @param {Lines} lines
 */
function markLeaf(leaf, lines) {
  const anchors = [...leaf.querySelectorAll(".line-start")];
  const inside = [lineOf(leaf), ...anchors.map(lineOf)].map((line) => contains(lines, line));
  if (!inside.includes(true)) return;
  const direct = anchors.every((anchor) => anchor.parentElement === leaf);
  if (!inside.includes(false) || !direct) leaf.classList.add("cited");
  else wrapLines(leaf, lines);
}

/**
 * Marks some of a paragraph's lines.
 *
 * @param {Element} leaf
 * @param {Lines} lines
 */
function wrapLines(leaf, lines) {
  let line = lineOf(leaf);
  /** @type {HTMLElement | null} */
  let mark = null;
  for (const node of [...leaf.childNodes]) {
    if (node instanceof Element && node.classList.contains("line-start")) line = lineOf(node);
    if (!contains(lines, line)) {
      mark = null;
      continue;
    }
    if (!mark) {
      mark = el("span", { class: "cited" });
      node.before(mark);
    }
    mark.append(node);
  }
}

/**
 * Marks what an item says itself, without the list inside it.
 *
 * @param {Element} item
 */
function wrapOwnText(item) {
  const own = [];
  for (const node of item.childNodes) {
    if (node instanceof Element && node.matches(BLOCKS)) break;
    own.push(node);
  }
  if (!own.some((node) => node.textContent?.trim())) return; // its paragraphs mark themselves
  const mark = el("span", { class: "cited" });
  own[0].before(mark);
  mark.append(...own);
}
