// @ts-check
/** Adding notes and deleting them. */

import { encodePath, ApiError } from "../net/api.js";
import { object, text } from "../net/wire.js";
import { t } from "../text/i18n.js";
import { inWords, toast } from "./context.js";
import { followJob } from "./ingest.js";

/** @typedef {import("./context.js").Context} Context */

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
    toast(context, "error", inWords(context, error));
  }
}

/**
 * Adds files to the notes folder; a name that is taken is left as it is.
 *
 * @param {Context} context
 * @param {File[]} files
 * @param {string} [folder] of the notes folder that they go into
 */
export async function uploadNotes(context, files, folder = "") {
  let job = "";
  for (const file of files) job = (await uploadNote(context, file, folder)) || job;
  if (job) await followJob(context, job);
}

/**
 * @param {Context} context
 * @param {File} file
 * @param {string} folder
 * @returns {Promise<string>} the job that indexes it, or "" where it was not added
 */
async function uploadNote(context, file, folder) {
  const name = folder ? `${folder}/${file.name}` : file.name;
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
    const message = inWords(context, error);
    toast(context, "error", taken ? t("upload.exists", { name }) : t("upload.failed", { name, message }));
    return "";
  }
}
