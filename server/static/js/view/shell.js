// @ts-check
/** What stands around the rest: status, banner, title, drawer, tabs, toasts, the lock. */

import { byId, el, setText, show, syncList, typed } from "../dom/elements.js";
import { codeInWords, failureInWords } from "../text/failures.js";
import { t } from "../text/i18n.js";
import { dotOf } from "./sandbox.js";

/**
 * @typedef {import("../core/state.js").State} State
 */

/**
 * @param {import("../effects/context.js").Context} context
 * @param {(text: string) => void} unlock called with what was entered at the lock
 * @returns {(state: State) => void}
 */
export function createShell({ store }, unlock) {
  const press = (/** @type {string} */ id, /** @type {() => void} */ act) =>
    byId(id).addEventListener("click", act);
  press("side-open", () => store.dispatch({ type: "drawer", open: true }));
  press("side-close", () => store.dispatch({ type: "drawer", open: false }));
  press("scrim", () => store.dispatch({ type: "drawer", open: false }));
  press("status-index", () => typed("settings-dialog", HTMLDialogElement).showModal());
  press("status-sandbox", () => {
    const open = store.get().panel?.kind === "sandbox";
    store.dispatch(open ? { type: "panel/closed" } : { type: "panel/sandbox" });
  });
  wireTabs(store);
  byId("lock-form").addEventListener("submit", (event) => {
    event.preventDefault();
    unlock(typed("lock-token", HTMLInputElement).value);
  });
  let locked = false;
  return (state) => {
    fillStatus(state);
    fillBanner(state);
    fillSide(state);
    fillToasts(state);
    fillLock(state);
    if (state.connection === "locked" && !locked) byId("lock-token").focus();
    locked = state.connection === "locked";
  };
}

/** @param {import("../core/store.js").Store} store */
function wireTabs(store) {
  for (const tab of /** @type {const} */ (["chats", "notes"])) {
    const button = byId(`tab-${tab}`);
    button.addEventListener("click", () => store.dispatch({ type: "tab", tab }));
    button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = tab === "chats" ? "notes" : "chats";
      store.dispatch({ type: "tab", tab: other });
      store.flush();
      byId(`tab-${other}`).focus();
    });
  }
}

/** @param {State} state */
function fillStatus({ health, connection, thread, conversations }) {
  const [dot, text] = indexStatus(health, connection);
  fillPill(byId("status-index"), dot, text);
  const sandbox = connection === "offline" ? "off" : health?.sandbox ?? "off";
  const words = connection === "offline" ? t("status.offline") : t(`sandbox.state.${sandbox}`);
  fillPill(byId("status-sandbox"), dotOf(sandbox), health ? words : t("connection.connecting"));
  const known = conversations.items.find((item) => item.id === thread.conversationId);
  const title = known?.title || thread.turns[0]?.question || "";
  setText(byId("title"), title);
  document.title = title ? `${title} — kb` : "kb";
}

/** @type {(health: State["health"], connection: State["connection"]) => [string, string]} */
function indexStatus(health, connection) {
  if (connection === "offline") return ["bad", t("status.offline")];
  if (!health) return ["busy", t("connection.connecting")];
  if (health.status === "indexing" || health.status === "rebuilding") return ["busy", t("status.indexing")];
  if (health.status === "degraded") return ["warn", t("status.degraded")];
  return ["good", t("status.notes", { n: health.notes })];
}

/** @type {(button: HTMLElement, dot: string, text: string) => void} */
function fillPill(button, dot, text) {
  /** @type {HTMLElement} */ (button.querySelector(".dot")).className = `dot ${dot}`;
  setText(/** @type {Element} */ (button.querySelector("span")), text);
}

/** @param {State} state */
function fillBanner({ connection, health }) {
  const banner = byId("banner");
  const offline = connection === "offline";
  const kind = offline ? "offline" : health?.status === "ok" ? "" : health?.status ?? "";
  show(banner, kind !== "");
  if (!kind) return;
  banner.className = `banner ${kind}`;
  setText(/** @type {Element} */ (banner.querySelector("strong")), t(`banner.${kind}`));
  const hint = kind === "degraded" ? whyDegraded(health) : t(`banner.${kind}Hint`);
  setText(/** @type {Element} */ (banner.querySelector("span")), hint);
}

/** @type {(health: State["health"]) => string} */
function whyDegraded(health) {
  if (!health) return "";
  const { message, hint } = codeInWords({ code: health.code, message: health.message, hint: "" });
  return [message, hint].filter(Boolean).join(" ");
}

/** @param {State} state */
function fillSide({ drawer, tab, health, ingest }) {
  byId("app").classList.toggle("drawer-open", drawer);
  show(byId("scrim"), drawer);
  for (const name of ["chats", "notes"]) {
    const on = name === tab;
    byId(`tab-${name}`).setAttribute("aria-selected", String(on));
    byId(`tab-${name}`).tabIndex = on ? 0 : -1;
    show(byId(`pane-${name}`), on);
  }
  show(byId("upload"), health?.canEdit === true);
  show(byId("ingest"), ingest !== null);
  if (!ingest) return;
  const bar = typed("ingest-bar", HTMLProgressElement);
  if (ingest.total > 0) bar.value = ingest.done / ingest.total;
  else bar.removeAttribute("value");
  const { done, total } = ingest;
  setText(byId("ingest-text"), total ? t("ingest.progress", { done, total }) : t("ingest.running"));
}

/** @param {State} state */
function fillToasts({ toasts }) {
  syncList(byId("toasts"), toasts, (toast) => String(toast.id), (toast) =>
    el("div", { class: `toast ${toast.kind}`, text: toast.text }),
  );
}

/** @param {State} state */
function fillLock({ connection, lock }) {
  const locked = connection === "locked";
  show(byId("lock"), locked);
  byId("app").inert = locked;
  if (!locked || !lock) return;
  const known = lock.code === "unauthorized" || lock.code === "missing";
  const text = known
    ? t(lock.code === "missing" ? "lock.missing" : "lock.wrong")
    : t("lock.forbidden", { message: failureInWords(lock).message });
  setText(byId("lock-text"), text);
}
