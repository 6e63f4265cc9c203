// @ts-check
/** Links inside notes and answers: another note opens beside the chat, nothing leaves the page. */

import { openNote } from "../effects/notes.js";

/** @param {import("../effects/context.js").Context} context */
export function wireLinks(context) {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest(".prose a") : null;
    if (!link || /^(https?|mailto):/i.test(link.getAttribute("href") ?? "")) return;
    event.preventDefault(); // the address holds the conversation
    const path = link.getAttribute("data-note");
    if (path) void openNote(context, { path, lines: null });
  });
}
