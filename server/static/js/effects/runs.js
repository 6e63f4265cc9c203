// @ts-check
/** Running commands: preview, start, follow, stop. The page never sends a shell line. */

import { answerOfCard, findCardKey } from "../core/card-keys.js";
import { emptyCard } from "../core/state.js";
import { ApiError } from "../net/api.js";
import { list, numberOrNull, object, text, texts, toFiles, toPreview, toRefusal, toRemark } from "../net/wire.js";
import { t } from "../text/i18n.js";
import { inWords, newKey, noteError, toast } from "./context.js";
import { checkHealth, loadSandbox } from "./server.js";

/** @typedef {import("./context.js").Context} Context */

/**
 * @typedef {{id: string, clean?: boolean, instead?: boolean} | {text: string}} Runnable a stored
 *   command (`clean`: with the note's Dockerfile put right; `instead`: what is suggested in its
 *   place), or a line typed by the user
 */

const ENDED = new Set(["exited", "failed", "stopped"]);
const LOST_RETRY_MS = 1000;
const MAX_ATTEMPTS = 5;
/** Answers of one conversation whose runs are asked for: the address stays short. */
const MAX_ANSWERS = 50;

/** @type {Map<string, number>} */
const previews = new Map();

/**
 * @param {Context} context
 * @param {string} key
 * @param {string} commandId
 */
export async function preview(context, key, commandId) {
  const { store, api } = context;
  const turn = (previews.get(key) ?? 0) + 1;
  previews.set(key, turn);
  const { values } = store.get().cards[key] ?? emptyCard();
  try {
    const path = `/api/commands/${encodeURIComponent(commandId)}/preview`;
    const json = await api.call(path, { json: { values } });
    if (previews.get(key) === turn) store.dispatch({ type: "card/preview", key, preview: toPreview(json) });
  } catch (error) {
    // A preview is a courtesy: only what the user has just typed wrong is told at once.
    const wrong = error instanceof ApiError && error.status === 400;
    if (wrong && previews.get(key) === turn) store.dispatch({ type: "card/invalid", key, message: inWords(context, error) });
  }
}

/**
 * Asks which of the note's files a build takes along.
 *
 * @param {Context} context
 * @param {string} key
 * @param {string} commandId
 */
export async function loadFiles({ store, api }, key, commandId) {
  try {
    const json = await api.call(`/api/commands/${encodeURIComponent(commandId)}/files`);
    store.dispatch({ type: "card/files", key, files: toFiles(json), services: texts(object(json).services) });
  } catch {
    // An answer from long ago, whose note has changed: running it says so.
  }
}

/**
 * @param {Context} context
 * @param {string} key
 * @param {Runnable} runnable
 * @param {boolean} confirm the user has agreed to what it removes
 * @param {string} shown the line as the page shows it until the server's word is there
 */
export async function run(context, key, runnable, confirm, shown) {
  const { store, api } = context;
  const { values } = store.get().cards[key] ?? emptyCard();
  store.dispatch({ type: "card/pending", key });
  const path = "id" in runnable ? `/api/commands/${encodeURIComponent(runnable.id)}/runs` : "/api/runs";
  const { settings, thread } = store.get();
  const { language } = settings;
  const answer = answerOfCard(thread.turns, key);
  const json =
    "id" in runnable
      ? { values, confirm, clean: runnable.clean === true, instead: runnable.instead === true, answer }
      : { text: runnable.text, confirm, language };
  try {
    const accepted = object(await api.call(path, { json }));
    const runId = text(accepted.run_id);
    store.dispatch({ type: "run/accepted", key, runId, text: shown });
    void checkHealth(context); // a sandbox that slept is starting now
    await followOn(context, key, runId);
  } catch (error) {
    handleRunError(context, key, error, "id" in runnable && !runnable.instead);
  }
}

/**
 * @param {Context} context
 * @param {string} key
 * @param {unknown} error
 * @param {boolean} fielded the card has a field for every value of the line
 */
function handleRunError(context, key, error, fielded) {
  const { store } = context;
  const failure = noteError(context, error);
  const details = error instanceof ApiError ? error.body : {};
  if (failure.code === "needs_confirmation") {
    const victims = texts(details.victims);
    store.dispatch({ type: "card/confirm", key, message: failure.message, victims });
  } else if (failure.code === "needs_values") {
    const slots = list(details.slots ?? details.slot_ids).map((slot) => text(slot) || text(object(slot).id));
    store.dispatch({ type: "card/missing", key, slots });
    // Without fields that could be marked the server's words are all there is.
    if (!fielded) store.dispatch({ type: "card/failed", key, failure });
  } else if (error instanceof ApiError && error.status === 422) {
    const refusal = toRefusal({ ...object(details.error) });
    if (refusal) store.dispatch({ type: "card/refused", key, refusal });
  } else {
    store.dispatch({ type: "card/failed", key, failure });
  }
}

/**
 * Reads a run's events to its end; a broken connection is taken up again where it broke.
 *
 * @param {Context} context
 * @param {string} key
 * @param {string} runId
 * @returns {Promise<boolean>} the end was seen
 */
