// @ts-check
/** The note's own files that a build takes along, and what is wrong with its Dockerfile. */

import { el, part, setText, show } from "../dom/elements.js";
import { rangesInWords } from "../text/format.js";
import { t } from "../text/i18n.js";
import { filesFor } from "../text/note-files.js";

/** @typedef {import("../core/types.js").NoteFile} NoteFile */

/** @type {WeakMap<HTMLElement, NoteFile[]>} what each card shows already */
const filled = new WeakMap();

/**
 * @param {HTMLElement} node a command card
 * @param {string} line
 * @param {NoteFile[]} all
 * @param {boolean} canRun
 */
export function fillFiles(node, line, all, canRun) {
  show(part(node, "clean"), canRun);
  if (filled.get(node) === all) return;
  filled.set(node, all);
  const files = filesFor(line, all);
  show(part(node, "files"), files.length > 0);
  const broken = files.find((file) => file.cleaned !== "");
  show(part(node, "problem"), broken !== undefined);
  const lines = broken ? rangesInWords(broken.problems) : "";
  setText(part(node, "problem-text"), t("files.problem", { lines }));
  setText(part(node, "files-title"), t("files.title", { names: files.map((file) => file.name).join(", ") }));
  part(node, "file-list").replaceChildren(...files.flatMap(showFile));
}

/** @type {(file: NoteFile) => HTMLElement[]} */
function showFile({ name, text, cleaned }) {
  const shown = [el("h4", { text: name }), el("pre", { text: text.trimEnd(), attrs: { tabindex: "0" } })];
  if (!cleaned) return shown;
  return [...shown, el("h4", { text: t("files.cleaned", { name }) }), el("pre", { text: cleaned.trimEnd(), attrs: { tabindex: "0" } })];
}
