// @ts-check
/** The settings and the help sheet. */

import { byId, el, setText, show, typed } from "../dom/elements.js";
import { ingest } from "../effects/ingest.js";
import { openNote } from "../effects/notes.js";
import { codeInWords } from "../text/failures.js";
import { t } from "../text/i18n.js";

/**
 * @typedef {import("../core/state.js").State} State
 */

/** Keys as they are printed, and what they do. */
const KEYS = [
  [["/"], "help.focus"],
  [["Enter"], "help.ask"],
  [["Shift", "Enter"], "help.newline"],
  [["↑"], "help.recall"],
  [["Esc"], "help.close"],
  [["Ctrl", "K"], "help.search"],
  [["Alt", "N"], "help.new"],
  [["?"], "help.help"],
];

/**
 * @param {import("../effects/context.js").Context} context
 * @returns {(state: State) => void}
 */
export function createSettings(context) {
  const { store } = context;
  const form = typed("settings-form", HTMLFormElement);
  form.addEventListener("change", (event) => {
    const { name, value } = /** @type {HTMLInputElement} */ (event.target);
    store.dispatch({ type: "settings", settings: { [name]: value } });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("open-settings").addEventListener("click", () => typed("settings-dialog", HTMLDialogElement).showModal());
  byId("open-help").addEventListener("click", openHelp);
  byId("reindex").addEventListener("click", () => {
    typed("settings-dialog", HTMLDialogElement).close();
    void ingest(context);
  });
  return (state) => {
    fill(form, state);
    fillWarnings(context, state.warnings);
  };
}

export function openHelp() {
  const dialog = typed("help-dialog", HTMLDialogElement);
  if (dialog.open) return;
  byId("help-keys").replaceChildren(
    ...KEYS.map(([keys, label]) =>
      el("div", {}, el("dt", {}, ...[...keys].map((key) => el("kbd", { text: key }))), el("dd", { text: t(String(label)) })),
    ),
  );
  dialog.showModal();
}

/**
 * @param {HTMLFormElement} form
 * @param {State} state
 */
function fill(form, { settings, health }) {
  for (const [name, value] of Object.entries(settings)) {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList && field.value !== value) field.value = value;
  }
  show(byId("settings-mode"), health?.hasChatModel === true);
  const facts = health
    ? [
        [t("notes.title"), `${t("status.notes", { n: health.notes })}, ${t("status.chunks", { n: health.chunks })}`],
        [t("settings.model"), health.model],
        [t("settings.sandbox"), [t(`sandbox.state.${health.sandbox}`), health.engine].filter(Boolean).join(" · ")],
      ]
    : [];
  const text = facts.flat().join("\n");
  const list = byId("settings-facts");
  if (list.dataset.shown === text) return;
  list.dataset.shown = text;
  list.replaceChildren(...facts.map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));
}

/** @type {import("../core/types.js").NoteWarning[] | null} */
let listed = null;

/**
 * @param {import("../effects/context.js").Context} context
 * @param {import("../core/types.js").NoteWarning[]} warnings
 */
function fillWarnings(context, warnings) {
  show(byId("warnings"), warnings.length > 0);
  setText(byId("warnings-title"), t("warnings.title", { n: warnings.length }));
  if (warnings === listed) return;
  listed = warnings;
  byId("warnings-list").replaceChildren(...warnings.map((warning) => createWarning(context, warning)));
}

/** @type {(context: import("../effects/context.js").Context, warning: import("../core/types.js").NoteWarning) => HTMLElement} */
function createWarning(context, warning) {
  const { note, line } = warning;
  const { message, hint } = codeInWords(warning);
  const open = el("button", { class: "link", text: line ? `${note}:${line}` : note, attrs: { type: "button" } });
  open.addEventListener("click", () => {
    typed("settings-dialog", HTMLDialogElement).close();
    void openNote(context, { path: note, lines: line ? [line, line] : null });
  });
  return el("li", {}, open, el("span", { text: [message, hint].filter(Boolean).join("; ") }));
}
