// @ts-check
/** The server itself: is it there, does it index, what is in its sandbox. */

import { ApiError } from "../net/api.js";
import { toHealth, toSandbox } from "../net/wire-server.js";
import { object, texts } from "../net/wire.js";
import { t } from "../text/i18n.js";
import { inWords, noteError, toast } from "./context.js";
import { watchJob } from "./ingest.js";
import { rereadNote } from "./notes.js";

/** @typedef {import("./context.js").Context} Context */

const CALM_MS = 15_000;
const EAGER_MS = 2_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * @param {Context} context
 * @returns {Promise<boolean>} the server answered
 */
export async function checkHealth(context) {
  const { store, api } = context;
  try {
    const health = toHealth(await api.call("/api/health"));
    store.dispatch({ type: "health", health });
    store.dispatch({ type: "connection", connection: "online" });
    watchJob(context, health.jobId);
    return true;
  } catch (error) {
    noteError(context, error);
    return false;
  }
}

/**
 * Looks at the server's health again and again: often while something is about to change.
 *
 * @param {Context} context
 * @param {() => void} onReturn called when the server is back, or a first index is ready
 */
export function watchHealth(context, onReturn) {
  const { store } = context;
  clearTimeout(timer);
  const waits = needsAttention(store.get());
  timer = setTimeout(async () => {
    const before = store.get();
    if (!document.hidden && before.connection !== "locked") {
      const reached = await checkHealth(context);
      const after = store.get();
      const wasAway = before.connection === "offline" && reached;
      const wasIndexing = before.health?.status === "indexing" && after.health?.status !== "indexing";
      const grew = before.health !== null && before.health.notes !== after.health?.notes;
      if (wasAway || wasIndexing || grew) onReturn();
      if (reached) void rereadNote(context);
      if (before.health?.sandbox !== "ready" && after.health?.sandbox === "ready") void loadSandbox(context);
    }
    watchHealth(context, onReturn);
  }, waits ? EAGER_MS : CALM_MS);
}

/**
 * An index or a sandbox that will soon be another, and a sandbox that is looked at.
 *
 * @param {import("../core/state.js").State} state
 */
function needsAttention({ connection, health, panel }) {
  const builds = health?.status === "indexing" || health?.status === "rebuilding";
  return connection !== "online" || builds || health?.sandbox === "starting" || panel?.kind === "sandbox";
}

/** @param {Context} context */
export async function loadSandbox(context) {
  const { store, api } = context;
  store.dispatch({ type: "sandbox/loading" });
  try {
    store.dispatch({ type: "sandbox/loaded", info: toSandbox(await api.call("/api/sandbox")) });
  } catch (error) {
    store.dispatch({ type: "sandbox/failed", failure: noteError(context, error) });
  }
}

/**
 * Looks into the sandbox again where a command that is shown names things in it: they may have come
 * from elsewhere.
 *
 * @param {Context} context
 */
export function lookIntoSandbox(context) {
  const { connection, health, thread } = context.store.get();
  const isReady = connection === "online" && health?.sandbox === "ready";
  if (isReady && thread.turns.some(({ commands }) => commands.some(namesThings))) void loadSandbox(context);
}

/** @type {(command: import("../core/types.js").Command) => boolean} */
const namesThings = ({ slots }) => slots.some(({ choices }) => choices !== null && choices !== "services");

/** @param {Context} context */
export async function startSandbox(context) {
  try {
    await context.api.call("/api/sandbox/start", { json: {} });
  } catch (error) {
    toast(context, "error", inWords(context, error));
  }
  await checkHealth(context);
}

/** @param {Context} context */
export async function resetSandbox(context) {
  const { store, api } = context;
  store.dispatch({ type: "sandbox/resetting", resetting: true });
  try {
    await api.call("/api/sandbox/reset", { json: {} });
    toast(context, "info", t("sandbox.resetDone"));
  } catch (error) {
    toast(context, "error", inWords(context, error));
  }
  store.dispatch({ type: "sandbox/resetting", resetting: false });
  await Promise.all([checkHealth(context), loadSandbox(context)]);
}

/**
 * Removes what lies about unused for more than a day.
 *
 * @param {Context} context
 * @param {(names: string) => Promise<boolean>} agree asks whether what is named may go
 */
export async function cleanSandbox(context, agree) {
  try {
    const removed = await askAndClean(context, agree);
    if (removed === null) return;
    const names = removed.join(", ");
    toast(context, "info", names ? t("sandbox.cleaned", { names }) : t("sandbox.cleanNothing"));
  } catch (error) {
    toast(context, "error", inWords(context, error));
  }
  await loadSandbox(context);
}

/**
 * @param {Context} context
 * @param {(names: string) => Promise<boolean>} agree
 * @returns {Promise<string[] | null>} what was removed; null where the user said no
 */
async function askAndClean({ api, store }, agree) {
  const path = "/api/sandbox/clean";
  const { language } = store.get().settings;
  try {
    return texts(object(await api.call(path, { json: { confirm: false, language } })).removed);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "needs_confirmation") throw error;
    if (!(await agree(texts(error.body.victims).join(", ")))) return null;
  }
  return texts(object(await api.call(path, { json: { confirm: true, language } })).removed);
}
