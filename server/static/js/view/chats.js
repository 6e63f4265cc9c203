// @ts-check
/** The list of conversations. */

import { byId, clone, part, renewOnLanguage, setText, show, syncList, typed } from "../dom/elements.js";
import {
  deleteConversation,
  exportConversation,
  loadConversations,
  openConversation,
  renameConversation,
} from "../effects/conversations.js";
import { t } from "../text/i18n.js";
import { confirmWith, promptWith } from "./dialogs.js";

/**
 * @typedef {import("../core/state.js").State} State
 * @typedef {import("../core/types.js").ConversationSummary} ConversationSummary
 * @typedef {import("../effects/context.js").Context} Context
 */

/** The server filters, as it looks into the answers too. */
const FILTER_DELAY_MS = 200;

/**
 * @param {Context} context
 * @returns {(state: State) => void}
 */
export function createChats(context) {
  const list = byId("chats-list");
  const filter = typed("chats-filter", HTMLInputElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  filter.addEventListener("input", () => {
    context.store.dispatch({ type: "conversations/filter", filter: filter.value });
    clearTimeout(timer);
    timer = setTimeout(() => void loadConversations(context), FILTER_DELAY_MS);
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element && event.target.closest(".row-more"))) closeMenus();
  });
  return (state) => {
    const { conversations, thread } = state;
    renewOnLanguage(list, state.settings.language);
    syncList(list, conversations.items, (item) => item.id, (item) => createRow(context, item), (node, item) => {
      setText(part(node, "title"), item.title || t("chats.untitled"));
      part(node, "open").title = item.title;
      const current = item.id === thread.conversationId;
      node.classList.toggle("current", current);
      if (current) part(node, "open").setAttribute("aria-current", "page");
      else part(node, "open").removeAttribute("aria-current");
    });
    fillEmpty(conversations);
  };
}

/** @type {(conversations: State["conversations"]) => void} */
function fillEmpty({ state, items, filter }) {
  const key = state === "error" ? "chats.error" : filter ? "chats.nothing" : "chats.empty";
  const empty = byId("chats-empty");
  setText(empty, t(key));
  show(empty, items.length === 0 && state !== "loading");
  show(byId("chats-filter"), items.length > 0 || filter !== "");
}

/**
 * @param {Context} context
 * @param {ConversationSummary} item
 * @returns {HTMLElement}
 */
function createRow(context, item) {
  const node = clone("t-chat-row");
  const { id } = item;
  part(node, "open").setAttribute("href", `#c=${encodeURIComponent(id)}`);
  part(node, "open").addEventListener("click", () => {
    const { thread } = context.store.get();
    context.store.dispatch({ type: "drawer", open: false });
    // The address stays the same, so nothing else would try it again.
    if (thread.conversationId === id && thread.state === "error") void openConversation(context, id);
  });
  wireMenu(node);
  const title = () => part(node, "title").textContent ?? "";
  on(node, "rename", async () => {
    const chosen = await promptWith(t("chats.renameTitle"), title(), t("action.save"));
    if (chosen) await renameConversation(context, id, chosen);
  });
  on(node, "export-md", () => exportConversation(context, id, title(), "md"));
  on(node, "export-json", () => exportConversation(context, id, title(), "json"));
  on(node, "delete", async () => {
    const text = t("chats.deleteText", { title: title() });
    if (!(await confirmWith(t("chats.deleteTitle"), text, t("action.delete")))) return;
    const open = context.store.get().thread.conversationId === id;
    await deleteConversation(context, id);
    if (open) location.hash = "";
  });
  return node;
}

/** @type {(node: HTMLElement, name: string, act: () => unknown) => void} */
function on(node, name, act) {
  part(node, name).addEventListener("click", () => {
    closeMenus();
    void act();
  });
}

/** @param {HTMLElement} node */
function wireMenu(node) {
  const more = part(node, "more");
  const menu = part(node, "menu");
  const items = [...menu.querySelectorAll("button")];
  more.addEventListener("click", () => {
    const opens = menu.hidden;
    closeMenus();
    if (!opens) return;
    menu.hidden = false;
    more.setAttribute("aria-expanded", "true");
    items[0].focus();
  });
  menu.addEventListener("keydown", (event) => {
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      event.preventDefault();
      items[(at + step + items.length) % items.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      closeMenus();
      more.focus();
    }
  });
}

function closeMenus() {
  for (const menu of byId("chats-list").querySelectorAll(".menu:not([hidden])")) {
    /** @type {HTMLElement} */ (menu).hidden = true;
    menu.parentElement?.querySelector(".row-more")?.setAttribute("aria-expanded", "false");
  }
}
