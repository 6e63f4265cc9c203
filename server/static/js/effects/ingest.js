// @ts-check
/** Indexing: jobs that this page starts, and those that the server starts by itself. */

import { toIngestJob, toWarnings } from "../net/wire-server.js";
import { codeInWords } from "../text/failures.js";
import { t } from "../text/i18n.js";
import { inWords, noteError, toast } from "./context.js";
import { loadNotes, rereadNote } from "./notes.js";

/**
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("../core/types.js").IngestJob} IngestJob
 */

/** @type {Map<string, Promise<IngestJob>>} jobs that are followed, with their ends */
const followed = new Map();

/**
 * Looks for changed notes and indexes them.
 *
 * @param {Context} context
 */
export async function ingest(context) {
  try {
    await followJob(context, toIngestJob(await context.api.call("/api/ingest", { json: {} })).id);
  } catch (error) {
    toast(context, "error", t("ingest.failed", { message: inWords(context, error) }));
  }
}

/**
 * Shows how far a job of this page has come, and says how it ended.
 *
 * @param {Context} context
 * @param {string} id
 */
export async function followJob(context, id) {
  const job = await untilEnd(context, id);
  if (job.state === "done") toast(context, "info", t("ingest.done"));
  else toast(context, "error", t("ingest.failed", { message: codeInWords(job).message }));
}

/**
 * Shows how far a job has come that the server started: a first index, a note changed on the disk.
 *
 * @param {Context} context
 * @param {string} id "" where none runs
 */
export function watchJob(context, id) {
  if (id) void untilEnd(context, id);
}

/** @type {(context: Context, id: string) => Promise<IngestJob>} */
function untilEnd(context, id) {
  const known = followed.get(id);
  if (known) return known;
  const end = readJob(context, id).finally(() => followed.delete(id));
  followed.set(id, end);
  return end;
}

/**
 * Reads a job's events to its end, then loads the notes anew.
 *
 * @param {Context} context
 * @param {string} id
 * @returns {Promise<IngestJob>} how it ended; failed where its end is not known
 */
async function readJob(context, id) {
  const { store, api } = context;
  let job = toIngestJob({ job_id: id });
  try {
    await api.stream(`/api/ingest/${encodeURIComponent(id)}/events`, {}, (_, data) => {
      if (!data.job_id) return;
      job = toIngestJob(data);
      if (job.state === "running") store.dispatch({ type: "ingest/progress", job });
    });
    if (job.state === "running") job = failed(job, t("ingest.lost"));
  } catch (error) {
    job = failed(job, inWords(context, error));
  }
  store.dispatch({ type: "ingest/ended", id });
  if (store.get().connection === "online") await Promise.all([loadNotes(context), loadWarnings(context), rereadNote(context)]);
  return job;
}

/** @type {(job: IngestJob, message: string) => IngestJob} */
const failed = (job, message) => ({ ...job, state: "failed", code: "", message });

/** @param {Context} context */
export async function loadWarnings(context) {
  try {
    const items = toWarnings(await context.api.call("/api/warnings"));
    context.store.dispatch({ type: "warnings", items });
  } catch (error) {
    noteError(context, error);
  }
}
