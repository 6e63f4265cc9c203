// @ts-check
/** The search dialog: hits as one types, arrows to choose, Enter to open. */

import { byId, clone, part, setText, typed } from "../dom/elements.js";
import { inWords, isAbort } from "../effects/context.js";
import { openNote, searchNotes } from "../effects/notes.js";
import { lineNumbers } from "../text/format.js";
import { t } from "../text/i18n.js";

/**
 * @typedef {import("../effects/context.js").Context} Context
 * @typedef {import("../core/types.js").SearchHit} SearchHit
 */

const DELAY_MS = 160;

/** @param {Context} context */
export function wireSearch(context) {
  const input = typed("search-input", HTMLInputElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {AbortController | null} */
  let going = null;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    going?.abort();
    going = new AbortController();
    const { signal } = going;
    timer = setTimeout(() => void search(context, input.value.trim(), signal), DELAY_MS);
  });
  input.addEventListener("keydown", (event) => onKey(event));
  byId("open-search").addEventListener("click", openSearch);
}

export function openSearch() {
  const dialog = typed("search-dialog", HTMLDialogElement);
  if (dialog.open) return;
  dialog.showModal();
  const input = typed("search-input", HTMLInputElement);
  input.focus();
  input.select();
  if (!input.value) showHits([], t("search.empty"), () => undefined);
}

/**
 * @param {Context} context
 * @param {string} query
 * @param {AbortSignal} signal
 */
async function search(context, query, signal) {
  const open = (/** @type {SearchHit} */ hit) => {
    typed("search-dialog", HTMLDialogElement).close();
    context.store.dispatch({ type: "drawer", open: false });
    void openNote(context, { path: hit.note, lines: [hit.lineStart, hit.lineEnd] });
  };
  if (!query) return showHits([], t("search.empty"), open);
  try {
    const hits = await searchNotes(context, query, signal);
    showHits(hits, hits.length ? "" : t("search.nothing", { query }), open);
  } catch (error) {
    if (isAbort(error)) return;
    showHits([], t("search.failed", { message: inWords(context, error) }), open);
  }
}

/**
 * @param {SearchHit[]} hits
 * @param {string} message
 * @param {(hit: SearchHit) => void} open
 */
function showHits(hits, message, open) {
  byId("search-results").replaceChildren(...hits.map((hit, i) => createHit(hit, i, open)));
  setText(byId("search-state"), message);
  byId("search-state").hidden = message === "";
  byId("search-input").setAttribute("aria-expanded", String(hits.length > 0));
  choose(hits.length ? 0 : -1);
}

/**
 * @param {SearchHit} hit
 * @param {number} i
 * @param {(hit: SearchHit) => void} open
 * @returns {HTMLElement}
 */
function createHit(hit, i, open) {
  const node = clone("t-hit");
  node.id = `hit-${i}`;
  setText(part(node, "path"), [hit.note, ...hit.trail].join(" › "));
  setText(part(node, "lines"), lineNumbers(hit.lineStart, hit.lineEnd));
  setText(part(node, "text"), hit.text.replace(/\s+/g, " ").slice(0, 260));
  node.addEventListener("click", () => open(hit));
  return node;
}

/** @param {number} wanted index; -1 for none */
function choose(wanted) {
  const hits = [...byId("search-results").children];
  hits.forEach((hit, i) => hit.setAttribute("aria-selected", String(i === wanted)));
  const input = byId("search-input");
  if (hits[wanted]) input.setAttribute("aria-activedescendant", hits[wanted].id);
  else input.removeAttribute("aria-activedescendant");
  hits[wanted]?.scrollIntoView({ block: "nearest" });
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const hits = [...byId("search-results").children];
  const now = hits.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step && hits.length) {
    event.preventDefault();
    choose((now + step + hits.length) % hits.length);
  } else if (event.key === "Enter" && hits[now]) {
    event.preventDefault();
    /** @type {HTMLElement} */ (hits[now]).click();
  }
}
