// @ts-check
/** What the server says went wrong, in the language of the page. Pure. */

import { hasWords, languageNow, t } from "./i18n.js";

/** @typedef {import("../core/types.js").Failure} Failure */

/**
 * The server speaks English of its own errors, and the language of the question of refused commands.
 * Its words are kept where they are in the page's language, since they name the value that is
 * wrong; elsewhere the error's code is put into words, and without known words the server's stand.
 * Reasons are always put into words, the server's are the small print.
 *
 * @param {Failure} failure
 * @returns {{message: string, hint: string}}
 */
export function failureInWords(failure) {
  const { message, hint } = failure;
  const why = reasonsInWords(failure.reasons ?? []);
  if (why) return { message: why, hint: message };
  return isRussian(message) ? { message, hint } : codeInWords(failure);
}

/**
 * The same for what the server says in English alone, be a Russian name in it or not: of notes,
 * the index and its jobs.
 *
 * @param {Failure} failure
 * @returns {{message: string, hint: string}}
 */
export function codeInWords({ code, message, hint }) {
  const key = keyOf(code);
  if (message && (languageNow() === "en" || !hasWords(key))) return { message, hint };
  const values = { message, code };
  return { message: t(key, values), hint: hasWords(`${key}.hint`) ? t(`${key}.hint`, values) : "" };
}

/** @type {(code: string) => string} an answer that is none of the program's has its status as code */
const keyOf = (code) => (/^http_\d+$/.test(code) ? "error.http" : `error.${code}`);

/** @type {(message: string) => boolean} */
const isRussian = (message) => /[а-яё]/i.test(message);

/**
 * Why something failed: where it is the sandbox, of each way to one that was tried.
 *
 * @param {string[]} reasons
 * @returns {string} "" where there are none, or none that is known
 */
export function reasonsInWords(reasons) {
  const keys = reasons.map((reason) => `reason.${reason}`).filter(hasWords);
  return keys.map((key) => t(key)).join(" ");
}
