// @ts-check
/** What the runner itself says in a run, in the language of the page. Pure. */

import { failureInWords } from "./failures.js";
import { formatNumber, hasWords, t } from "./i18n.js";

/**
 * @param {import("../core/types.js").Remark} remark
 * @returns {{message: string, hint: string}} the small print of a failure is its hint, "" of all else
 */
export function remarkInWords({ code, values, reasons }) {
  const key = `remark.${code}`;
  if (hasWords(key)) return { message: t(key, written(values)), hint: "" };
  return failureInWords({ code, message: String(values.message ?? code), hint: String(values.hint ?? ""), reasons });
}

/** @type {(values: Record<string, string | number>) => Record<string, string>} numbers as the language writes them */
const written = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? formatNumber(value) : value]));
