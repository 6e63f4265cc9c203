// @ts-check
/** What the runner itself says in a run, in the language of the page. Pure. */

import { failureInWords } from "./failures.js";
import { formatNumber, hasWords, t } from "./i18n.js";

/**
 * @param {import("../core/types.js").Remark} remark
 * @returns {string} of a failure with what to do about it on a line of its own
 */
export function remarkInWords({ code, values, reasons }) {
  const key = `remark.${code}`;
  if (hasWords(key)) return t(key, written(values));
  const failure = { code, message: String(values.message ?? code), hint: String(values.hint ?? ""), reasons };
  const { message, hint } = failureInWords(failure);
  return hint ? `${message}\n${hint}` : message;
}

/** @type {(values: Record<string, string | number>) => Record<string, string>} numbers as the language writes them */
const written = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? formatNumber(value) : value]));
