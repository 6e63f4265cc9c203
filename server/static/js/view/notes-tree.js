// @ts-check
/** The notes as a tree of folders. */

import { byId, clone, el, part, setText, show, typed } from "../dom/elements.js";
import { openNote } from "../effects/notes.js";
import { toFolders } from "../text/folders.js";
import { noteName } from "../text/format.js";
import { t } from "../text/i18n.js";

/**
 * @typedef {import("../core/state.js").State} State
 * @typedef {import("../core/types.js").NoteSummary} NoteSummary
 * @typedef {import("../effects/context.js").Context} Context
 * @typedef {import("../text/folders.js").Folder} Folder
 */

/** With more notes than this the folders are closed at first. */
const UNFOLDED_NOTES = 150;

/**
 * @param {Context} context
 * @returns {(state: State) => void}
 */
export function createNotesTree(context) {
  const filter = typed("notes-filter", HTMLInputElement);
  filter.addEventListener("input", () =>
    context.store.dispatch({ type: "notes/filter", filter: filter.value }),
  );
  /** @type {unknown[]} */
  let drawn = [];
  return (state) => {
    const open = state.panel?.kind === "note" ? state.panel.target.path : "";
    const now = [state.notes, state.settings.language, state.scope];
    if (now.some((item, i) => item !== drawn[i])) draw(context, state);
    drawn = now;
    for (const row of byId("notes-tree").querySelectorAll(".row")) {
      row.classList.toggle("current", /** @type {HTMLElement} */ (row).dataset.path === open);
    }
  };
}

/**
 * @param {Context} context
 * @param {State} state
 */
function draw(context, { notes, scope }) {
  const wanted = notes.filter.trim().toLowerCase();
  const items = notes.items.filter((note) =>
    `${note.path} ${note.title} ${note.tags.join(" ")}`.toLowerCase().includes(wanted),
  );
  const tree = byId("notes-tree");
  const touched = new Map(
    [...tree.querySelectorAll("details")].map((node) => [node.dataset.path ?? "", node.open]),
  );
  const unfold = wanted !== "" || items.length <= UNFOLDED_NOTES;
  const isOpen = (/** @type {string} */ path) => touched.get(path) ?? unfold;
  tree.replaceChildren(...createInside(context, toFolders(items), scope, isOpen));
  const key = notes.state === "error" ? "notes.error" : notes.items.length ? "notes.nothing" : "notes.empty";
  setText(byId("notes-empty"), t(key));
  show(byId("notes-empty"), items.length === 0 && notes.state !== "loading");
  show(byId("notes-filter"), notes.items.length > 0);
}

/**
 * @param {Context} context
 * @param {Folder} folder
 * @param {string} scope
 * @param {(path: string) => boolean} isOpen
 * @returns {HTMLElement[]} its folders, then its notes
 */
function createInside(context, folder, scope, isOpen) {
  const folders = folder.folders.map((inner) => createFolder(context, inner, scope, isOpen));
  const rows = folder.notes.map((note) => createRow(context, note, scope));
  return rows.length ? [...folders, el("ul", { class: "rows" }, ...rows)] : folders;
}

/**
 * @param {Context} context
 * @param {Folder} folder
 * @param {string} scope
 * @param {(path: string) => boolean} isOpen
 * @returns {HTMLElement}
 */
function createFolder(context, folder, scope, isOpen) {
  const node = clone("t-folder");
  const details = /** @type {HTMLDetailsElement} */ (part(node, "details"));
  details.open = isOpen(folder.path);
  details.dataset.path = folder.path;
  setText(part(node, "name"), folder.name);
  wireScope(context, part(node, "scope"), `${folder.path}/`, scope); // before rows bring parts of theirs
  part(node, "inside").append(...createInside(context, folder, scope, isOpen));
  return node;
}

/**
 * @param {Context} context
 * @param {NoteSummary} note
 * @param {string} scope
 * @returns {HTMLElement}
 */
function createRow(context, note, scope) {
  const node = clone("t-note-row");
  node.dataset.path = note.path;
  setText(part(node, "title"), noteName(note.path));
  part(node, "open").title = `${note.title} — ${note.path}`;
  part(node, "open").addEventListener("click", () => {
    context.store.dispatch({ type: "drawer", open: false });
    void openNote(context, { path: note.path, lines: null });
  });
  wireScope(context, part(node, "scope"), note.path, scope);
  return node;
}

/**
 * @param {Context} context
 * @param {HTMLElement} button
 * @param {string} prefix
 * @param {string} scope
 */
function wireScope({ store }, button, prefix, scope) {
  const on = scope === prefix;
  button.setAttribute("aria-pressed", String(on));
  button.setAttribute("aria-label", `${t("notes.askOnly")}: ${prefix}`);
  button.addEventListener("click", () => {
    store.dispatch({ type: "scope", prefix: on ? "" : prefix });
    store.dispatch({ type: "drawer", open: false });
    byId("question").focus();
  });
}