async function follow(context, key, runId) {
  const path = `/api/runs/${encodeURIComponent(runId)}`;
  let seen = "";
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (attempt) await new Promise((resolve) => setTimeout(resolve, LOST_RETRY_MS * attempt));
    try {
      const headers = seen ? { "Last-Event-ID": seen } : undefined;
      await context.api.stream(`${path}/events`, { headers }, (name, data, id) => {
        onRunEvent(context, { key, runId }, name, data);
        seen = id || seen;
      });
      await readEnd(context, { key, runId }, path);
      if (ENDED.has(context.store.get().cards[key]?.run?.state ?? "")) return true;
    } catch (error) {
      noteError(context, error);
    }
  }
  const failure = { code: "lost", message: t("run.lost"), hint: "" };
  context.store.dispatch({ type: "run/state", key, runId, state: "failed" });
  context.store.dispatch({ type: "card/failed", key, failure });
  return false;
}

/** @param {Context} context */
async function refreshSandbox(context) {
  await checkHealth(context);
  await loadSandbox(context);
}

/**
 * @param {Context} context
 * @param {{key: string, runId: string}} of
 * @param {string} name
 * @param {Record<string, unknown>} data
 */
function onRunEvent({ store }, of, name, data) {
  if (name === "stdout" || name === "stderr") {
    store.dispatch({ type: "run/output", ...of, stream: name, text: text(data.text), remark: toRemark(data.remark) });
  } else if (name === "status") {
    store.dispatch({ type: "run/state", ...of, state: toRunState(text(data.state)) });
  } else if (name === "exit") {
    store.dispatch({ type: "run/ended", ...of, ...toEnd(data) });
  } else if (name === "error") {
    throw new Error(text(object(data.error).message));
  }
}

/**
 * How a run stands after its events, and how long it took.
 *
 * @param {Context} context
 * @param {{key: string, runId: string}} of
 * @param {string} path
 */
async function readEnd({ store, api }, of, path) {
  store.dispatch({ type: "run/ended", ...of, ...toEnd(object(await api.call(path))) });
}

/** @type {(state: string) => import("../core/types.js").RunState} */
function toRunState(state) {
  if (state === "starting" || ENDED.has(state)) {
    return /** @type {import("../core/types.js").RunState} */ (state);
  }
  return "running";
}

/**
 * @param {Record<string, unknown>} data
 */
function toEnd(data) {
  const exitCode = numberOrNull(data.exit_code);
  return {
    state: toRunState(text(data.state)),
    exitCode,
    durationS: numberOrNull(data.duration_s),
    truncated: data.truncated === true,
  };
}

/**
 * @param {Context} context
 * @param {string} key
 */
export async function stopRun(context, key) {
  const id = context.store.get().cards[key]?.run?.id;
  if (!id) return;
  try {
    await context.api.send(`/api/runs/${encodeURIComponent(id)}`, { method: "DELETE" });
  } catch (error) {
    toast(context, "error", inWords(context, error));
  }
}

/**
 * Takes up what is still running, from before a reload or from elsewhere: it can be watched and
 * stopped in the sandbox panel.
 *
 * @param {Context} context
 */
export async function adoptRuns(context) {
  const { store, api } = context;
  const json = await api.call("/api/runs?limit=50").catch((error) => noteError(context, error));
  const known = new Set(Object.values(store.get().cards).map((card) => card.run?.id));
  for (const item of list(object(json).runs).map(object).reverse()) {
    const runId = text(item.run_id);
    const onCard = findCardKey(store.get().thread.turns, text(item.answer), text(item.command)) !== "";
    if (ENDED.has(text(item.state)) || known.has(runId) || onCard) continue;
    const key = newKey("console");
    const line = text(item.text);
    store.dispatch({ type: "console/typed", key, text: line });
    store.dispatch({ type: "run/accepted", key, runId, text: line });
    void followOn(context, key, runId);
  }
}

/**
 * Follows a run that is still in progress.
 *
 * @param {Context} context
 * @param {string} key
 * @param {string} runId
 */
async function followOn(context, key, runId) {
  if (await follow(context, key, runId)) await refreshSandbox(context);
}

/**
 * Shows the last run of each card again that a conversation brings back, with its output.
 *
 * @param {Context} context
 * @param {import("../core/types.js").Turn[]} turns
 */
export async function restoreRuns(context, turns) {
  const { store, api } = context;
  const answers = turns.flatMap(({ answer }) => (answer?.commands.length ? [answer.id] : [])).slice(-MAX_ANSWERS);
  if (answers.length === 0) return;
  const query = new URLSearchParams([["limit", "200"], ...answers.map((id) => ["answer", id])]);
  const json = await api.call(`/api/runs?${query}`).catch((error) => noteError(context, error));
  for (const item of list(object(json).runs).map(object)) {
    const key = findCardKey(turns, text(item.answer), text(item.command));
    if (!key || store.get().cards[key]?.run) continue;
    const runId = text(item.run_id);
    store.dispatch({ type: "card/values", key, values: textsByName(item.values) });
    store.dispatch({ type: "run/accepted", key, runId, text: text(item.text) });
    if (ENDED.has(text(item.state))) await follow(context, key, runId);
    else void followOn(context, key, runId); // those before it do not wait for its end
  }
}

/** @type {(value: unknown) => Record<string, string>} */
const textsByName = (value) => Object.fromEntries(Object.entries(object(value)).map(([name, each]) => [name, text(each)]));

/**
 * Runs a line in the sandbox panel's console.
 *
 * @param {Context} context
 * @param {string} line
 */
export async function runTyped(context, line) {
  const key = newKey("console");
  context.store.dispatch({ type: "console/typed", key, text: line });
  await run(context, key, { text: line }, false, line);
}
