// @ts-check
/** Notes: the list, one note, search, and questions made from them. */

import { ApiError, encodePath } from "../net/api.js";
import { toHits } from "../net/wire.js";
import { toNote, toNotes } from "../net/wire-server.js";
import { followLines } from "../text/moved-lines.js";
import { chooseCandidates, findCandidates } from "../text/suggestions.js";
import { t } from "../text/i18n.js";
import { noteError, toast } from "./context.js";

/** @typedef {import("./context.js").Context} Context */

/** How many notes are read for suggestions, at most. */
const SUGGESTION_NOTES = 8;
const SUGGESTIONS = 4;

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

/** @type {import("../text/suggestions.js").Candidate[]} what the richest notes ask, name and show */
let candidates = [];

/**
 * Reads the richest notes and makes first questions of what stands in them.
 *
 * @param {Context} context
 * @param {import("../core/types.js").NoteSummary[]} notes
 */
async function loadSuggestions(context, notes) {
  const richest = notes.filter((note) => note.chunks > 0).sort((a, b) => b.chunks - a.chunks);
  const paths = richest.slice(0, SUGGESTION_NOTES).map((note) => note.path);
  const docs = await Promise.all(
    paths.map((path) => context.api.call(`/api/notes/${encodePath(path)}`).then((doc) => toNote(doc), () => null)),
  );
  candidates = docs.flatMap((doc, i) => (doc ? findCandidates(paths[i], doc.source) : []));
  chooseSuggestions(context);
}

/**
 * Chooses among what the notes hold, in the page's language where that is enough.
 *
 * @param {Context} context
 */
export function chooseSuggestions({ store }) {
  const { language } = store.get().settings;
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
 * Reads the note that is open again; where it has changed the mark follows the lines that it was on.
 *
 * @param {Context} context
 */
export async function rereadNote(context) {
  const { store, api } = context;
  const { panel, connection } = store.get();
  if (panel?.kind !== "note" || !panel.doc || connection !== "online") return;
  const { doc: before, target } = panel;
  try {
    const headers = { "If-None-Match": before.etag };
    const doc = { ...toNote(await api.call(`/api/notes/${encodePath(before.path)}`, { headers })), path: before.path };
    const now = store.get().panel;
    if (now?.kind !== "note" || now.doc !== before || now.target !== target) return; // another was opened meanwhile
    const lines = target.lines && followLines(before.source, doc.source, target.lines);
    store.dispatch({ type: "note/reread", doc, lines });
    if (target.lines && !lines) toast(context, "info", t("note.linesGone"));
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 0;
    if (status === 304) return; // it is as it was
    const failure = noteError(context, error);
    if (status === 404) store.dispatch({ type: "note/failed", path: before.path, failure });
  }
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
