// @ts-check
/**
 * What every effect works with.
 *
 * @typedef {object} Context
 * @property {import("../core/store.js").Store} store
 * @property {import("../net/api.js").Api} api
 */

import { ApiError, toFailure } from "../net/api.js";
import { failureInWords } from "../text/failures.js";

/** The server does not know this page, or does not trust where it came from. */
const LOCKING = new Set(["unauthorized", "bad_host", "bad_origin"]);

let lastToast = 0;

/**
 * @param {Context} context
 * @param {"info" | "error"} kind
 * @param {string} text
 */
export function toast({ store }, kind, text) {
  lastToast += 1;
  const id = lastToast;
  store.dispatch({ type: "toast", toast: { id, kind, text } });
  setTimeout(() => store.dispatch({ type: "toast/gone", id }), kind === "error" ? 8000 : 4000);
}

/**
 * Notes what an error says about the connection, and puts it into words.
 *
 * @param {Context} context
 * @param {unknown} error
 * @returns {import("../core/types.js").Failure}
 */
export function noteError({ store }, error) {
  const failure = toFailure(error);
  if (error instanceof ApiError) {
    if (error.status === 0) store.dispatch({ type: "connection", connection: "offline" });
    if (LOCKING.has(error.code)) store.dispatch({ type: "locked", failure });
  } else if (!(error instanceof DOMException)) {
    console.error(error);
  }
  return failure;
}

/** @type {(context: Context, error: unknown) => string} what went wrong, in one sentence of the page's language */
export const inWords = (context, error) => failureInWords(noteError(context, error)).message;

/** @type {(error: unknown) => boolean} */
export const isAbort = (error) => error instanceof DOMException && error.name === "AbortError";

/** @type {(prefix: string) => string} a key that no other card or turn of this visit has */
export const newKey = (prefix) => `${prefix}-${crypto.randomUUID()}`;
