// @ts-check
/** The stored conversations: list, open, rename, delete, export. */

import { newTurn } from "../core/state.js";
import { withAnswer } from "../core/reduce-turns.js";
import { ApiError } from "../net/api.js";
import { toConversationAnswers, toConversations } from "../net/wire-server.js";
import { t } from "../text/i18n.js";
import { inWords, newKey, noteError, toast } from "./context.js";
import { restoreRuns } from "./runs.js";
import { lookIntoSandbox } from "./server.js";

/** @typedef {import("./context.js").Context} Context */

/** Conversations in the list; older ones are found by the filter. */
const SHOWN = 200;

/** @type {(id: string) => string} */
const pathOf = (id) => `/api/conversations/${encodeURIComponent(id)}`;

/** @param {Context} context */
export async function loadConversations(context) {
  try {
    const { filter } = context.store.get().conversations;
    const query = new URLSearchParams({ limit: String(SHOWN), q: filter.trim() });
    const items = toConversations(await context.api.call(`/api/conversations?${query}`));
    if (context.store.get().conversations.filter !== filter) return; // typed on meanwhile
    context.store.dispatch({ type: "conversations/loaded", items });
  } catch (error) {
    noteError(context, error);
    context.store.dispatch({ type: "conversations/failed" });
  }
}

/**
 * @param {Context} context
 * @param {string} id
 */
export async function openConversation(context, id) {
  const { store, api } = context;
  store.dispatch({ type: "thread/opening", id });
  try {
    const answers = toConversationAnswers(await api.call(pathOf(id)));
    const turns = answers.map((answer) =>
      withAnswer(newTurn(answer.id || newKey("turn"), answer.question), answer),
    );
    store.dispatch({ type: "thread/opened", id, turns });
    lookIntoSandbox(context);
    void restoreRuns(context, turns);
  } catch (error) {
    const failure = noteError(context, error);
    const isGone = isMissing(error);
    store.dispatch({ type: "thread/failed", id, failure: isGone ? { ...failure, message: t("thread.gone") } : failure });
    if (isGone) store.dispatch({ type: "conversation/deleted", id });
  }
}

/** @type {(error: unknown) => boolean} */
const isMissing = (error) => error instanceof ApiError && error.status === 404;

/** @type {(context: Context, id: string) => Promise<boolean>} false only where the server says that it is not */
export const isThere = ({ api }, id) => api.call(pathOf(id)).then(() => true, (error) => !isMissing(error));

/**
 * @param {Context} context
 * @param {string} id
 * @param {string} title
 */
export async function renameConversation(context, id, title) {
  try {
    await context.api.call(pathOf(id), { method: "PATCH", json: { title } });
    context.store.dispatch({ type: "conversation/renamed", id, title });
  } catch (error) {
    toast(context, "error", inWords(context, error));
  }
}

/**
 * @param {Context} context
 * @param {string} id
 */
export async function deleteConversation(context, id) {
  try {
    await context.api.send(pathOf(id), { method: "DELETE" });
    context.store.dispatch({ type: "conversation/deleted", id });
  } catch (error) {
    toast(context, "error", inWords(context, error));
  }
}

/**
 * Saves a conversation as a file. The header carries the token, so a plain link would not do.
 *
 * @param {Context} context
 * @param {string} id
 * @param {string} title
 * @param {"md" | "json"} format
 */
export async function exportConversation(context, id, title, format) {
  try {
    const response = await context.api.send(`${pathOf(id)}/export?format=${format}`);
    const url = URL.createObjectURL(await response.blob());
    const link = document.createElement("a");
    link.href = url;
    link.download = `${title.replace(/[\\/:*?"<>|\s]+/g, " ").trim().slice(0, 80) || id}.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (error) {
    toast(context, "error", inWords(context, error));
  }
}
