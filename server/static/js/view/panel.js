// @ts-check
/** The right side: a note or the sandbox. */

import { byId, renewOnLanguage, setText, show } from "../dom/elements.js";
import { loadSandbox } from "../effects/server.js";
import { t } from "../text/i18n.js";
import { createNoteView } from "./note.js";
import { createSandboxView } from "./sandbox.js";

/** @typedef {import("../core/state.js").State} State */

const SANDBOX_POLL_MS = 4000;

/**
 * @param {import("../effects/context.js").Context} context
 * @returns {(state: State) => void}
 */
export function createPanel(context) {
  const { store } = context;
  const drawNote = createNoteView(context);
  let sandbox = createSandboxView(context);
  let kind = "";
  /** @type {HTMLElement | null} */
  let opener = null;
  byId("panel-close").addEventListener("click", () => store.dispatch({ type: "panel/closed" }));
  for (const button of byId("note-mode").querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const noteMode = button.dataset.mode === "source" ? "source" : "rendered";
      store.dispatch({ type: "settings", settings: { noteMode } });
    });
  }
  pollSandbox(context);
  return (state) => {
    const { panel, settings } = state;
    const changed = (panel?.kind ?? "") !== kind;
    if (renewOnLanguage(byId("panel-body"), settings.language)) sandbox = createSandboxView(context);
    if (changed) {
      opener = kind ? opener : /** @type {HTMLElement | null} */ (document.activeElement);
      byId("panel-body").replaceChildren();
      kind = panel?.kind ?? "";
    }
    byId("app").dataset.panel = panel ? "open" : "closed";
    show(byId("panel"), panel !== null);
    show(byId("note-mode"), panel?.kind === "note");
    if (panel?.kind === "note") drawNote(state, panel);
    if (panel?.kind === "sandbox") drawSandbox(sandbox, state);
    for (const button of byId("note-mode").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === settings.noteMode));
    }
    if (changed) moveFocus(panel !== null, opener);
  };
}

/** @type {(sandbox: ReturnType<typeof createSandboxView>, state: State) => void} */
function drawSandbox(sandbox, state) {
  const body = byId("panel-body");
  setText(byId("panel-title"), t("sandbox.title"));
  setText(byId("panel-sub"), t("sandbox.subtitle"));
  if (sandbox.node.parentElement !== body) body.replaceChildren(sandbox.node);
  sandbox.update(state);
}

/** @type {(opened: boolean, opener: HTMLElement | null) => void} */
function moveFocus(opened, opener) {
  if (opened) byId("panel-title").focus({ preventScroll: true });
  else if (opener?.isConnected && !byId("panel").contains(opener)) opener.focus({ preventScroll: true });
}

/** @param {import("../effects/context.js").Context} context */
function pollSandbox(context) {
  setInterval(() => {
    const { panel, health, connection } = context.store.get();
    const live = health?.sandbox === "ready" && connection === "online";
    if (panel?.kind === "sandbox" && live && !document.hidden) void loadSandbox(context);
  }, SANDBOX_POLL_MS);
}
