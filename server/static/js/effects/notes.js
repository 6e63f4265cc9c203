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
    const items = toNotes(await context.api.list("/api/notes", "notes"));
    context.store.dispatch({ type: "notes/loaded", items });
    await loadSuggestions(context, items);
  } catch (error) {
    noteError(context, error);
    context.store.dispatch({ type: "notes/failed" });
  }
}

/**
 * Reads the richest notes and makes first questions of what stands in them.
 *
 * @param {Context} context
 * @param {import("../core/types.js").NoteSummary[]} notes
 */
async function loadSuggestions({ store, api }, notes) {
  const richest = notes.filter((note) => note.chunks > 0).sort((a, b) => b.chunks - a.chunks);
  const paths = richest.slice(0, SUGGESTION_NOTES).map((note) => note.path);
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
    const options = { method: "DELETE", headers };
    const gone = object(await context.api.call(`/api/notes/${encodePath(path)}`, options));
    context.store.dispatch({ type: "panel/closed" });
    toast(context, "info", t("note.deleted", { path }));
    await followJob(context, text(gone.job_id));
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
  let job = "";
  for (const file of files) job = (await uploadNote(context, file)) || job;
  if (job) await followJob(context, job);
}

/**
 * @param {Context} context
 * @param {File} file
 * @returns {Promise<string>} the job that indexes it, or "" where it was not added
 */
async function uploadNote(context, file) {
  const { name } = file;
  if (!/\.md$/i.test(name)) {
    toast(context, "error", t("upload.type", { name }));
    return "";
  }
  try {
    const saved = await context.api.call(`/api/notes/${encodePath(name)}`, {
      method: "PUT",
      markdown: file.slice(0, file.size, "text/markdown"),
      headers: { "If-None-Match": "*" },
    });
    toast(context, "info", t("upload.done", { name }));
    return text(object(saved).job_id);
  } catch (error) {
    const taken = error instanceof ApiError && (error.status === 412 || error.status === 409);
    const { message } = noteError(context, error);
    toast(context, "error", taken ? t("upload.exists", { name }) : t("upload.failed", { name, message }));
    return "";
  }
}

/**
 * Looks for changed notes and indexes them.
 *
 * @param {Context} context
 */
export async function ingest(context) {
  try {
    await followJob(context, toIngestJob(await context.api.call("/api/ingest", { json: {} })).id);
  } catch (error) {
    toast(context, "error", t("ingest.failed", { message: noteError(context, error).message }));
  }
}

/**
 * Shows how far a job has come until it is over, then loads the notes anew.
 *
 * @param {Context} context
 * @param {string} id
 */
async function followJob(context, id) {
  const { store, api } = context;
  try {
    let job = toIngestJob({ job_id: id });
    store.dispatch({ type: "ingest", job });
    while (job.state === "running") {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      job = toIngestJob(await api.call(`/api/ingest/${encodeURIComponent(id)}`));
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
