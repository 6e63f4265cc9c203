// @ts-check
/** Links inside notes and answers: another note opens beside the chat, nothing leaves the page. */

import { openNote } from "../effects/notes.js";
import { fileName } from "../text/format.js";

/** @param {import("../effects/context.js").Context} context */
export function wireLinks(context) {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest(".prose a") : null;
    if (!link || /^(https?|mailto):/i.test(link.getAttribute("href") ?? "")) return;
    event.preventDefault(); // the address holds the conversation
    const path = link.getAttribute("data-note");
    if (path) void openNote(context, { path: findNote(path, context.store.get().notes.items), lines: null });
  });
}

/**
 * A link by name means the note of that name, wherever it lies, unless one lies where it points.
 *
 * @param {string} path
 * @param {import("../core/types.js").NoteSummary[]} notes
 * @returns {string}
 */
function findNote(path, notes) {
  if (notes.some((note) => note.path === path)) return path;
  const name = fileName(path);
  return notes.find((note) => fileName(note.path) === name)?.path ?? path;
}
