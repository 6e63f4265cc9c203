// @ts-check
/** Notes: the list, one note, upload, deletion, indexing, and questions made from them. */

import { encodePath, ApiError } from "../net/api.js";
import { object, text, toHits } from "../net/wire.js";
import { toIngestJob, toNote, toNotes } from "../net/wire-server.js";
import { chooseCandidates, findCandidates } from "../text/suggestions.js";
import { t } from "../text/i18n.js";
import { noteError, toast } from "./context.js";

/** @typedef {import("./context.js").Context} Context */

/** How many notes are read for suggestions, at most. */
const SUGGESTION_NOTES = 8;
const SUGGESTIONS = 4;
const POLL_MS = 700;

/** @param {Context} context */
export async function loadNotes(context) {
  try {
    const json = await context.api.call("/api/notes");
    const items = toNotes(json);
    context.store.dispatch({ type: "notes/loaded", items });
    await loadSuggestions(context, json);
  } catch (error) {
    noteError(context, error);
    context.store.dispatch({ type: "notes/failed" });
  }
}

/**
 * @param {Context} context
 * @param {unknown} json the answer of `/api/notes`, which may bring suggestions along
 */
async function loadSuggestions({ store, api }, json) {
  const given = object(json).suggestions;
  if (Array.isArray(given)) {
    const items = given.map((item) => ({ text: text(item) || text(object(item).text), note: text(object(item).note) }));
    store.dispatch({ type: "suggestions", items });
    return;
  }
  const { items } = store.get().notes;
  const paths = spread(items.filter((note) => note.chunks > 0), SUGGESTION_NOTES).map((note) => note.path);
  const docs = await Promise.all(
    paths.map((path) => api.call(`/api/notes/${encodePath(path)}`).then((doc) => toNote(doc), () => null)),
  );
  const { language } = store.get().settings;
  const candidates = docs.flatMap((doc, i) => (doc ? findCandidates(paths[i], doc.source) : []));
  const own = candidates.filter((item) => item.language === language);
  const chosen = chooseCandidates(own.length >= SUGGESTIONS ? own : [...own, ...candidates], SUGGESTIONS);
  store.dispatch({ type: "suggestions", items: chosen.map(inWords) });
}

/**
 * @template T
 * @param {T[]} items
 * @param {number} count
 * @returns {T[]} at most `count` of them, evenly over the list
 */
function spread(items, count) {
  const step = Math.max(1, items.length / count);
  return items.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step)).slice(0, count);
}

/**
 * @param {import("../text/suggestions.js").Candidate} candidate
 * @returns {{text: string, note: string}}
 */
function inWords({ kind, value, language, note }) {
  if (kind === "question") return { text: value, note };
  return { text: t(`suggest.${kind}`, { [kind]: value }, language), note };
}

/**
 * @param {Context} context
 * @param {import("../core/types.js").NoteTarget} target
 */
export async function openNote(context, target) {
  const { store, api } = context;
  store.dispatch({ type: "note/opening", target });
  try {
    const doc = toNote(await api.call(`/api/notes/${encodePath(target.path)}`));
    store.dispatch({ type: "note/opened", path: target.path, doc: { ...doc, path: target.path } });
  } catch (error) {
    store.dispatch({ type: "note/failed", path: target.path, failure: noteError(context, error) });
  }
}

/**
 * @param {Context} context
 * @param {string} path
 * @param {string} etag
 */
export async function deleteNote(context, path, etag) {
  try {
    const headers = etag ? { "If-Match": etag } : undefined;
    await context.api.send(`/api/notes/${encodePath(path)}`, { method: "DELETE", headers });
    context.store.dispatch({ type: "panel/closed" });
    toast(context, "info", t("note.deleted", { path }));
    await loadNotes(context);
  } catch (error) {
    toast(context, "error", noteError(context, error).message);
  }
}

/**
 * Adds files to the notes folder; a name that is taken is left as it is.
 *
 * @param {Context} context
 * @param {File[]} files
 */
export async function uploadNotes(context, files) {
  let added = 0;
  for (const file of files) {
    if (await uploadNote(context, file)) added += 1;
  }
  if (added) await ingest(context);
}

/**
 * @param {Context} context
 * @param {File} file
 * @returns {Promise<boolean>}
 */
async function uploadNote(context, file) {
  const { name } = file;
  if (!/\.md$/i.test(name)) {
    toast(context, "error", t("upload.type", { name }));
    return false;
  }
  try {
    await context.api.send(`/api/notes/${encodePath(name)}`, {
      method: "PUT",
      markdown: file.slice(0, file.size, "text/markdown"),
      headers: { "If-None-Match": "*" },
    });
    toast(context, "info", t("upload.done", { name }));
    return true;
  } catch (error) {
    const taken = error instanceof ApiError && (error.status === 412 || error.status === 409);
    const { message } = noteError(context, error);
    toast(context, "error", taken ? t("upload.exists", { name }) : t("upload.failed", { name, message }));
    return false;
  }
}

/**
 * Indexes the notes anew and follows the progress to its end.
 *
 * @param {Context} context
 */
export async function ingest(context) {
  const { store, api } = context;
  try {
    let job = toIngestJob(await api.call("/api/ingest", { method: "POST" }));
    store.dispatch({ type: "ingest", job });
    while (job.state === "running") {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      job = toIngestJob(await api.call(`/api/ingest/${encodeURIComponent(job.id)}`));
      store.dispatch({ type: "ingest", job });
    }
    if (job.state === "failed") toast(context, "error", t("ingest.failed", { message: job.message }));
    else toast(context, "info", t("ingest.done"));
  } catch (error) {
    toast(context, "error", t("ingest.failed", { message: noteError(context, error).message }));
  }
  store.dispatch({ type: "ingest", job: null });
  await loadNotes(context);
}

/**
 * @param {Context} context
 * @param {string} query
 * @param {AbortSignal} signal
 * @returns {Promise<import("../core/types.js").SearchHit[]>}
 */
export async function searchNotes({ api }, query, signal) {
  const path = `/api/search?top_k=12&q=${encodeURIComponent(query)}`;
  return toHits(await api.call(path, { signal }));
}
