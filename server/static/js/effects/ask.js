// @ts-check
/** Asking: the question goes out, the answer streams in. */

import { toAnswer, toCitation, toCommand, text } from "../net/wire.js";
import { t } from "../text/i18n.js";
import { inWords, isAbort, newKey, noteError, toast } from "./context.js";
import { isThere, loadConversations } from "./conversations.js";
import { lookIntoSandbox } from "./server.js";

/** @typedef {import("./context.js").Context} Context */

const LOOK_MS = 300;

/** @type {AbortController | null} */
let asking = null;

/**
 * Asks in the conversation, the scope and the mode that are chosen now, whatever is chosen while it waits.
 *
 * @param {Context} context
 * @param {string} question
 * @returns {Promise<void>}
 */
export async function ask(context, question) {
  const { store } = context;
  if (asking) return; // the thread's last question is still being answered: the page offers Stop
  const own = new AbortController();
  asking = own;
  const key = newKey("turn");
  const json = toRequest(store.get(), question);
  store.dispatch({ type: "turn/asked", key, question });
  try {
    await untilIndexed(context, key, own.signal);
    await streamAnswer(context, key, json, own);
  } catch (error) {
    if (isAbort(error)) store.dispatch({ type: "turn/stopped", key });
    else store.dispatch({ type: "turn/failed", key, failure: noteError(context, error) });
  } finally {
    release(own);
  }
  if (await hasLostConversation(context, key)) return askAnew(context, question);
  await loadConversations(context);
}

/**
 * Tells whether a question failed because its conversation was deleted elsewhere, and is still open here.
 *
 * @param {Context} context
 * @param {string} key
 */
async function hasLostConversation(context, key) {
  const { turns, conversationId } = context.store.get().thread;
  const isMissing = turns.find((turn) => turn.key === key)?.failure?.code === "not_found";
  if (!isMissing || !conversationId || (await isThere(context, conversationId))) return false;
  return context.store.get().thread.conversationId === conversationId && asking === null;
}

/** @type {(context: Context, question: string) => Promise<void>} in a conversation of its own */
function askAnew(context, question) {
  context.store.dispatch({ type: "thread/new" });
  toast(context, "info", t("thread.begunAnew"));
  return ask(context, question);
}

/** @type {(state: import("../core/state.js").State, question: string) => Record<string, unknown>} */
function toRequest({ scope, settings, thread, health }, question) {
  return {
    question,
    ...(thread.conversationId ? { conversation_id: thread.conversationId } : {}),
    ...(scope ? { filters: { path_prefix: scope } } : {}),
    ...(health?.hasChatModel ? { mode: settings.mode } : {}),
  };
}

/**
 * A question that comes before the first index is ready waits for it.
 *
 * @param {Context} context
 * @param {string} key
 * @param {AbortSignal} signal
 */
async function untilIndexed({ store }, key, signal) {
  const waits = () => store.get().health?.status === "indexing" && store.get().connection === "online";
  if (waits()) store.dispatch({ type: "turn/step", key, step: "indexing" });
  while (waits()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    signal.throwIfAborted();
  }
  store.dispatch({ type: "turn/step", key, step: "" });
}

/** From here on another question may be asked. @param {AbortController} own */
function release(own) {
  if (asking === own) asking = null;
}

/**
 * Stops the answer that is being written, if any; the next question may be asked at once.
 *
 * @returns {boolean} there was one
 */
export function stopAsking() {
  const stopped = asking;
  asking = null;
  stopped?.abort();
  return stopped !== null;
}

/**
 * @param {Context} context
 * @param {string} key
 * @param {Record<string, unknown>} json
 * @param {AbortController} own
 */
async function streamAnswer(context, key, json, own) {
  const { store, api } = context;
  await api.stream("/api/ask/stream", { json, signal: own.signal }, (name, data) => {
    const action = toAction(key, name, data);
    if (action) store.dispatch(action);
    if (name === "answer" || name === "error") release(own); // though the stream is still open
    if (name === "answer") lookIntoSandbox(context);
  });
  const turn = store.get().thread.turns.find((item) => item.key === key);
  if (turn && (turn.stage === "waiting" || turn.stage === "streaming")) {
    const failure = { code: "cut", message: t("answer.failed"), hint: "" };
    store.dispatch({ type: "turn/failed", key, failure });
  }
}

/**
 * @param {string} key
 * @param {string} name
 * @param {Record<string, unknown>} data
 * @returns {import("../core/actions.js").Action | null}
 */
function toAction(key, name, data) {
  switch (name) {
    case "status":
      return { type: "turn/step", key, step: text(data.text) };
    case "token":
      return { type: "turn/token", key, text: text(data.text) };
    case "citation":
      return { type: "turn/citation", key, citation: toCitation(data) };
    case "command":
      return { type: "turn/command", key, command: toCommand(data) };
    case "answer":
      return { type: "turn/answered", key, answer: toAnswer(data) };
    case "error": {
      const error = /** @type {Record<string, unknown>} */ (data.error ?? data);
      const failure = { code: text(error.code), message: text(error.message), hint: text(error.hint) };
      return { type: "turn/failed", key, failure };
    }
    default:
      return null;
  }
}

/**
 * @param {Context} context
 * @param {string} answerId
 * @param {"up" | "down" | null} feedback
 */
export async function rate(context, answerId, feedback) {
  const turn = context.store.get().thread.turns.find((item) => item.answer?.id === answerId);
  const before = turn?.feedback ?? null;
  context.store.dispatch({ type: "turn/rated", answerId, feedback });
  try {
    const path = `/api/answers/${encodeURIComponent(answerId)}/feedback`;
    await context.api.call(path, { json: { rating: feedback } });
  } catch (error) {
    context.store.dispatch({ type: "turn/rated", answerId, feedback: before });
    toast(context, "error", inWords(context, error));
  }
}
