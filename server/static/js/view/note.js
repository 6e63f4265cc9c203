// @ts-check
/** The note beside the chat, with the cited lines marked and in view. */

import { byId, el, icon, setText } from "../dom/elements.js";
import { toSafeFragment } from "../dom/safe-html.js";
import { deleteNote } from "../effects/note-files.js";
import { openNote } from "../effects/notes.js";
import { failureInWords } from "../text/failures.js";
import { linesInWords } from "../text/format.js";
import { t } from "../text/i18n.js";
import { confirmWith } from "./dialogs.js";
import { markRendered, sourceView } from "./note-marks.js";

/**
 * @typedef {import("../core/state.js").State} State
 * @typedef {import("../core/state.js").NotePanel} NotePanel
 * @typedef {import("../core/types.js").NoteDoc} NoteDoc
 * @typedef {import("../effects/context.js").Context} Context
 */

/**
 * @param {Context} context
 * @returns {(state: State, panel: NotePanel) => void}
 */
export function createNoteView(context) {
  /** @type {unknown[]} */
  let drawn = [];
  return (state, panel) => {
    const { noteMode, language } = state.settings;
    const now = [panel, noteMode, language, state.health?.canEdit];
    const last = /** @type {NotePanel | undefined} */ (drawn[0]);
    const isReread = last?.opened === panel.opened && last.doc !== null && last.doc !== panel.doc;
    if (byId("panel-body").firstChild && now.every((item, i) => item === drawn[i])) return;
    drawn = now;
    fillNames(panel);
    const body = byId("panel-body");
    const top = body.scrollTop;
    if (panel.state === "error") body.replaceChildren(failure(context, panel));
    else if (!panel.doc) body.replaceChildren(skeleton());
    else drawNote(context, body, panel, panel.doc, noteMode, state.health?.canEdit === true);
    if (isReread && !body.querySelector(".cited")) body.scrollTop = top;
  };
}

/** @param {NotePanel} panel */
function fillNames({ target, doc }) {
  setText(byId("panel-title"), doc?.title || target.path);
  const cited = target.lines ? ` · ${linesInWords(target.lines[0], target.lines[1])}` : "";
  setText(byId("panel-sub"), target.path + cited);
}

/** @type {(context: Context, panel: NotePanel) => HTMLElement} */
function failure(context, { target, failure: reason }) {
  const retry = el("button", { class: "button small", text: t("action.retry"), attrs: { type: "button" } });
  retry.addEventListener("click", () => void openNote(context, target));
  const title = el("strong", { text: t("note.changed") });
  return el("div", { class: "failure", attrs: { role: "alert" } }, title, el("span", { text: reason ? failureInWords(reason).message : "" }), retry);
}

/** @returns {HTMLElement} */
function skeleton() {
  const lines = [90, 70, 95, 60, 85, 40].map((width) => el("i", { class: `bone w${width}` }));
  return el("div", { class: "skeleton-note", attrs: { "aria-hidden": "true" } }, ...lines);
}

/**
 * @param {Context} context
 * @param {HTMLElement} body
 * @param {NotePanel} panel
 * @param {NoteDoc} doc
 * @param {import("../core/types.js").NoteMode} mode
 * @param {boolean} canEdit
 */
function drawNote(context, body, { target }, doc, mode, canEdit) {
  const { lines } = target;
  const rendered = mode === "rendered" && doc.html !== "" ? renderedView(doc, lines) : null;
  // Lines that left no block behind (a comment, a link definition) are shown in the source.
  const useSource = !rendered || (lines !== null && !rendered.querySelector(".cited"));
  const view = useSource ? sourceView(doc.source, lines) : rendered;
  const empty = doc.source.trim() === "";
  body.replaceChildren(empty ? el("p", { class: "quiet", text: t("note.empty") }) : view);
  if (canEdit) body.append(deleteButton(context, doc));
  const cited = view.querySelector(".cited");
  if (cited) bringIntoView(body, cited);
  else body.scrollTop = 0;
}

/**
 * @param {NoteDoc} doc
 * @param {[number, number] | null} lines
 * @returns {HTMLElement}
 */
function renderedView(doc, lines) {
  const view = el("article", { class: "prose note" }, toSafeFragment(doc.html));
  if (lines) markRendered(view, lines);
  for (const table of view.querySelectorAll("table")) {
    const box = el("div", { class: "table-box", attrs: { tabindex: "0", role: "region", "aria-label": doc.title } });
    table.replaceWith(box);
    box.append(table);
  }
  return view;
}

/** @type {(body: HTMLElement, cited: Element) => void} */
function bringIntoView(body, cited) {
  const top = cited.getBoundingClientRect().top - body.getBoundingClientRect().top;
  body.scrollTop += top - body.clientHeight / 4;
}

/** @type {(context: Context, doc: NoteDoc) => HTMLElement} */
function deleteButton(context, doc) {
  const button = el("button", { class: "button ghost danger note-delete", attrs: { type: "button" } }, icon("trash"), el("span", { text: t("note.delete") }));
  button.addEventListener("click", async () => {
    const text = t("note.deleteText", { path: doc.path });
    if (await confirmWith(t("note.deleteTitle"), text, t("action.delete"))) {
      await deleteNote(context, doc.path, doc.etag);
    }
  });
  return button;
}
